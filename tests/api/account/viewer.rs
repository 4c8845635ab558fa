//! `viewer`, which works before the address is verified, and `node`, which finds every object that the viewer may see.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Answer, SignedIn, TestApp};

const VIEWER: &str =
    "{ viewer { user { email emailVerified username } session { id current status } } }";

async fn node(caller: &SignedIn, id: &str) -> Answer {
    let query = "query($id: ID!) { node(id: $id) { __typename id } }";
    caller.call(query, json!({ "id": id })).await
}

#[tokio::test]
async fn after_a_reload_an_unverified_user_learns_which_address_waits() {
    let app = TestApp::start().await;
    let ada = app.unverified("ada").await;
    let viewer = ada.ask(VIEWER).await;
    let expected = json!({
        "user": { "email": "ada@example.com", "emailVerified": false, "username": "ada" },
        "session": { "id": ada.session_id, "current": true, "status": "ACTIVE" },
    });
    assert_eq!(viewer.at("/viewer"), &expected);
    assert_eq!(ada.me().await.code(), "AUTH_EMAIL_NOT_VERIFIED");
    assert_eq!(
        app.anonymous().ask(VIEWER).await.code(),
        "AUTH_UNAUTHENTICATED"
    );
    ada.mutate("logout", "revokedSessions", json!({}))
        .await
        .data();
    assert_eq!(ada.ask(VIEWER).await.code(), "AUTH_SESSION_ENDED");
}

/// Returns the id of each kind of object that ada owns.
async fn objects(app: &TestApp, ada: &SignedIn, bob: &SignedIn) -> Vec<(&'static str, String)> {
    let id = ada.new_organization("Engines").await;
    let membership = ada.admit(&id, bob, "MEMBER").await;
    let invitation = ada.invited(&id, "guest@example.com", "MEMBER").await;
    let user = ada.me().await.text("/me/id").to_owned();
    assert!(!app.tokens_of("invitation", "guest@example.com").is_empty());
    vec![
        ("Organization", id),
        ("Membership", membership),
        ("Invitation", invitation),
        ("Session", ada.session_id.clone()),
        ("User", user),
    ]
}

#[tokio::test]
async fn a_node_is_any_object_that_the_viewer_may_see_and_null_for_everybody_else() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let bob = app.verified("bob").await;
    let eve = app.verified("eve").await;
    for (kind, id) in objects(&app, &ada, &bob).await {
        let seen = node(&ada, &id).await;
        assert_eq!(seen.at("/node"), &json!({ "__typename": kind, "id": id }));
        assert_eq!(node(&eve, &id).await.at("/node"), &Value::Null, "{kind}");
        // A member sees the other members, but neither the invitations nor the sessions of others.
        let shared = !["Invitation", "Session"].contains(&kind);
        let seen = node(&bob, &id).await;
        assert_eq!(seen.at("/node").is_object(), shared, "{kind}");
        assert_eq!(
            app.anonymous()
                .call(
                    "query($id: ID!) { node(id: $id) { id } }",
                    json!({ "id": id })
                )
                .await
                .code(),
            "AUTH_UNAUTHENTICATED"
        );
    }
}

#[tokio::test]
async fn an_invitation_is_a_node_for_the_invited_user() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let guest = app.verified("guest").await;
    let id = ada.new_organization("Engines").await;
    let invitation = ada.invited(&id, "guest@example.com", "ADMIN").await;
    let query =
        "query($id: ID!) { node(id: $id) { ... on Invitation { role organization { name } } } }";
    let seen = guest.call(query, json!({ "id": invitation })).await;
    let expected = json!({ "role": "ADMIN", "organization": { "name": "Engines" } });
    assert_eq!(seen.at("/node"), &expected);
    guest
        .decline(json!({ "invitationId": invitation }))
        .await
        .data();
    assert_eq!(node(&guest, &invitation).await.at("/node"), &Value::Null);
    assert_eq!(node(&ada, &invitation).await.at("/node"), &Value::Null);
}

#[tokio::test]
async fn an_id_of_nothing_is_null() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    for id in [
        "",
        "ada",
        &Uuid::nil().to_string(),
        "01900000-0000-7000-8000-000000000000",
    ] {
        assert_eq!(node(&ada, id).await.at("/node"), &Value::Null, "{id}");
    }
}
