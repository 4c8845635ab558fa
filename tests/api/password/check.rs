//! `passwordPolicy` and `checkPassword`: the same policy that `register` and the others enforce.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::{Answer, PASSWORD, Person, SignedIn, TestApp, TestDatabase, sql};

async fn check(app: &TestApp, input: Value) -> Answer {
    let query = "query($input: CheckPasswordInput!) {
        checkPassword(input: $input) { acceptable score problems suggestions } }";
    app.anonymous().call(query, json!({ "input": input })).await
}

#[tokio::test]
async fn the_policy_is_that_of_the_settings() {
    let query = "{ passwordPolicy { minLength maxLength minScore } }";
    let app = TestApp::start().await;
    let policy = app.anonymous().ask(query).await;
    let expected = json!({ "minLength": 8, "maxLength": 256, "minScore": 3 });
    assert_eq!(*policy.at("/passwordPolicy"), expected);
    let strict =
        TestApp::start_with(&["--password-min-length", "15", "--password-min-score", "4"]).await;
    let policy = strict.anonymous().ask(query).await;
    let expected = json!({ "minLength": 15, "maxLength": 256, "minScore": 4 });
    assert_eq!(*policy.at("/passwordPolicy"), expected);
}

#[tokio::test]
async fn each_problem_is_named() {
    let app = TestApp::start().await;
    for (password, problems) in [
        ("seven purple elephants juggle", &[][..]),
        ("", &["TOO_SHORT", "TOO_GUESSABLE"]),
        ("xK9#qv", &["TOO_SHORT", "TOO_GUESSABLE"]),
        ("password1", &["TOO_COMMON", "TOO_GUESSABLE"]),
        ("abcabcabcabc", &["TOO_GUESSABLE"]),
        ("ada-lovelace", &["TOO_GUESSABLE", "CONTAINS_IDENTITY"]),
        ("ADA-Lovelace1", &["TOO_GUESSABLE", "CONTAINS_IDENTITY"]),
        (
            "ada-lovelace@example.com",
            &["TOO_GUESSABLE", "CONTAINS_IDENTITY"],
        ),
    ] {
        let input = json!({ "password": password, "email": "ada-lovelace@example.com", "username": "ada-lovelace" });
        let answer = check(&app, input).await;
        assert_eq!(
            *answer.at("/checkPassword/problems"),
            json!(problems),
            "{password}"
        );
        assert_eq!(
            answer.at("/checkPassword/acceptable"),
            problems.is_empty(),
            "{password}"
        );
    }
    let long = check(
        &app,
        json!({ "password": "seven purple elephants juggle ".repeat(9) }),
    )
    .await;
    assert_eq!(*long.at("/checkPassword/problems"), json!(["TOO_LONG"]));
    assert_eq!(long.at("/checkPassword/score"), 4);
}

#[tokio::test]
async fn the_check_accepts_what_a_registration_accepts() {
    let app = TestApp::start().await;
    let passwords = [
        "correct horse battery staple 42",
        "password",
        "person-3-secret",
        "Tr0ub4dor&3",
        "qwertyuiop",
        "七つの紫の象が踊る",
        "        ",
        "xkqz vwjy tfbn",
        "short",
        "person-8@example.com",
        "2026-06-01",
    ];
    for (number, password) in passwords.into_iter().enumerate() {
        let person = Person {
            password: password.to_owned(),
            ..Person::named(&format!("person-{number}"))
        };
        let input =
            json!({ "password": password, "email": person.email, "username": person.username });
        let checked = check(&app, input).await;
        let registered = app.anonymous().register(&person).await;
        let taken = registered.body.get("errors").is_none();
        assert_eq!(
            *checked.at("/checkPassword/acceptable"),
            taken,
            "{password}"
        );
    }
}

#[tokio::test]
async fn a_display_name_counts_like_the_other_names() {
    let app = TestApp::start().await;
    let password = "Augusta Lovelace";
    let input = json!({ "password": password, "email": "ada@example.com", "username": "ada",
        "displayName": "Augusta Lovelace" });
    let checked = check(&app, input.clone()).await;
    assert_eq!(*checked.at("/checkPassword/acceptable"), false);
    assert!(
        checked
            .at("/checkPassword/problems")
            .as_array()
            .unwrap()
            .contains(&json!("CONTAINS_IDENTITY"))
    );
    let register = "mutation($input: RegisterInput!) { register(input: $input) { user { id } } }";
    let refused = app
        .anonymous()
        .call(register, json!({ "input": input }))
        .await;
    assert_eq!(refused.invalid_paths(), ["input.password"]);
}

/// Signs in a user with that display name.
async fn purple_juggling_elephants(app: &TestApp) -> SignedIn {
    let ada = app.verified("ada").await;
    let rename = r#"mutation { updateProfile(input: { displayName: "Purple Juggling Elephants" }) { user { id } } }"#;
    ada.ask(rename).await.data();
    ada
}

