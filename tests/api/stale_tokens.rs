//! Access tokens that say another role than the one on record, in the organization that they are for.

use serde_json::{Value, json};

use crate::support::{Answer, SignedIn, TestApp};

/// An organization in which Bob is something, and what there is in it to do things to.
struct Place {
    ada: SignedIn,
    bob: SignedIn,
    id: String,
    /// Bob's own.
    membership: String,
    /// A member's.
    other: String,
    invitation: String,
}

impl Place {
    async fn make(app: &TestApp, role: &str) -> Self {
        let ada = app.verified("ada").await;
        let bob = app.verified("bob").await;
        let carol = app.verified("carol").await;
        let id = ada.found("Engines").await;
        Self {
            membership: ada.admit(&id, &bob, role).await,
            other: ada.admit(&id, &carol, "MEMBER").await,
            invitation: ada.invited(&id, "dave@example.com", "MEMBER").await,
            ada,
            bob,
            id,
        }
    }

    async fn give(&self, role: &str) {
        self.ada
            .update_member_role(&self.membership, role)
            .await
            .data();
    }

    /// Everything that asks for a role, tried by somebody in an order in which all can succeed.
    async fn try_everything(&self, caller: &SignedIn) -> Vec<(&'static str, Answer)> {
        let id = &self.id;
        vec![
            (
                "updateOrganization",
                caller
                    .update_organization(id, json!({ "name": "Mills" }))
                    .await,
            ),
            (
                "inviteMember",
                caller.invite(id, "erin@example.com", "MEMBER").await,
            ),
            (
                "revokeInvitation",
                caller.revoke_invitation(&self.invitation).await,
            ),
            (
                "updateMemberRole",
                caller.update_member_role(&self.other, "ADMIN").await,
            ),
            ("removeMember", caller.remove_member(&self.other).await),
            (
                "invitations",
                caller.organization(id, "invitations { id }").await,
            ),
            ("deleteOrganization", caller.delete_organization(id).await),
        ]
    }
}

