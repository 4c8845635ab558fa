//! Open invitations: the lists of both sides, and their expiry.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::{Person, TestApp, TestDatabase, sql};

const GUEST: &str = "guest@example.com";

#[tokio::test]
async fn an_invitation_expires_after_two_days_and_its_address_may_be_invited_again() {
    let database = TestDatabase::shared().await;
    let app = TestApp::start_on(&database, &[]).await;
    let ada = app.verified("ada").await;
    let bob = app.verified("bob").await;
    let id = ada.new_organization("Engines").await;
    let first = ada.invited(&id, "bob@example.com", "MEMBER").await;
    let token = app.token_of("invitation", "bob@example.com");
    app.advance(TimeDelta::hours(48) - TimeDelta::milliseconds(1));
    app.purger.purge().await.unwrap();
    let (ada, bob) = (ada.refreshed().await, bob.refreshed().await);
    assert_eq!(bob.waiting().await.len(), 1);
    let early = ada.invite(&id, "bob@example.com", "MEMBER").await;
    assert_eq!(early.code(), "INVITATION_EXISTS");
    app.advance(TimeDelta::milliseconds(1));
    assert_eq!(bob.waiting().await, [json!(null); 0]);
    let none = ada.organization(&id, "invitations { id }").await;
    assert_eq!(none.at("/organization/invitations"), &json!([]));
    let (by_token, by_id) = (json!({ "token": token }), json!({ "invitationId": first }));
    for (answer, code) in [
        (bob.accept(by_token.clone()).await, "AUTH_LINK_INVALID"),
        (bob.decline(by_token.clone()).await, "AUTH_LINK_INVALID"),
        (bob.accept(by_id.clone()).await, "INVITATION_NOT_FOUND"),
        (bob.decline(by_id.clone()).await, "INVITATION_NOT_FOUND"),
        (ada.revoke_invitation(&first).await, "INVITATION_NOT_FOUND"),
    ] {
        assert_eq!(answer.code(), code);
    }
    ada.invite(&id, "BOB@example.com", "ADMIN").await.data();
    assert_eq!(bob.accept(by_token).await.code(), "AUTH_LINK_INVALID");
    assert_eq!(bob.accept(by_id).await.code(), "INVITATION_NOT_FOUND");
    assert_eq!(bob.waiting().await[0]["role"], "ADMIN");
    // The second invitation is not answered either, and is purged.
    let count = "SELECT CAST(COUNT(*) AS TEXT) FROM invitations";
    assert_eq!(sql::text(&database.url, count).await, "1");
    app.advance(TimeDelta::hours(48) + TimeDelta::milliseconds(1));
    app.purger.purge().await.unwrap();
    assert_eq!(sql::text(&database.url, count).await, "0");
}

#[tokio::test]
async fn an_invitation_that_cannot_be_purged_stops_no_other_purge() {
    let database = TestDatabase::make().await;
    let app = TestApp::start_on(&database, &[]).await;
    let ada = app.verified("ada").await;
    let id = ada.new_organization("Engines").await;
    ada.invited(&id, GUEST, "MEMBER").await;
    for statement in [
        "CREATE TABLE _holds (id UUID REFERENCES invitations (id))",
        "INSERT INTO _holds SELECT id FROM invitations",
    ] {
        sql::execute(&database.url, statement).await;
    }
    app.advance(TimeDelta::days(400));
    app.purger.purge().await.unwrap_err();
    // Events are purged after invitations.
    let count = async |table: &str| {
        let count = format!("SELECT CAST(COUNT(*) AS TEXT) FROM {table}");
        sql::text(&database.url, &count).await
    };
    assert_eq!(count("invitations").await, "1");
    assert_eq!(count("security_events").await, "0");
    sql::execute(&database.url, "DROP TABLE _holds").await;
    app.purger.purge().await.unwrap();
    assert_eq!(count("invitations").await, "0");
}

#[tokio::test]
async fn the_lifetime_of_an_invitation_is_a_setting() {
    let app = TestApp::start_with(&["--invitation-ttl", "20m"]).await;
    let ada = app.verified("ada").await;
    let id = ada.new_organization("Engines").await;
    let made = ada.invite(&id, "bob@example.com", "MEMBER").await;
    let until = made.text("/inviteMember/invitation/expiresAt");
    assert_eq!(until, "2026-06-01T12:20:00.000Z");
    app.advance(TimeDelta::minutes(20));
    ada.invite(&id, "bob@example.com", "MEMBER").await.data();
}

