//! The limits of refreshes: by session, and by network for unknown tokens.

use chrono::TimeDelta;

use crate::support::{SignedIn, TestApp, TestDatabase, sql};

const THREE_AN_HOUR: [&str; 2] = ["--limit-refresh-session", "3/1h"];

/// Refreshes with the current token. Returns the code of the answer, empty if the refresh succeeded.
async fn refresh_code(user: &SignedIn) -> String {
    let answer = user.refresh(&user.refresh_token).await;
    if answer.body.get("errors").is_none() {
        return String::new();
    }
    answer.code().to_owned()
}

#[tokio::test]
async fn a_site_of_many_pages_never_meets_a_limit_of_refreshes_and_a_copied_token_does() {
    // One page a second for ten minutes, each with a refresh, at the default limits.
    let defaults = [
        "--limit-refresh-session",
        "600/10m",
        "--limit-refresh-network",
        "10000/10m",
    ];
    let app = TestApp::start_with(&defaults).await;
    let mut ada = app.verified("ada").await;
    for _ in 0..700 {
        ada = ada.refreshed().await;
        app.advance(chrono::TimeDelta::seconds(1));
    }
    let mut passed = 0;
    while passed < 700
        && ada
            .refresh(&ada.refresh_token)
            .await
            .body
            .get("errors")
            .is_none()
    {
        passed += 1;
    }
    assert_eq!(passed, 600);
}

#[tokio::test]
async fn people_behind_one_address_share_no_limit_of_refreshes_and_guesses_of_tokens_do() {
    let tight = [
        "--limit-refresh-network",
        "2/1h",
        "--limit-refresh-session",
        "2/1h",
    ];
    let app = TestApp::start_with(&tight).await;
    for name in ["ada", "bob", "eve"] {
        let user = app.verified(name).await;
        user.refreshed().await.refreshed().await;
    }
    // A page that asks whether anybody is logged in sends no token.
    for _ in 0..4 {
        let nobody = app.anonymous().refresh("").await;
        assert_eq!(nobody.code(), "AUTH_REFRESH_TOKEN_INVALID");
    }
    let mut codes = Vec::new();
    for _ in 0..3 {
        codes.push(
            app.anonymous()
                .refresh("lkr_nothing")
                .await
                .code()
                .to_owned(),
        );
    }
    assert_eq!(
        codes,
        [
            "AUTH_REFRESH_TOKEN_INVALID",
            "AUTH_REFRESH_TOKEN_INVALID",
            "RATE_LIMITED"
        ]
    );
}

#[tokio::test]
async fn a_refresh_that_is_refused_rotates_nothing() {
    let app = TestApp::start_with(&THREE_AN_HOUR).await;
    let mut ada = app.verified("ada").await;
    for _ in 0..3 {
        ada = ada.refreshed().await;
    }
    for _ in 0..2 {
        let refused = ada.refresh(&ada.refresh_token).await;
        assert_eq!(refused.code(), "RATE_LIMITED");
        assert_eq!(refused.error()["extensions"]["retryAfter"], 1200);
    }
    app.advance(TimeDelta::minutes(20));
    let ada = ada.refreshed().await;
    assert_eq!(refresh_code(&ada).await, "RATE_LIMITED");
    assert_eq!(ada.me().await.text("/me/username"), "ada");
}

#[tokio::test]
async fn rotations_and_repetitions_of_one_session_share_its_limit() {
    let app = TestApp::start_with(&THREE_AN_HOUR).await;
    let ada = app.verified("ada").await;
    let phone = app.anonymous().log_in(&ada.person).await;
    let mut codes = Vec::new();
    // The first one rotates, and the others repeat its answer.
    for _ in 0..4 {
        codes.push(refresh_code(&ada).await);
    }
    assert_eq!(codes, ["", "", "", "RATE_LIMITED"]);
    assert_eq!(refresh_code(&phone).await, "");
}

#[tokio::test]
async fn tokens_of_a_session_that_is_no_longer_on_record_are_limited_too() {
    let app = TestApp::start_with(&THREE_AN_HOUR).await;
    let ada = app.verified("ada").await;
    app.advance(TimeDelta::days(121));
    app.purger.purge().await.unwrap();
    let mut codes = Vec::new();
    for _ in 0..4 {
        codes.push(refresh_code(&ada).await);
    }
    let ended = "AUTH_SESSION_ENDED";
    assert_eq!(codes, [ended, ended, ended, "RATE_LIMITED"]);
}

#[tokio::test]
async fn a_session_that_a_node_with_a_wrong_clock_charged_is_refreshed_soon() {
    let database = TestDatabase::shared().await;
    let app = TestApp::start_on(&database, &THREE_AN_HOUR).await;
    let ada = app.verified("ada").await;
    let in_the_year_2100 = "UPDATE sessions SET refreshes_full_at = 4102444800000";
    assert_eq!(sql::execute(&database.url, in_the_year_2100).await, 1);
    let ada = ada.refreshed().await;
    assert_eq!(refresh_code(&ada).await, "RATE_LIMITED");
    app.advance(TimeDelta::minutes(20));
    ada.refreshed().await;
}
