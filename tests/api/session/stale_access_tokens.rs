//! Access tokens whose role differs from the role on record.

use serde_json::{Value, json};

use crate::support::{Answer, SignedIn, TestApp};

/// An organization in which Bob has a role, and the objects that he tries to change.
struct Setup {
    ada: SignedIn,
    bob: SignedIn,
    id: String,
    /// The id of Bob's membership.
    membership: String,
    /// The id of Carol's membership.
    other: String,
    invitation: String,
}

impl Setup {
    async fn make(app: &TestApp, role: &str) -> Self {
        let ada = app.verified("ada").await;
        let bob = app.verified("bob").await;
        let carol = app.verified("carol").await;
        let id = ada.new_organization("Engines").await;
        Self {
            membership: ada.admit(&id, &bob, role).await,
            other: ada.admit(&id, &carol, "MEMBER").await,
            invitation: ada.invited(&id, "dave@example.com", "MEMBER").await,
            ada,
            bob,
            id,
        }
    }

    async fn give_role(&self, role: &str) {
        self.ada
            .update_member_role(&self.membership, role)
            .await
            .data();
    }

    /// Tries everything that needs a role, in an order in which all can succeed.
    async fn try_all_fields(&self, caller: &SignedIn) -> Vec<(&'static str, Answer)> {
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

/// Returns the result of each attempt: the code of its refusal, or nothing.
fn codes(tried: &[(&'static str, Answer)]) -> Vec<(&'static str, Value)> {
    let code = |answer: &Answer| answer.body.pointer("/errors/0/extensions/code").cloned();
    tried
        .iter()
        .map(|(field, answer)| (*field, code(answer).unwrap_or_default()))
        .collect()
}

#[tokio::test]
async fn a_promoted_member_is_asked_to_refresh_and_may_then_do_more() {
    let app = TestApp::start().await;
    let setup = Setup::make(&app, "ADMIN").await;
    let bob = setup.bob.switched_to(&setup.id).await;
    setup.give_role("OWNER").await;
    for (field, answer) in setup.try_all_fields(&bob).await {
        assert_stale(field, &answer);
        bob.me().await.data();
    }
    let bob = bob.refreshed().await;
    for (field, answer) in setup.try_all_fields(&bob).await {
        assert!(
            answer.body.get("errors").is_none(),
            "{field}: {:#}",
            answer.body
        );
        assert_eq!(answer.header("www-authenticate"), None);
    }
}

#[tokio::test]
async fn a_demoted_member_is_asked_to_refresh_and_may_then_do_less() {
    let app = TestApp::start().await;
    let setup = Setup::make(&app, "OWNER").await;
    let bob = setup.bob.switched_to(&setup.id).await;
    setup.give_role("MEMBER").await;
    for (field, answer) in setup.try_all_fields(&bob).await {
        assert_stale(field, &answer);
        bob.me().await.data();
    }
    let bob = bob.refreshed().await;
    for (field, answer) in setup.try_all_fields(&bob).await {
        if field == "invitations" {
            let seen = answer.at("/organization/invitations");
            assert_eq!(seen, &Value::Null);
        } else {
            assert_eq!(answer.code(), "ORGANIZATION_ROLE_INSUFFICIENT", "{field}");
        }
    }
}

#[tokio::test]
async fn a_removed_member_is_asked_to_refresh_and_then_finds_nothing() {
    let app = TestApp::start().await;
    let setup = Setup::make(&app, "OWNER").await;
    let bob = setup.bob.switched_to(&setup.id).await;
    setup.ada.remove_member(&setup.membership).await.data();
    for (field, answer) in setup.try_all_fields(&bob).await {
        if field == "invitations" {
            assert_eq!(answer.at("/organization"), &Value::Null);
        } else {
            assert_stale(field, &answer);
        }
        bob.me().await.data();
    }
    // A former member with an invitation sees the organization.
    setup
        .ada
        .invite(&setup.id, "bob@example.com", "MEMBER")
        .await
        .data();
    let query = "{ invitations { organization { invitations { id } } } }";
    assert_stale("invitations", &bob.ask(query).await);
    let bob = bob.refreshed().await;
    let seen = bob.ask(query).await;
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
    assert_eq!(codes(&setup.try_all_fields(&bob).await), expected);
}

#[tokio::test]
async fn a_stale_token_does_nothing() {
    let app = TestApp::start().await;
    let setup = Setup::make(&app, "ADMIN").await;
    let bob = setup.bob.switched_to(&setup.id).await;
    let seen = "name slug members { nodes { id role } } invitations { id }";
    setup.give_role("OWNER").await;
    let before = setup.ada.organization(&setup.id, seen).await;
    setup.try_all_fields(&bob).await;
    // He cannot leave with it either.
    assert_stale("removeMember", &bob.remove_member(&setup.membership).await);
    let after = setup.ada.organization(&setup.id, seen).await;
    assert_eq!(after.data(), before.data());
    // With the old role, the token is valid again.
    setup.give_role("ADMIN").await;
    bob.revoke_invitation(&setup.invitation).await.data();
}

#[tokio::test]
async fn stepping_down_makes_ones_own_token_stale() {
    let app = TestApp::start().await;
    let setup = Setup::make(&app, "OWNER").await;
    let bob = setup.bob.switched_to(&setup.id).await;
    bob.update_member_role(&setup.membership, "ADMIN")
        .await
        .data();
    let again = bob.update_member_role(&setup.membership, "MEMBER").await;
    assert_stale("updateMemberRole", &again);
    let bob = bob.switched_to(&setup.id).await;
    bob.update_member_role(&setup.membership, "MEMBER")
        .await
        .data();
}

#[tokio::test]
async fn tokens_for_no_organization_or_another_are_judged_by_the_role_on_record() {
    let app = TestApp::start().await;
    let setup = Setup::make(&app, "MEMBER").await;
    let looms = setup.bob.new_organization("Looms").await;
    let elsewhere = app
        .anonymous()
        .log_in(&setup.bob.person)
        .await
        .switched_to(&looms)
        .await;
    for caller in [&setup.bob, &elsewhere] {
        setup.give_role("MEMBER").await;
        let refused = caller
            .update_organization(&setup.id, json!({ "name": "Mills" }))
            .await;
        assert_eq!(refused.code(), "ORGANIZATION_ROLE_INSUFFICIENT");
        assert_eq!(refused.header("www-authenticate"), None);
        setup.give_role("ADMIN").await;
        let listed = caller.organization(&setup.id, "invitations { id }").await;
        assert_eq!(
            listed.at("/organization/invitations/0/id"),
            &json!(setup.invitation)
        );
        setup.give_role("OWNER").await;
        caller
            .update_organization(&setup.id, json!({ "name": "Mills" }))
            .await
            .data();
    }
    setup.ada.remove_member(&setup.membership).await.data();
    for caller in [&setup.bob, &elsewhere] {
        let refused = caller
            .update_organization(&setup.id, json!({ "name": "Mine" }))
            .await;
        assert_eq!(refused.code(), "ORGANIZATION_NOT_FOUND");
    }
    // The organization that the token is for is not the one in which something changed.
    elsewhere
        .update_organization(&looms, json!({ "name": "Mills" }))
        .await
        .data();
}
