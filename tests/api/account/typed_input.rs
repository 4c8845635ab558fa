//! Input as people and their programs send it: blanks, a byte order mark, another letter case.

use serde_json::json;

use crate::support::{PASSWORD, Person, TestApp};

/// Blanks that keyboards, autofill and the clipboard leave around a word.
const AROUND: [(&str, &str); 5] = [
    (" ", ""),
    ("", " "),
    ("\u{a0}", "\u{a0}"),
    ("\t", "\r\n"),
    ("\u{3000}", "\n"),
];

#[tokio::test]
async fn blanks_around_an_address_or_a_username_are_ignored() {
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
async fn a_byte_order_mark_before_the_json_is_ignored() {
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
async fn users_can_change_the_letter_case_of_their_own_address() {
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
