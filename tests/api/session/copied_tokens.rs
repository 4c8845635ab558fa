//! A copied refresh token, used beside its owner with the same headers: the uses that are noticed.

use chrono::TimeDelta;

use crate::session::refresh::{access_token, assert_ended, prove_received, refresh_token};
use crate::support::{Answer, TestApp};

/// Returns the response of `me` to this access token.
async fn me(app: &TestApp, answer: &Answer) -> Answer {
    let token = access_token(answer);
    app.anonymous().bearer(&token).me().await
}

#[tokio::test]
async fn an_access_token_of_a_response_that_counts_as_lost_is_treated_as_copied() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    // The thief is faster than the owner, and uses the access token only when nobody can tell.
    let stolen = app.anonymous().refresh(&ada.refresh_token).await;
    app.advance(TimeDelta::minutes(2));
    let own = app.anonymous().refresh(&ada.refresh_token).await;
    assert_eq!(refresh_token(&own), refresh_token(&stolen));
    prove_received(&app, &own).await;
    assert_ended(&me(&app, &stolen).await, "REFRESH_TOKEN_REUSED");
    assert_ended(&me(&app, &own).await, "REFRESH_TOKEN_REUSED");
    let mails = app.templates_to("ada@example.com").await;
    assert_eq!(mails.last().unwrap(), "refresh_token_reused");
}

#[tokio::test]
async fn when_a_thief_got_the_owners_response_again_the_owners_next_request_reports_the_reuse() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let own = app.anonymous().refresh(&ada.refresh_token).await;
    app.advance(TimeDelta::minutes(2));
    let stolen = app.anonymous().refresh(&ada.refresh_token).await;
    prove_received(&app, &stolen).await;
    assert_ended(&me(&app, &own).await, "REFRESH_TOKEN_REUSED");
    let thief = app.anonymous().refresh(&refresh_token(&stolen)).await;
    assert_ended(&thief, "REFRESH_TOKEN_REUSED");
}

#[tokio::test]
async fn in_thirty_rounds_beside_the_owner_a_thief_is_always_noticed() {
    let app = TestApp::start().await;
    for round in 0..30 {
        let ada = app.verified(&format!("ada{round}")).await;
        let stolen = app.anonymous().refresh(&ada.refresh_token).await;
        app.advance(TimeDelta::minutes(2 + round));
        let own = app.anonymous().refresh(&ada.refresh_token).await;
        app.advance(TimeDelta::seconds(1));
        // Each tab uses the access token that it got, in either order.
        let answers = if round % 2 == 0 {
            [me(&app, &own).await, me(&app, &stolen).await]
        } else {
            [me(&app, &stolen).await, me(&app, &own).await]
        };
        let codes = answers
            .iter()
            .filter(|answer| answer.body.get("errors").is_some());
        assert!(codes.count() > 0, "round {round}");
    }
}

/// The limit that `docs/security/refresh-protocol.md` states: to Latchkey, this looks like an owner whose responses are lost.
#[tokio::test]
async fn a_thief_who_is_always_first_and_uses_no_access_token_here_goes_unnoticed() {
    let app = TestApp::start().await;
    let mut held = app.verified("ada").await.refresh_token;
    for _ in 0..3 {
        let stolen = app.anonymous().refresh(&held).await;
        app.advance(TimeDelta::minutes(2));
        let own = app.anonymous().refresh(&held).await;
        assert_eq!(refresh_token(&own), refresh_token(&stolen));
        me(&app, &own).await.data();
        held = refresh_token(&own);
        app.advance(TimeDelta::minutes(25));
    }
    // Two turns in a row are noticed.
    let stolen = app.anonymous().refresh(&held).await;
    let next = refresh_token(&stolen);
    app.anonymous().refresh(&next).await.data();
    let own = app.anonymous().refresh(&held).await;
    assert_ended(&own, "REFRESH_TOKEN_REUSED");
}

#[tokio::test]
async fn tabs_that_repeat_a_lost_refresh_together_all_stay_signed_in() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    app.anonymous().refresh(&ada.refresh_token).await.data();
    app.advance(TimeDelta::days(1));
    let mut answers = Vec::new();
    for _ in 0..8 {
        answers.push(app.anonymous().refresh(&ada.refresh_token).await);
        app.advance(TimeDelta::seconds(7));
    }
    for answer in &answers {
        assert_eq!(refresh_token(answer), refresh_token(&answers[0]));
        me(&app, answer).await.data();
    }
}

#[tokio::test]
async fn a_tab_that_repeats_a_lost_refresh_just_after_another_stays_signed_in() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    app.anonymous().refresh(&ada.refresh_token).await.data();
    app.advance(TimeDelta::days(1));
    let first = app.anonymous().refresh(&ada.refresh_token).await;
    prove_received(&app, &first).await;
    app.advance(TimeDelta::seconds(2));
    let second = app.anonymous().refresh(&ada.refresh_token).await;
    assert_eq!(refresh_token(&second), refresh_token(&first));
    me(&app, &second).await.data();
}

#[tokio::test]
async fn tabs_race_for_ten_seconds_after_the_successor_was_first_used() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let first = app.anonymous().refresh(&ada.refresh_token).await;
    // A slow network: the answer takes a while, and so does the other tab's request.
    app.advance(TimeDelta::seconds(12));
    prove_received(&app, &first).await;
    app.advance(TimeDelta::seconds(10));
    let second = app.anonymous().refresh(&ada.refresh_token).await;
    assert_eq!(refresh_token(&second), refresh_token(&first));
    app.advance(TimeDelta::milliseconds(1));
    let copied = app.anonymous().refresh(&ada.refresh_token).await;
    assert_ended(&copied, "REFRESH_TOKEN_REUSED");
}
