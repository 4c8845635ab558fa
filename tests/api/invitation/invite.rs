//! Sending invitations: permissions, recipients, limits and the text of the mail.

use chrono::TimeDelta;
use serde_json::json;

use crate::support::{Person, TestApp, is_limited, one_line};

const GUEST: &str = "guest@example.com";

#[tokio::test]
async fn the_mail_of_an_invitation_names_the_inviter_the_role_and_the_expiry() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let id = ada.new_organization("Analytical Engines").await;
    let made = ada.invite(&id, "Guest@example.com", "ADMIN").await;
    let mut invitation = made.at("/inviteMember/invitation").clone();
    invitation["id"].take();
    let organization =
        json!({ "id": id, "name": "Analytical Engines", "slug": "analytical-engines" });
    let expected = json!({
        "id": null, "email": "Guest@example.com", "role": "ADMIN",
        "createdAt": "2026-06-01T12:00:00.000Z", "expiresAt": "2026-06-03T12:00:00.000Z",
        "invitedBy": { "username": "ada" }, "organization": organization,
    });
    assert_eq!(invitation, expected);
    let mails = app.mail_to("Guest@example.com").await;
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].envelope.template, "invitation");
    let link = format!("{}/account/accept-invitation#token=lkm_", app.public_url());
    for words in [
        "ada invites you",
        "\"Analytical Engines\"",
        "as an administrator",
        "2026-06-03 12:00 UTC",
        &link,
    ] {
        assert!(
            one_line(&mails[0].text).contains(words),
            "{words}: {}",
            mails[0].text
        );
    }
}

#[tokio::test]
async fn an_invitation_without_a_role_is_for_a_member() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let input = json!({ "organizationId": ada.new_organization("Engines").await, "email": GUEST });
    let made = ada
        .mutate("inviteMember", "invitation { role }", input)
        .await;
    assert_eq!(made.text("/inviteMember/invitation/role"), "MEMBER");
    let mails = app.mail_to(GUEST).await;
    assert!(
        one_line(&mails[0].text).contains("as a member"),
        "{}",
        mails[0].text
    );
}

#[tokio::test]
async fn names_in_an_invitation_make_no_links() {
    let app = TestApp::start().await;
    let eve = app.verified("eve").await;
    let name =
        r#"mutation { updateProfile(input: { displayName: "win@evil.example" }) { user { id } } }"#;
    eve.ask(name).await.data();
    let id = eve.new_organization("https://evil.example:80/win").await;
    eve.invite(&id, GUEST, "MEMBER").await.data();
    let mail = app.mail_to(GUEST).await.remove(0);
    let link = format!("{}/account/accept-invitation#token=lkm_", app.public_url());
    let html = mail.html.replace("&#x2f;", "/");
    for part in [mail.text, html, mail.envelope.subject] {
        let links = part.matches("://").count();
        assert_eq!(links, part.matches(&link).count(), "{part}");
        for linked in ["evil.example", "example:80", "win@evil", "80/win"] {
            assert!(!part.contains(linked), "{linked}: {part}");
        }
    }
    let mail = app.mail_to(GUEST).await.remove(0);
    for shown in [
        "win@\u{2060}evil.\u{2060}example",
        "https:\u{2060}/\u{2060}/\u{2060}evil.\u{2060}example:\u{2060}80/\u{2060}win",
    ] {
        assert!(
            one_line(&mail.text).contains(shown),
            "{shown}: {}",
            mail.text
        );
    }
}

