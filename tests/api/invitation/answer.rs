//! Invitations: accepted, declined, withdrawn.

use serde_json::{Value, json};

use crate::support::{SignedIn, TestApp, one_line};

const BOB: &str = "bob@example.com";

/// Returns the owner of an organization, another user, and the id of the organization.
pub async fn owner_and_guest(app: &TestApp) -> (SignedIn, SignedIn, String) {
    let ada = app.verified("ada").await;
    let bob = app.verified("bob").await;
    let id = ada.new_organization("Engines").await;
    (ada, bob, id)
}

fn token(text: &str) -> Value {
    json!({ "token": text })
}

pub fn by_id(id: &str) -> Value {
    json!({ "invitationId": id })
}

#[tokio::test]
async fn the_mailed_link_makes_a_member_once() {
    let app = TestApp::start().await;
    let (ada, bob, id) = owner_and_guest(&app).await;
    ada.invite(&id, "BOB@example.com", "ADMIN").await.data();
    app.advance(chrono::TimeDelta::minutes(1));
    let link = app.token_of("invitation", "BOB@example.com");
    let joined = bob.accept(token(&link)).await;
    let membership = joined.at("/acceptInvitation/membership");
    assert_eq!(membership["role"], "ADMIN");
    assert_eq!(membership["joinedAt"], "2026-06-01T12:01:00.000Z");
    assert_eq!(membership["user"]["username"], "bob");
    assert_eq!(membership["organization"]["name"], "Engines");
    assert_eq!(ada.roles_in(&id).await["bob"], "ADMIN");
    for answer in [
        bob.accept(token(&link)).await,
        bob.decline(token(&link)).await,
    ] {
        assert_eq!(answer.code(), "AUTH_LINK_INVALID");
    }
    let none = ada.organization(&id, "invitations { id }").await;
    assert_eq!(none.at("/organization/invitations"), &json!([]));
}

#[tokio::test]
async fn a_logged_in_user_needs_no_link_to_accept() {
    let app = TestApp::start().await;
    let (ada, bob, id) = owner_and_guest(&app).await;
    ada.invite(&id, BOB, "MEMBER").await.data();
    let waiting = bob.waiting().await;
    let invitation = waiting[0]["id"].as_str().unwrap();
    bob.accept(by_id(invitation)).await.data();
    assert_eq!(bob.roles_in(&id).await["bob"], "MEMBER");
    assert_eq!(bob.waiting().await, [json!(null); 0]);
    let link = app.token_of("invitation", BOB);
    assert_eq!(bob.accept(token(&link)).await.code(), "AUTH_LINK_INVALID");
    assert_eq!(
        bob.accept(by_id(invitation)).await.code(),
        "INVITATION_NOT_FOUND"
    );
}

#[tokio::test]
async fn an_answer_names_its_invitation_in_one_way() {
    let app = TestApp::start().await;
    let (ada, bob, id) = owner_and_guest(&app).await;
    let invitation = ada.invited(&id, BOB, "MEMBER").await;
    let link = app.token_of("invitation", BOB);
    for input in [
        json!({}),
        json!({ "token": null, "invitationId": null }),
        json!({ "token": link, "invitationId": invitation }),
        json!({ "token": "", "invitationId": "" }),
    ] {
        for answer in [
            bob.accept(input.clone()).await,
            bob.decline(input.clone()).await,
        ] {
            assert_eq!(answer.invalid_paths(), ["input.token"], "{input}");
        }
    }
    bob.accept(json!({ "token": link, "invitationId": null }))
        .await
        .data();
}

#[tokio::test]
async fn an_unknown_invitation_is_refused() {
    let app = TestApp::start().await;
    let (ada, bob, id) = owner_and_guest(&app).await;
    let invitation = ada.invited(&id, BOB, "MEMBER").await;
    let link = app.token_of("invitation", BOB);
    bob.request_password_reset(BOB).await.data();
    let reset = app.token_of("reset_password", BOB);
    let cut = &link[..link.len() - 1];
    for text in ["", "lkm_", &link[4..], cut, &reset, &invitation, "\u{0}"] {
        for answer in [
            bob.accept(token(text)).await,
            bob.decline(token(text)).await,
        ] {
            assert_eq!(answer.code(), "AUTH_LINK_INVALID", "{text:?}");
        }
    }
    for text in [
        "",
        "nonsense",
        &link,
        &id,
        "01900000-0000-7000-8000-000000000000",
    ] {
        for answer in [
            bob.accept(by_id(text)).await,
            bob.decline(by_id(text)).await,
        ] {
            assert_eq!(answer.code(), "INVITATION_NOT_FOUND", "{text:?}");
        }
    }
    bob.accept(token(&link)).await.data();
}

#[tokio::test]
async fn an_invitation_to_another_address_is_answered_by_nobody_else() {
    let app = TestApp::start().await;
    let (ada, bob, id) = owner_and_guest(&app).await;
    let eve = app.verified("eve").await;
    let invitation = ada.invited(&id, BOB, "MEMBER").await;
    let link = app.token_of("invitation", BOB);
    for caller in [&eve, &ada] {
        for answer in [
            caller.accept(token(&link)).await,
            caller.decline(token(&link)).await,
        ] {
            assert_eq!(answer.code(), "INVITATION_EMAIL_MISMATCH");
        }
        for answer in [
            caller.accept(by_id(&invitation)).await,
            caller.decline(by_id(&invitation)).await,
        ] {
            assert_eq!(answer.code(), "INVITATION_NOT_FOUND");
        }
    }
    assert!(!ada.roles_in(&id).await.contains_key("eve"));
    bob.accept(token(&link)).await.data();
}

