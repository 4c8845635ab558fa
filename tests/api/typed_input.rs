//! Input as people and their programs really send it.

use serde_json::{Value, json};

use crate::support::{PASSWORD, Person, TestApp, TestDatabase, log, sql};

/// What keyboards, autofill and the clipboard leave around a word.
const AROUND: [(&str, &str); 5] = [
    (" ", ""),
    ("", " "),
    ("\u{a0}", "\u{a0}"),
    ("\t", "\r\n"),
    ("\u{3000}", "\n"),
];

#[tokio::test]
async fn blanks_around_an_address_or_a_username_are_no_part_of_it() {
    let app = TestApp::start().await;
    for (number, (before, after)) in AROUND.into_iter().enumerate() {
        let name = format!("ada{number}");
        let around = |text: &str| format!("{before}{text}{after}");
        let email = format!("{name}@example.com");
        let typed = Person {
            email: around(&email),
            username: around(&name),
            password: PASSWORD.to_owned(),
        };
        let registered = app.anonymous().register(&typed).await;
        assert_eq!(registered.text("/register/user/email"), email);
        assert_eq!(registered.text("/register/user/username"), name);
        app.anonymous()
            .resend_verification(&typed.email)
            .await
            .data();
        assert_eq!(app.mailed_tokens(&email).len(), 2);
        app.anonymous()
            .verify(&app.mailed_token(&email))
            .await
            .data();
        for identifier in [&typed.email, &typed.username] {
            app.anonymous()
                .try_log_in(identifier, PASSWORD)
                .await
                .data();
        }
        app.anonymous()
            .request_password_reset(&typed.email)
            .await
            .data();
        assert_eq!(app.tokens_of("reset_password", &email).len(), 1);
        let ada = app.anonymous().log_in(&Person::named(&name)).await;
        let new = format!("new-{email}");
        ada.request_email_change(&around(&new), PASSWORD)
            .await
            .data();
        let link = app.token_of("confirm_email_change", &new);
        let changed = app.anonymous().confirm_email_change(&link).await;
        assert_eq!(changed.text("/confirmEmailChange/user/email"), new);
        let rename = "mutation($name: String!) { updateProfile(input: { username: $name }) { user { username } } }";
        let renamed = ada.call(rename, json!({ "name": around("renamed") })).await;
        assert_eq!(renamed.text("/updateProfile/user/username"), "renamed");
        ada.delete_account(PASSWORD).await.data();
    }
}

#[tokio::test]
async fn an_invitation_goes_to_the_address_without_the_blanks_around_it() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let mine = "{ me { memberships { organization { id } } } }";
    let id = ada
        .ask(mine)
        .await
        .text("/me/memberships/0/organization/id")
        .to_owned();
    let invite = "mutation($input: InviteMemberInput!) { inviteMember(input: $input) { invitation { email } } }";
    let input =
        json!({ "organizationId": id, "email": "\u{a0}bob@example.com\n", "role": "MEMBER" });
    let invited = ada.call(invite, json!({ "input": input })).await;
    assert_eq!(
        invited.text("/inviteMember/invitation/email"),
        "bob@example.com"
    );
}

#[tokio::test]
async fn a_text_that_cannot_be_an_address_is_refused_before_anything_is_mailed_or_charged() {
    let app = TestApp::start_with(&["--limit-mail-network", "1/1h"]).await;
    for text in [
        "no address",
        "",
        " ",
        "ada@",
        "ada@example.com\r\nBcc: eve@example.com",
        "ada",
    ] {
        for answer in [
            app.anonymous().request_password_reset(text).await,
            app.anonymous().resend_verification(text).await,
        ] {
            assert_eq!(answer.invalid_paths(), ["input.email"], "{text}");
        }
    }
    app.anonymous()
        .request_password_reset("nobody@example.com")
        .await
        .data();
}

#[tokio::test]
async fn a_byte_order_mark_before_the_json_is_no_part_of_it() {
    let app = TestApp::start().await;
    let answer = app
        .anonymous()
        .send(b"\xef\xbb\xbf{\"query\":\"{ __typename }\"}".to_vec())
        .await;
    assert_eq!(answer.text("/__typename"), "Query");
    for wrong in [
        &b"\xef\xbb\xbf"[..],
        b"\xef\xbb{\"query\":\"{ __typename }\"}",
    ] {
        assert_eq!(
            app.anonymous().send(wrong.to_vec()).await.invalid_paths(),
            ["body"]
        );
    }
}

#[tokio::test]
async fn one_can_change_the_letter_case_of_ones_own_address() {
    for concealed in ["false", "true"] {
        let app = TestApp::start_with(&["--conceal-accounts", concealed]).await;
        let ada = app.verified("ada").await;
        ada.request_email_change("Ada@Example.com", PASSWORD)
            .await
            .data();
        let link = app.token_of("confirm_email_change", "Ada@example.com");
        let changed = app.anonymous().confirm_email_change(&link).await;
        assert_eq!(
            changed.text("/confirmEmailChange/user/email"),
            "Ada@example.com"
        );
        assert_eq!(ada.me().await.text("/me/email"), "Ada@example.com");
        app.anonymous().log_in(&ada.person).await;
    }
}

#[tokio::test]
async fn a_hash_of_a_foreign_format_is_a_wrong_password_to_its_user_and_an_error_to_the_operator() {
    for (number, hash) in [
        "pbkdf2_sha256$600000$salt$hash",
        "$argon2i$v=19$m=16,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
        "$argon2id$v=19$m=4294967295,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
        "$2b$nonsense",
        "5f4dcc3b5aa765d61d8327deb882cf99",
        "",
    ]
    .into_iter()
    .enumerate()
    {
        let database = TestDatabase::shared().await;
        let app = TestApp::start_on(&database, &[]).await;
        let name = format!("ada{number}");
        let ada = app.verified(&name).await;
        let id = ada.me().await.text("/me/id").to_owned();
        sql::execute(&database.url, &format!("UPDATE users SET password_hash = '{hash}'")).await;
        let change = "mutation($input: ChangePasswordInput!) { changePassword(input: $input) { revokedSessions } }";
        let passwords = json!({ "currentPassword": PASSWORD, "newPassword": "seven purple elephants juggle" });
        for answer in [
            app.anonymous().try_log_in(&name, PASSWORD).await,
            ada.call(change, json!({ "input": passwords })).await,
            ada.request_email_change("new@example.com", PASSWORD).await,
            ada.delete_account(PASSWORD).await,
        ] {
            assert_eq!(answer.code(), "AUTH_INVALID_CREDENTIALS", "{hash}");
        }
        let errors = log::all(&["ERROR", "no password can be right", &id]);
        assert_eq!(errors.len(), 4, "{hash}");
        assert!(hash.is_empty() || errors.iter().all(|line| !line.contains(hash)), "{errors:?}");
        // A reset mends it.
        app.anonymous().request_password_reset(&ada.person.email).await.data();
        let link = app.token_of("reset_password", &ada.person.email);
        app.anonymous().reset_password(&link, PASSWORD).await.data();
        app.anonymous().log_in(&ada.person).await;
    }
}

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
async fn the_list_of_reserved_names_is_a_setting_and_a_name_that_one_has_stays_ones_own() {
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

#[tokio::test]
async fn a_site_of_many_pages_never_meets_a_limit_of_refreshes_and_a_copied_token_does() {
    // A page a second for ten minutes, each of which refreshes, at the limits of the defaults.
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
        let somebody = app.verified(name).await;
        somebody.refreshed().await.refreshed().await;
    }
    // A page that asks whether anybody is signed in shows no token.
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