#[tokio::test]
async fn owners_invite_to_every_role_admins_to_all_but_owner_and_members_to_none() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let id = ada.new_organization("Engines").await;
    let bob = app.verified("bob").await;
    ada.admit(&id, &bob, "ADMIN").await;
    let carol = app.verified("carol").await;
    ada.admit(&id, &carol, "MEMBER").await;
    let eve = app.verified("eve").await;
    let (insufficient, missing) = ("ORGANIZATION_ROLE_INSUFFICIENT", "ORGANIZATION_NOT_FOUND");
    for (caller, outcomes) in [
        (&ada, [None, None, None]),
        (&bob, [Some(insufficient), None, None]),
        (&carol, [Some(insufficient); 3]),
        (&eve, [Some(missing); 3]),
    ] {
        for (role, refusal) in ["OWNER", "ADMIN", "MEMBER"].into_iter().zip(outcomes) {
            let email = format!("{role}.of.{}@example.com", caller.person.username);
            let answer = caller.invite(&id, &email, role).await;
            match refusal {
                Some(code) => assert_eq!(answer.code(), code, "{email}"),
                None => assert_eq!(answer.text("/inviteMember/invitation/role"), role),
            }
            let mails = app.mail_to(&email).await;
            assert_eq!(mails.len(), usize::from(refusal.is_none()), "{email}");
        }
    }
    let nowhere = ada.invite("nonsense", GUEST, "MEMBER").await;
    assert_eq!(nowhere.code(), missing);
}

#[tokio::test]
async fn neither_members_nor_the_inviter_can_be_invited() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let id = ada.new_organization("Engines").await;
    let bob = app.verified("bob").await;
    ada.admit(&id, &bob, "ADMIN").await;
    let before = app.mail_to("bob@example.com").await.len();
    for caller in [&ada, &bob] {
        for email in ["ada@example.com", "bob@example.com", "BOB@EXAMPLE.com"] {
            let refused = caller.invite(&id, email, "MEMBER").await;
            assert_eq!(refused.code(), "MEMBERSHIP_EXISTS", "{email}");
        }
    }
    assert_eq!(app.mail_to("bob@example.com").await.len(), before);
    // They do not belong to the other organization.
    let other = ada.new_organization("Looms").await;
    ada.invite(&other, "bob@example.com", "MEMBER").await.data();
}

#[tokio::test]
async fn an_address_is_invited_once_whatever_its_letter_case() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let id = ada.new_organization("Engines").await;
    let bob = app.verified("bob").await;
    ada.admit(&id, &bob, "ADMIN").await;
    let first = ada.invited(&id, GUEST, "MEMBER").await;
    for (caller, email, role) in [
        (&ada, GUEST, "ADMIN"),
        (&bob, "GUEST@example.COM", "MEMBER"),
    ] {
        let refused = caller.invite(&id, email, role).await;
        assert_eq!(refused.code(), "INVITATION_EXISTS", "{email}");
        assert_eq!(app.mail_to(email).await.len(), usize::from(email == GUEST));
    }
    let elsewhere = ada.new_organization("Looms").await;
    ada.invite(&elsewhere, GUEST, "MEMBER").await.data();
    bob.revoke_invitation(&first).await.data();
    ada.invite(&id, "GUEST@example.COM", "ADMIN").await.data();
}

#[tokio::test]
async fn an_invalid_address_is_not_invited() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let id = ada.new_organization("Engines").await;
    let long = format!("{}@example.com", "a".repeat(254));
    for email in [
        "",
        "guest",
        "@example.com",
        "guest@",
        "a b@example.com",
        "a@b\n.com",
        &long,
    ] {
        let refused = ada.invite(&id, email, "MEMBER").await;
        assert_eq!(refused.invalid_paths(), ["input.email"], "{email:?}");
    }
    let none = ada.organization(&id, "invitations { id }").await;
    assert_eq!(none.at("/organization/invitations"), &json!([]));
}