#[tokio::test]
async fn a_user_who_declines_is_no_member_and_may_be_invited_again() {
    let app = TestApp::start().await;
    let (ada, bob, id) = owner_and_guest(&app).await;
    for by_link in [true, false] {
        let invitation = ada.invited(&id, BOB, "MEMBER").await;
        let link = app.token_of("invitation", BOB);
        let input = if by_link {
            token(&link)
        } else {
            by_id(&invitation)
        };
        let declined = bob.decline(input).await;
        let gone = declined.text("/declineInvitation/declinedInvitationId");
        assert_eq!(gone, invitation);
        assert_eq!(bob.waiting().await, [json!(null); 0]);
        assert_eq!(bob.accept(token(&link)).await.code(), "AUTH_LINK_INVALID");
        assert_eq!(
            bob.accept(by_id(&invitation)).await.code(),
            "INVITATION_NOT_FOUND"
        );
        assert_eq!(ada.roles_in(&id).await.len(), 1);
    }
    ada.admit(&id, &bob, "MEMBER").await;
}

#[tokio::test]
async fn the_roles_that_may_invite_may_also_withdraw_the_invitation() {
    let app = TestApp::start().await;
    let (ada, bob, id) = owner_and_guest(&app).await;
    ada.admit(&id, &bob, "ADMIN").await;
    let carol = app.verified("carol").await;
    ada.admit(&id, &carol, "MEMBER").await;
    let dave = app.verified("dave").await;
    let eve = app.verified("eve").await;
    let (insufficient, missing) = ("ORGANIZATION_ROLE_INSUFFICIENT", "INVITATION_NOT_FOUND");
    for (role, admins) in [
        ("OWNER", Some(insufficient)),
        ("ADMIN", None),
        ("MEMBER", None),
    ] {
        for (caller, refusal) in [
            (&carol, Some(insufficient)),
            (&dave, Some(missing)),
            (&eve, Some(missing)),
            (&bob, admins),
            (&ada, None),
        ] {
            let invitation = ada.invited(&id, "dave@example.com", role).await;
            let link = app.token_of("invitation", "dave@example.com");
            let answer = caller.revoke_invitation(&invitation).await;
            let username = &caller.person.username;
            if let Some(code) = refusal {
                assert_eq!(answer.code(), code, "{username} {role}");
                assert_eq!(dave.waiting().await.len(), 1, "{username} {role}");
                ada.revoke_invitation(&invitation).await.data();
            } else {
                let gone = answer.text("/revokeInvitation/revokedInvitationId");
                assert_eq!(gone, invitation, "{username} {role}");
            }
            assert_eq!(dave.waiting().await, [json!(null); 0]);
            assert_eq!(dave.accept(token(&link)).await.code(), "AUTH_LINK_INVALID");
            assert_eq!(dave.decline(by_id(&invitation)).await.code(), missing);
            assert_eq!(ada.revoke_invitation(&invitation).await.code(), missing);
        }
    }
    assert_eq!(ada.revoke_invitation("nonsense").await.code(), missing);
}

#[tokio::test]
async fn a_member_who_is_invited_at_a_newer_address_keeps_their_role() {
    let app = TestApp::start().await;
    let (ada, bob, id) = owner_and_guest(&app).await;
    ada.admit(&id, &bob, "MEMBER").await;
    let invitation = ada.invited(&id, "new@example.com", "OWNER").await;
    let link = app.token_of("invitation", "new@example.com");
    bob.request_email_change("new@example.com", &bob.person.password)
        .await
        .data();
    let confirm = app.token_of("confirm_email_change", "new@example.com");
    bob.confirm_email_change(&confirm).await.data();
    for answer in [
        bob.accept(token(&link)).await,
        bob.accept(by_id(&invitation)).await,
        ada.invite(&id, "new@example.com", "OWNER").await,
    ] {
        assert_eq!(answer.code(), "MEMBERSHIP_EXISTS");
    }
    assert_eq!(ada.roles_in(&id).await["bob"], "MEMBER");
    bob.decline(token(&link)).await.data();
    // The address that he gave up has no account.
    ada.invite(&id, BOB, "MEMBER").await.data();
}

#[tokio::test]
async fn the_owners_are_mailed_when_an_invitation_adds_an_owner() {
    let app = TestApp::start().await;
    let (ada, bob, id) = owner_and_guest(&app).await;
    let carol = app.verified("carol").await;
    ada.admit(&id, &carol, "OWNER").await;
    let dave = app.verified("dave").await;
    ada.admit(&id, &dave, "ADMIN").await;
    let owner_notices = async |user: &SignedIn| {
        let mut mails = app.mail_to(&user.person.email).await;
        mails.retain(|mail| mail.envelope.template == "owner_added");
        mails
    };
    assert_eq!(owner_notices(&ada).await.len(), 1, "of Carol");
    ada.admit(&id, &bob, "OWNER").await;
    for (user, mails) in [(&ada, 2), (&carol, 1), (&dave, 0), (&bob, 0)] {
        assert_eq!(
            owner_notices(user).await.len(),
            mails,
            "{}",
            user.person.username
        );
    }
    let mail = owner_notices(&carol).await.remove(0);
    for words in [
        "bob is now an owner",
        "\"Engines\"",
        "carol",
        "2026-06-01 12:00 UTC",
    ] {
        assert!(
            one_line(&mail.text).contains(words),
            "{words}: {}",
            mail.text
        );
    }
    assert!(!mail.text.contains("http"), "{}", mail.text);
}
