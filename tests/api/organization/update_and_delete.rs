//! Updating and deleting organizations, and the limits of both.

use serde_json::json;

use crate::support::{Answer, TestApp, TestDatabase, one_line, organization_with, sql};

const MEMBERS: [(&str, &str); 2] = [("bob", "ADMIN"), ("carol", "MEMBER")];

#[tokio::test]
async fn an_owner_changes_the_name_or_the_slug_and_omitted_fields_stay() {
    let app = TestApp::start().await;
    let (ada, id, [_, carol]) = organization_with(&app, MEMBERS).await;
    let mut expected = ["Engines", "engines"];
    for (changes, name, slug) in [
        (
            json!({ "name": "Difference Engines" }),
            Some("Difference Engines"),
            None,
        ),
        (json!({ "slug": "no-2" }), None, Some("no-2")),
        (json!({ "slug": "no-2" }), None, None),
        (json!({}), None, None),
        (json!({ "name": null, "slug": null }), None, None),
        (
            json!({ "name": "Both", "slug": "both" }),
            Some("Both"),
            Some("both"),
        ),
    ] {
        let [old_name, old_slug] = expected;
        expected = [name.unwrap_or(old_name), slug.unwrap_or(old_slug)];
        let changed = ada.update_organization(&id, changes.clone()).await;
        let seen = carol.organization(&id, "name slug").await;
        for organization in [
            changed.at("/updateOrganization/organization"),
            seen.at("/organization"),
        ] {
            let now = [&organization["name"], &organization["slug"]];
            assert_eq!(now, expected, "{changes}");
        }
    }
}

#[tokio::test]
async fn a_slug_is_fit_for_a_url() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let id = ada.new_organization("Engines").await;
    let long = "a".repeat(65);
    for slug in [
        "", " ", "-a", "a-", "a--b", "A", "a b", "a_b", "ä", "a/b", ".", "a\n", "ａ", &long,
    ] {
        let refused = ada.update_organization(&id, json!({ "slug": slug })).await;
        assert_eq!(refused.invalid_paths(), ["input.slug"], "{slug:?}");
    }
    let both = json!({ "name": "", "slug": "A" });
    let refused = ada.update_organization(&id, both).await;
    assert_eq!(refused.invalid_paths(), ["input.name", "input.slug"]);
    assert_eq!(
        ada.organization(&id, "slug")
            .await
            .text("/organization/slug"),
        "engines"
    );
    for slug in [&long[1..], "7", "a-1-b"] {
        let changed = ada.update_organization(&id, json!({ "slug": slug })).await;
        assert_eq!(changed.text("/updateOrganization/organization/slug"), slug);
    }
}

#[tokio::test]
async fn a_slug_of_another_organization_is_refused_and_nothing_changes() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let bob = app.verified("bob").await;
    let id = ada.new_organization("Engines").await;
    bob.new_organization("Looms").await;
    let changes = json!({ "name": "Looms", "slug": "looms" });
    let refused = ada.update_organization(&id, changes.clone()).await;
    assert_eq!(refused.code(), "ORGANIZATION_SLUG_EXISTS");
    let unchanged = json!({ "name": "Engines", "slug": "engines" });
    let seen = ada.organization(&id, "name slug").await;
    assert_eq!(seen.at("/organization"), &unchanged);
    // When the other organization has a new slug, the old one is free.
    let theirs = bob
        .ask("{ me { memberships { organization { id slug } } } }")
        .await;
    let theirs = theirs.at("/me/memberships/1/organization").clone();
    assert_eq!(theirs["slug"], "looms");
    let looms = theirs["id"].as_str().unwrap();
    bob.update_organization(looms, json!({ "slug": "spindles" }))
        .await
        .data();
    ada.update_organization(&id, changes).await.data();
}

#[tokio::test]
async fn only_owners_may_change_and_delete_an_organization() {
    let app = TestApp::start().await;
    let (_, id, [bob, carol]) = organization_with(&app, MEMBERS).await;
    let eve = app.verified("eve").await;
    let elsewhere = eve.new_organization("Looms").await;
    let unknown = "01900000-0000-7000-8000-000000000000";
    for (caller, id, code) in [
        (&bob, id.as_str(), "ORGANIZATION_ROLE_INSUFFICIENT"),
        (&carol, &id, "ORGANIZATION_ROLE_INSUFFICIENT"),
        (&eve, &id, "ORGANIZATION_NOT_FOUND"),
        (&bob, &elsewhere, "ORGANIZATION_NOT_FOUND"),
        (&eve, unknown, "ORGANIZATION_NOT_FOUND"),
        (&eve, "nonsense", "ORGANIZATION_NOT_FOUND"),
        (&eve, "", "ORGANIZATION_NOT_FOUND"),
    ] {
        let username = &caller.person.username;
        for changes in [
            json!({ "name": "Mine" }),
            json!({ "slug": "looms" }),
            json!({}),
        ] {
            let refused = caller.update_organization(id, changes).await;
            assert_eq!(refused.code(), code, "{username} {id}");
        }
        assert_eq!(
            caller.delete_organization(id).await.code(),
            code,
            "{username} {id}"
        );
    }
    let seen = bob.organization(&id, "name slug").await;
    let unchanged = json!({ "name": "Engines", "slug": "engines" });
    assert_eq!(seen.at("/organization"), &unchanged);
}