#[tokio::test]
async fn an_invitation_does_not_tell_whether_its_address_has_an_account() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let id = ada.new_organization("Engines").await;
    app.verified("bob").await;
    app.unverified("carol").await;
    let mut answers = Vec::new();
    for name in ["bob", "carol", "nobody"] {
        let email = format!("{name}@example.com");
        let mut answer = ada.invite(&id, &email, "MEMBER").await.body;
        let invitation = &mut answer["data"]["inviteMember"]["invitation"];
        assert_eq!(invitation["email"].take(), *email);
        assert!(invitation["id"].take().is_string());
        answers.push(answer);
        let mails = app.mail_to(&email).await;
        let mail = mails.last().unwrap();
        assert_eq!(mail.envelope.template, "invitation", "{name}");
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0], answers[2]);
    let listed = ada.organization(&id, "invitations { email }").await;
    assert_eq!(
        listed
            .at("/organization/invitations")
            .as_array()
            .unwrap()
            .len(),
        3
    );
}

#[tokio::test]
async fn an_account_has_one_limit_of_invitations_for_all_its_organizations() {
    let app = TestApp::start_with(&["--limit-invitation-account", "3/1h"]).await;
    let ada = app.verified("ada").await;
    let ids = [
        ada.new_organization("Engines").await,
        ada.new_organization("Looms").await,
    ];
    let bob = app.verified("bob").await;
    ada.admit(&ids[0], &bob, "ADMIN").await;
    ada.invite(&ids[0], "x@example.com", "MEMBER").await.data();
    ada.invite(&ids[1], "y@example.com", "MEMBER").await.data();
    for id in &ids {
        let refused = ada.invite(id, "z@example.com", "MEMBER").await;
        assert!(is_limited(&refused), "{:#}", refused.body);
        assert_eq!(refused.error()["extensions"]["retryAfter"], 1200);
        assert_eq!(refused.header("retry-after"), Some("1200"));
    }
    assert_eq!(app.mail_to("z@example.com").await.len(), 0);
    bob.invite(&ids[0], "z@example.com", "MEMBER").await.data();
    app.advance(TimeDelta::minutes(20));
    ada.invite(&ids[1], "z@example.com", "MEMBER").await.data();
}

#[tokio::test]
async fn an_address_has_one_limit_of_invitations_for_all_inviters() {
    let app = TestApp::start_with(&["--limit-mail-address", "2/1h"]).await;
    let mut answers = Vec::new();
    for (name, email) in [
        ("ada", GUEST),
        ("bob", "GUEST@example.com"),
        ("carol", GUEST),
    ] {
        let caller = app.verified(name).await;
        let id = caller.new_organization("Engines").await;
        answers.push(is_limited(&caller.invite(&id, email, "MEMBER").await));
        let other = caller
            .invite(&id, &format!("{name}s@example.com"), "MEMBER")
            .await;
        other.data();
    }
    assert_eq!(answers, [false, false, true]);
    // That does not block other mail.
    app.anonymous()
        .register(&Person::named("guest"))
        .await
        .data();
}

#[tokio::test]
async fn a_member_who_may_not_invite_does_not_use_up_the_mail_of_an_address() {
    let app = TestApp::start_with(&["--limit-mail-address", "1/1h"]).await;
    let ada = app.verified("ada").await;
    let eve = app.verified("eve").await;
    let id = ada.new_organization("Engines").await;
    for _ in 0..3 {
        let refused = eve.invite(&id, GUEST, "MEMBER").await;
        assert_eq!(refused.code(), "ORGANIZATION_NOT_FOUND");
    }
    ada.invite(&id, GUEST, "MEMBER").await.data();
}

#[tokio::test]
async fn repeated_invitations_without_mail_do_not_use_up_the_mail_of_an_address() {
    let app = TestApp::start_with(&["--limit-mail-address", "2/1h"]).await;
    let mallory = app.verified("mallory").await;
    let theirs = mallory.new_organization("Nets").await;
    mallory.invite(&theirs, GUEST, "MEMBER").await.data();
    for _ in 0..3 {
        let again = mallory.invite(&theirs, GUEST, "MEMBER").await;
        assert_eq!(again.code(), "INVITATION_EXISTS");
    }
    let ada = app.verified("ada").await;
    let hers = ada.new_organization("Engines").await;
    ada.invite(&hers, GUEST, "MEMBER").await.data();
}