#[tokio::test]
async fn an_invitation_waits_until_an_account_has_verified_the_address() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let id = ada.new_organization("Engines").await;
    let invitation = ada.invited(&id, GUEST, "ADMIN").await;
    let guest = Person {
        email: "GUEST@example.com".to_owned(),
        ..Person::named("guest")
    };
    app.anonymous().register(&guest).await.data();
    let token = app.mailed_token(&guest.email);
    let guest = app.anonymous().log_in(&guest).await;
    for answer in [
        guest.ask("{ invitations { id } }").await,
        guest.accept(json!({ "invitationId": invitation })).await,
    ] {
        assert_eq!(answer.code(), "AUTH_EMAIL_NOT_VERIFIED");
    }
    guest.verify(&token).await.data();
    let expected = json!({ "id": invitation, "role": "ADMIN", "email": GUEST,
        "organization": { "name": "Engines" } });
    assert_eq!(guest.waiting().await, [expected]);
    let eve = app.verified("eve").await;
    assert_eq!(eve.waiting().await, [json!(null); 0]);
}

#[tokio::test]
async fn an_unconfirmed_new_address_brings_no_invitations() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let id = ada.new_organization("Engines").await;
    let first = ada.invited(&id, GUEST, "MEMBER").await;
    let second = ada
        .invited(&ada.new_organization("Looms").await, GUEST, "MEMBER")
        .await;
    let eve = app.verified("eve").await;
    eve.request_email_change(GUEST, &eve.person.password)
        .await
        .data();
    assert_eq!(eve.waiting().await, [json!(null); 0]);
    let refused = eve.accept(json!({ "invitationId": first })).await;
    assert_eq!(refused.code(), "INVITATION_NOT_FOUND");
    let token = app.token_of("confirm_email_change", GUEST);
    eve.confirm_email_change(&token).await.data();
    let waiting = eve.waiting().await;
    let ids: Vec<_> = waiting.iter().map(|invitation| &invitation["id"]).collect();
    assert_eq!(ids, [&first, &second], "oldest first");
}

#[tokio::test]
async fn an_invitee_sees_the_organization_and_nobody_in_it() {
    const SEEN: &str = "{ invitations { invitedBy { username memberships { id } } organization {
        name slug members { totalCount nodes { id } } invitations { id } } } }";
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let bob = app.verified("bob").await;
    let id = ada.new_organization("Engines").await;
    ada.invite(&id, "bob@example.com", "OWNER").await.data();
    let expected = json!([{
        "invitedBy": { "username": "ada", "memberships": [] },
        "organization": {
            "name": "Engines", "slug": "engines",
            "members": { "totalCount": 0, "nodes": [] }, "invitations": null,
        },
    }]);
    assert_eq!(bob.ask(SEEN).await.at("/invitations"), &expected);
    assert_eq!(
        bob.organization(&id, "id").await.at("/organization"),
        &json!(null)
    );
}

#[tokio::test]
async fn owners_and_admins_see_open_invitations_and_members_do_not() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let id = ada.new_organization("Engines").await;
    let bob = app.verified("bob").await;
    ada.admit(&id, &bob, "ADMIN").await;
    let carol = app.verified("carol").await;
    ada.admit(&id, &carol, "MEMBER").await;
    for (caller, email) in [(&ada, "x@example.com"), (&bob, "y@example.com")] {
        caller.invite(&id, email, "MEMBER").await.data();
    }
    let expected = json!([
        { "email": "x@example.com", "invitedBy": { "username": "ada" } },
        { "email": "y@example.com", "invitedBy": { "username": "bob" } },
    ]);
    let seen = "invitations { email invitedBy { username } }";
    for (caller, expected) in [(&ada, &expected), (&bob, &expected), (&carol, &Value::Null)] {
        let answer = caller.organization(&id, seen).await;
        assert_eq!(answer.at("/organization/invitations"), expected);
    }
}
