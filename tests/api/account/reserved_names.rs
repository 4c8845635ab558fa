//! Reserved names, which no user and no organization can take.

use serde_json::{Value, json};

use crate::support::{PASSWORD, Person, TestApp, TestDatabase};

fn profile(name: &str) -> (&'static str, Value) {
    let query = "mutation($name: String!) { updateProfile(input: { username: $name }) { user { username } } }";
    (query, json!({ "name": name }))
}

#[tokio::test]
async fn reserved_names_are_refused_as_usernames_and_as_slugs() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let own = ada
        .ask("{ me { memberships { organization { id slug } } } }")
        .await;
    let organization = own.text("/me/memberships/0/organization/id").to_owned();
    for name in [
        "admin",
        "Support",
        "ROOT",
        "api",
        "www",
        "sup-port",
        "no.reply",
        "post_master",
    ] {
        let refused = app
            .anonymous()
            .register(&Person {
                email: "eve@example.com".to_owned(),
                ..Person::named(name)
            })
            .await;
        assert_eq!(refused.invalid_paths(), ["input.username"], "{name}");
        let message = &refused.error()["extensions"]["fields"][0]["message"];
        assert_eq!(
            message, "The username is reserved: choose another.",
            "{name}"
        );
        let (query, variables) = profile(name);
        assert_eq!(
            ada.call(query, variables).await.invalid_paths(),
            ["input.username"],
            "{name}"
        );
        let slug = name.to_lowercase().replace(['.', '_'], "-");
        let update = "mutation($input: UpdateOrganizationInput!) { updateOrganization(input: $input) { organization { slug } } }";
        let input = json!({ "organizationId": organization, "slug": slug });
        let refused = ada.call(update, json!({ "input": input })).await;
        assert_eq!(refused.invalid_paths(), ["input.slug"], "{slug}");
    }
}

#[tokio::test]
async fn a_slug_that_is_made_of_a_name_is_never_a_reserved_one() {
    let app = TestApp::start().await;
    let register = "mutation($input: RegisterInput!) { register(input: $input) { user { memberships { organization { name slug } } } } }";
    let input = json!({ "email": "ada@example.com", "username": "ada", "password": PASSWORD, "organizationName": "Support" });
    let made = app
        .anonymous()
        .call(register, json!({ "input": input }))
        .await;
    let organization = made.at("/register/user/memberships/0/organization");
    assert_eq!(organization["name"], "Support");
    assert!(
        organization["slug"]
            .as_str()
            .unwrap()
            .starts_with("support-"),
        "{organization}"
    );
    let bob = app.verified("bob").await;
    let create =
        "mutation { createOrganization(input: { name: \"A.P.I!\" }) { organization { slug } } }";
    let slug = bob
        .ask(create)
        .await
        .text("/createOrganization/organization/slug")
        .to_owned();
    assert!(slug.starts_with("a-p-i-"), "{slug}");
}

#[tokio::test]
async fn the_list_of_reserved_names_is_a_setting_and_existing_names_are_kept() {
    let database = TestDatabase::shared().await;
    let before = TestApp::start_on(&database, &["--reserved-names", "none"]).await;
    let admin = before.verified("admin").await;
    let own = admin
        .ask("{ me { memberships { organization { id } } } }")
        .await;
    let organization = own.text("/me/memberships/0/organization/id").to_owned();
    let update = "mutation($input: UpdateOrganizationInput!) { updateOrganization(input: $input) { organization { slug } } }";
    let input = json!({ "organizationId": organization, "slug": "support" });
    admin.call(update, json!({ "input": input })).await.data();

    let issuer = before.public_url();
    let app = TestApp::start_on(
        &database,
        &[
            "--reserved-names",
            "default,acme",
            "--token-issuer",
            &issuer,
        ],
    )
    .await;
    let admin = app.anonymous().log_in(&admin.person).await;
    let (query, variables) = profile("Admin");
    admin.call(query, variables).await.data();
    let input = json!({ "organizationId": organization, "slug": "support", "name": "Support" });
    admin.call(update, json!({ "input": input })).await.data();
    for name in ["acme", "root"] {
        let (query, variables) = profile(name);
        assert_eq!(
            admin.call(query, variables).await.invalid_paths(),
            ["input.username"]
        );
    }
}