/// The page of a logged-in user need not send the names that the service has on record.
#[tokio::test]
async fn a_logged_in_callers_own_names_count_and_the_verdict_is_that_of_the_change() {
    let app = TestApp::start().await;
    let ada = purple_juggling_elephants(&app).await;
    let judge =
        "query($input: CheckPasswordInput!) { checkPassword(input: $input) { acceptable } }";
    let change = "mutation($input: ChangePasswordInput!) { changePassword(input: $input) { revokedSessions } }";
    for (password, acceptable) in [
        ("Purple Juggling Elephants", false),
        ("seven granite wolves dance", true),
    ] {
        let input = json!({ "input": { "password": password } });
        let signed_in = ada.call(judge, input.clone()).await;
        assert_eq!(*signed_in.at("/checkPassword/acceptable"), acceptable);
        let stranger = app.anonymous().call(judge, input.clone()).await;
        assert_eq!(*stranger.at("/checkPassword/acceptable"), true);
        let expired = app.anonymous().bearer("nonsense").call(judge, input).await;
        assert_eq!(*expired.at("/checkPassword/acceptable"), true);
        let input = json!({ "currentPassword": PASSWORD, "newPassword": password });
        let changed = ada.call(change, json!({ "input": input })).await;
        assert_eq!(
            changed.body.get("errors").is_none(),
            acceptable,
            "{:#}",
            changed.body
        );
    }
}

/// Judges the display name of [`purple_juggling_elephants`] as a password, for the caller with this access token.
async fn check_display_name(app: &TestApp, access_token: &str) -> Answer {
    let query =
        r#"{ checkPassword(input: { password: "Purple Juggling Elephants" }) { acceptable } }"#;
    app.anonymous().bearer(access_token).ask(query).await
}

#[tokio::test]
async fn a_token_that_is_not_valid_is_ignored() {
    let app = TestApp::start().await;
    let ada = purple_juggling_elephants(&app).await;
    let signed_in = check_display_name(&app, &ada.access_token).await;
    assert_eq!(*signed_in.at("/checkPassword/acceptable"), false);
    app.advance(TimeDelta::hours(1));
    assert_eq!(ada.me().await.code(), "AUTH_TOKEN_EXPIRED");
    let phone = app.anonymous().log_in(&ada.person).await;
    phone.ask("mutation { logout { revokedSessions } }").await;
    assert_eq!(phone.me().await.code(), "AUTH_SESSION_ENDED");
    for token in ["nonsense", &ada.access_token, &phone.access_token] {
        let answer = check_display_name(&app, token).await;
        assert_eq!(*answer.at("/checkPassword/acceptable"), true, "{token}");
        assert_eq!(answer.header("www-authenticate"), None, "{token}");
    }
}

/// Without the caller's names, the service would accept a password that `changePassword` refuses.
#[tokio::test]
async fn a_caller_who_cannot_be_looked_up_gets_an_error_and_no_judgement() {
    let database = TestDatabase::shared().await;
    let app = TestApp::start_on(&database, &[]).await;
    let ada = purple_juggling_elephants(&app).await;
    sql::execute(&database.url, "ALTER TABLE sessions RENAME TO gone").await;
    let answer = check_display_name(&app, &ada.access_token).await;
    assert_eq!(answer.code(), "INTERNAL");
    let anonymous = check(&app, json!({ "password": "seven granite wolves dance" })).await;
    assert_eq!(*anonymous.at("/checkPassword/acceptable"), true);
}

#[tokio::test]
async fn an_address_that_is_still_being_typed_is_no_error() {
    let app = TestApp::start().await;
    for email in ["", "a", "ada@", "\u{0}", &"a".repeat(10_000)] {
        let input = json!({ "password": "seven purple elephants juggle", "email": email, "username": email });
        check(&app, input).await.data();
    }
    let answer = check(
        &app,
        json!({ "password": "unfinished-address", "email": "unfinished-addr" }),
    )
    .await;
    assert_eq!(
        *answer.at("/checkPassword/problems"),
        json!(["TOO_GUESSABLE", "CONTAINS_IDENTITY"])
    );
}

#[tokio::test]
async fn a_password_is_judged_once_in_an_operation_and_not_by_url() {
    let app = TestApp::start().await;
    let twice = r#"{ a: checkPassword(input: { password: "x" }) { score } b: checkPassword(input: { password: "y" }) { score } }"#;
    let refused = app.anonymous().ask(twice).await;
    assert_eq!(refused.invalid_paths(), ["query"]);
    let url =
        app.url("/graphql?query=%7BcheckPassword(input:%7Bpassword:%22secret%22%7D)%7Bscore%7D%7D");
    let answer = reqwest::get(url).await.unwrap();
    assert_eq!(answer.status().as_u16(), 405);
    assert_eq!(answer.headers()["allow"], "POST");
    let text = answer.text().await.unwrap();
    assert!(
        text.contains("VALIDATION_FAILED") && !text.contains("secret\""),
        "{text}"
    );
}