#[tokio::test]
async fn a_deleted_organization_is_gone_for_everybody() {
    let database = TestDatabase::shared().await;
    let app = TestApp::start_on(&database, &[]).await;
    let (ada, id, [bob, carol]) = organization_with(&app, MEMBERS).await;
    let dave = app.verified("dave").await;
    let invitation = ada.invited(&id, "dave@example.com", "MEMBER").await;
    let token = app.token_of("invitation", "dave@example.com");
    let membership = carol.membership_in(&id).await;
    let deleted = ada.delete_organization(&id).await;
    assert_eq!(
        deleted.text("/deleteOrganization/deletedOrganizationId"),
        id
    );
    for caller in [&ada, &bob, &carol] {
        let seen = caller.organization(&id, "id").await;
        assert_eq!(seen.data(), &json!({ "organization": null }));
        let mine = caller.ask("{ me { memberships { role } } }").await;
        assert_eq!(mine.at("/me/memberships"), &json!([{ "role": "OWNER" }]));
    }
    assert_eq!(dave.waiting().await, [json!(null); 0]);
    let by_token = dave.accept(json!({ "token": token })).await;
    assert_eq!(by_token.code(), "AUTH_LINK_INVALID");
    let by_id = dave.accept(json!({ "invitationId": invitation })).await;
    assert_eq!(by_id.code(), "INVITATION_NOT_FOUND");
    for (answer, code) in [
        (ada.delete_organization(&id).await, "ORGANIZATION_NOT_FOUND"),
        (
            ada.update_organization(&id, json!({})).await,
            "ORGANIZATION_NOT_FOUND",
        ),
        (
            ada.invite(&id, "x@example.com", "MEMBER").await,
            "ORGANIZATION_NOT_FOUND",
        ),
        (
            ada.revoke_invitation(&invitation).await,
            "INVITATION_NOT_FOUND",
        ),
        (ada.remove_member(&membership).await, "MEMBERSHIP_NOT_FOUND"),
        (
            ada.update_member_role(&membership, "ADMIN").await,
            "MEMBERSHIP_NOT_FOUND",
        ),
    ] {
        assert_eq!(answer.code(), code);
    }
    for (table, left) in [
        ("organizations", "4"),
        ("memberships", "4"),
        ("invitations", "0"),
    ] {
        let count = format!("SELECT CAST(COUNT(*) AS TEXT) FROM {table}");
        assert_eq!(sql::text(&database.url, &count).await, left, "{table}");
    }
    let again = bob.create_organization("Engines").await;
    assert_eq!(
        again.text("/createOrganization/organization/slug"),
        "engines"
    );
}

#[tokio::test]
async fn only_the_other_owners_are_mailed_about_a_deleted_organization() {
    let app = TestApp::start().await;
    let (ada, id, [bob, carol]) = organization_with(&app, MEMBERS).await;
    for name in ["dave", "erin"] {
        let owner = app.verified(name).await;
        ada.admit(&id, &owner, "OWNER").await;
    }
    ada.delete_organization(&id).await.data();
    for name in ["dave", "erin"] {
        let mails = app.mail_to(&format!("{name}@example.com")).await;
        let mail = mails.last().unwrap();
        assert_eq!(mail.envelope.template, "organization_deleted");
        for words in ["\"Engines\"", name, "2026-06-01 12:00 UTC"] {
            assert!(
                one_line(&mail.text).contains(words),
                "{words}: {}",
                mail.text
            );
        }
        assert!(!mail.text.contains("http"), "{}", mail.text);
    }
    for other in [ada, bob, carol] {
        let templates = app.templates_to(&other.person.email).await;
        assert!(
            !templates.contains(&"organization_deleted".to_owned()),
            "{templates:?}"
        );
    }
}

fn retry_after(answer: &Answer) -> &serde_json::Value {
    assert_eq!(answer.code(), "RATE_LIMITED");
    &answer.error()["extensions"]["retryAfter"]
}

#[tokio::test]
async fn an_account_has_one_limit_for_founding_and_renaming_organizations() {
    let app = TestApp::start_with(&["--limit-organization-account", "3/1h"]).await;
    let ada = app.verified("ada").await;
    let bob = app.verified("bob").await;
    let id = ada.new_organization("Engines").await;
    ada.create_organization("Looms").await.data();
    ada.update_organization(&id, json!({ "slug": "no-1" }))
        .await
        .data();
    // Another of her sessions is the same account.
    let phone = app
        .anonymous()
        .header("x-device-id", "phone")
        .log_in(&ada.person)
        .await;
    for caller in [&ada, &phone] {
        let refused = caller.create_organization("Mills").await;
        assert_eq!(retry_after(&refused), 1200);
        assert_eq!(refused.header("retry-after"), Some("1200"));
        let refused = caller
            .update_organization(&id, json!({ "slug": "no-2" }))
            .await;
        assert_eq!(retry_after(&refused), 1200);
    }
    let seen = ada.organization(&id, "slug").await;
    assert_eq!(seen.text("/organization/slug"), "no-1");
    bob.create_organization("Mills").await.data();
    app.advance(chrono::TimeDelta::minutes(20));
    ada.create_organization("Mills").await.data();
    assert_eq!(retry_after(&ada.create_organization("Mills").await), 1200);
}