#[track_caller]
fn assert_stale(field: &str, answer: &Answer) {
    assert_eq!(
        answer.code(),
        "AUTH_TOKEN_STALE",
        "{field}: {:#}",
        answer.body
    );
    let challenge = answer.header("www-authenticate");
    assert_eq!(
        challenge,
        Some(r#"Bearer error="invalid_token""#),
        "{field}"
    );
}

/// What came of each attempt: the code of its refusal, or nothing.
fn codes(tried: &[(&'static str, Answer)]) -> Vec<(&'static str, Value)> {
    let code = |answer: &Answer| answer.body.pointer("/errors/0/extensions/code").cloned();
    tried
        .iter()
        .map(|(field, answer)| (*field, code(answer).unwrap_or_default()))
        .collect()
}

#[tokio::test]
async fn whoever_is_promoted_is_asked_to_refresh_and_may_then_do_more() {
    let app = TestApp::start().await;
    let place = Place::make(&app, "ADMIN").await;
    let bob = place.bob.acting_for(&place.id).await;
    place.give("OWNER").await;
    for (field, answer) in place.try_everything(&bob).await {
        assert_stale(field, &answer);
        bob.me().await.data();
    }
    let bob = bob.refreshed().await;
    for (field, answer) in place.try_everything(&bob).await {
        assert!(
            answer.body.get("errors").is_none(),
            "{field}: {:#}",
            answer.body
        );
        assert_eq!(answer.header("www-authenticate"), None);
    }
}

#[tokio::test]
async fn whoever_is_demoted_is_asked_to_refresh_and_may_then_do_less() {
    let app = TestApp::start().await;
    let place = Place::make(&app, "OWNER").await;
    let bob = place.bob.acting_for(&place.id).await;
    place.give("MEMBER").await;
    for (field, answer) in place.try_everything(&bob).await {
        assert_stale(field, &answer);
        bob.me().await.data();
    }
    let bob = bob.refreshed().await;
    for (field, answer) in place.try_everything(&bob).await {
        if field == "invitations" {
            let seen = answer.at("/organization/invitations");
            assert_eq!(seen, &Value::Null);
        } else {
            assert_eq!(answer.code(), "ORGANIZATION_ROLE_INSUFFICIENT", "{field}");
        }
    }
}

#[tokio::test]
async fn whoever_is_removed_is_asked_to_refresh_and_then_finds_nothing() {
    let app = TestApp::start().await;
    let place = Place::make(&app, "OWNER").await;
    let bob = place.bob.acting_for(&place.id).await;
    place.ada.remove_member(&place.membership).await.data();
    for (field, answer) in place.try_everything(&bob).await {
        if field == "invitations" {
            assert_eq!(answer.at("/organization"), &Value::Null);
        } else {
            assert_stale(field, &answer);
        }
        bob.me().await.data();
    }
    // An invitation shows the organization even to him.
    place
        .ada
        .invite(&place.id, "bob@example.com", "MEMBER")
        .await
        .data();
    let asked = "{ invitations { organization { invitations { id } } } }";
    assert_stale("invitations", &bob.ask(asked).await);
    let bob = bob.refreshed().await;
    let seen = bob.ask(asked).await;
    assert_eq!(
        seen.at("/invitations/0/organization/invitations"),
        &Value::Null
    );
    let missing = "ORGANIZATION_NOT_FOUND";
    let expected = [
        ("updateOrganization", json!(missing)),
        ("inviteMember", json!(missing)),
        ("revokeInvitation", json!("INVITATION_NOT_FOUND")),
        ("updateMemberRole", json!("MEMBERSHIP_NOT_FOUND")),
        ("removeMember", json!("MEMBERSHIP_NOT_FOUND")),
        ("invitations", Value::Null),
        ("deleteOrganization", json!(missing)),
    ];
    assert_eq!(codes(&place.try_everything(&bob).await), expected);
}

#[tokio::test]
async fn a_stale_token_does_nothing() {
    let app = TestApp::start().await;
    let place = Place::make(&app, "ADMIN").await;
    let bob = place.bob.acting_for(&place.id).await;
    let seen = "name slug members { nodes { id role } } invitations { id }";
    place.give("OWNER").await;
    let before = place.ada.organization(&place.id, seen).await;
    place.try_everything(&bob).await;
    // Nor does he leave by it.
    assert_stale("removeMember", &bob.remove_member(&place.membership).await);
    let after = place.ada.organization(&place.id, seen).await;
    assert_eq!(after.data(), before.data());
    // With the role back, the token is good again.
    place.give("ADMIN").await;
    bob.revoke_invitation(&place.invitation).await.data();
}

#[tokio::test]
async fn a_role_that_is_gained_by_stepping_down_makes_ones_own_token_stale() {
    let app = TestApp::start().await;
    let place = Place::make(&app, "OWNER").await;
    let bob = place.bob.acting_for(&place.id).await;
    bob.update_member_role(&place.membership, "ADMIN")
        .await
        .data();
    let again = bob.update_member_role(&place.membership, "MEMBER").await;
    assert_stale("updateMemberRole", &again);
    let bob = bob.acting_for(&place.id).await;
    bob.update_member_role(&place.membership, "MEMBER")
        .await
        .data();
}

#[tokio::test]
async fn tokens_for_no_organization_or_another_are_judged_by_the_role_on_record() {
    let app = TestApp::start().await;
    let place = Place::make(&app, "MEMBER").await;
    let looms = place.bob.found("Looms").await;
    let elsewhere = app
        .anonymous()
        .log_in(&place.bob.person)
        .await
        .acting_for(&looms)
        .await;
    for caller in [&place.bob, &elsewhere] {
        place.give("MEMBER").await;
        let refused = caller
            .update_organization(&place.id, json!({ "name": "Mills" }))
            .await;
        assert_eq!(refused.code(), "ORGANIZATION_ROLE_INSUFFICIENT");
        assert_eq!(refused.header("www-authenticate"), None);
        place.give("ADMIN").await;
        let listed = caller.organization(&place.id, "invitations { id }").await;
        assert_eq!(
            listed.at("/organization/invitations/0/id"),
            &json!(place.invitation)
        );
        place.give("OWNER").await;
        caller
            .update_organization(&place.id, json!({ "name": "Mills" }))
            .await
            .data();
    }
    place.ada.remove_member(&place.membership).await.data();
    for caller in [&place.bob, &elsewhere] {
        let refused = caller
            .update_organization(&place.id, json!({ "name": "Mine" }))
            .await;
        assert_eq!(refused.code(), "ORGANIZATION_NOT_FOUND");
    }
    // The organization that the token is for is not the one in which something changed.
    elsewhere
        .update_organization(&looms, json!({ "name": "Mills" }))
        .await
        .data();
}
