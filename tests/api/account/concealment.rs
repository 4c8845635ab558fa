//! `CONCEAL_ACCOUNTS`: a registration tells nobody whether its address has an account.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::{Answer, PASSWORD, Person, TestApp, TestDatabase, sql};

const REGISTER: &str = "mutation($input: RegisterInput!) { register(input: $input) { user {
    id email emailVerified username displayName createdAt updatedAt
    memberships { id role joinedAt user { id username email emailVerified }
      organization { id name slug createdAt
        members(first: 5) { totalCount pageInfo { hasNextPage } nodes { id role user { username } } } } } } } }";

async fn concealing() -> TestApp {
    TestApp::start_with(&["--conceal-accounts", "true"]).await
}

async fn register(app: &TestApp, email: &str, username: &str) -> Answer {
    let input = json!({
        "email": email, "username": username, "password": PASSWORD, "displayName": "Some One",
        "organizationName": format!("Company of {username}"),
    });
    app.anonymous()
        .call(REGISTER, json!({ "input": input }))
        .await
}

/// Returns whether a page may tell people to log in before their address is verified.
async fn unverified_login(app: &TestApp) -> Value {
    let query = "{ signInOptions { unverifiedLogin } }";
    let answer = app.anonymous().ask(query).await;
    answer.at("/signInOptions/unverifiedLogin").clone()
}

#[tokio::test]
async fn the_api_says_whether_an_unverified_user_may_log_in() {
    for (app, allowed) in [(TestApp::start().await, true), (concealing().await, false)] {
        app.registered("ada").await;
        let login = app.anonymous().try_log_in("ada", PASSWORD).await;
        assert_eq!(login.body.get("errors").is_none(), allowed);
        assert_eq!(unverified_login(&app).await, allowed);
    }
}

/// Returns the response with each id replaced by the number of its uses, and the name by a fixed word.
fn shape(answer: &Answer, username: &str, email: &str) -> Value {
    let text = answer
        .body
        .to_string()
        .replace(username, "NAME")
        .replace(email, "EMAIL");
    let mut value: Value = serde_json::from_str(&text).unwrap();
    replace_ids(&mut value, &text);
    value
}

fn replace_ids(value: &mut Value, text: &str) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| replace_ids(item, text)),
        Value::Object(fields) => fields
            .values_mut()
            .for_each(|field| replace_ids(field, text)),
        Value::String(word) if uuid_version(word) == Some('7') => {
            *value = json!(format!(
                "an id that stands there {} times",
                text.matches(&*word).count()
            ));
        }
        _ => {}
    }
}

fn uuid_version(word: &str) -> Option<char> {
    (word.len() == 36 && word.matches('-').count() == 4).then(|| word.chars().nth(14))?
}

#[tokio::test]
async fn a_taken_address_answers_field_by_field_like_a_free_one() {
    let app = concealing().await;
    app.verified("ada").await;
    app.registered("pending").await;
    let free = register(&app, "somebody@example.com", "first").await;
    let expected = shape(&free, "first", "somebody@example.com");
    assert!(
        expected
            .to_string()
            .contains("an id that stands there 2 times"),
        "{expected:#}"
    );
    for (email, username) in [
        ("ada@example.com", "second"),
        ("ADA@example.com", "third"),
        ("pending@example.com", "fourth"),
        ("somebody@example.com", "fifth"),
    ] {
        let taken = register(&app, email, username).await;
        assert_eq!(taken.status, free.status);
        assert_eq!(shape(&taken, username, email), expected, "{email}");
        let names = |answer: &Answer| {
            let mut names: Vec<_> = answer.headers.keys().map(ToString::to_string).collect();
            names.sort();
            names
        };
        assert_eq!(names(&taken), names(&free));
    }
}

#[tokio::test]
async fn the_owner_is_mailed_and_the_link_leads_to_their_own_account() {
    let app = concealing().await;
    let ada = app.verified("ada").await;
    register(&app, "ada@example.com", "imposter").await.data();
    let mails = app.mail_to("ada@example.com").await;
    let last = mails.last().unwrap();
    assert_eq!(last.envelope.template, "account_exists");
    assert!(
        !last.text.contains("imposter") && !last.text.contains("Some One"),
        "{}",
        last.text
    );
    ada.me().await.data();
    let token = app.token_of("account_exists", "ada@example.com");
    app.anonymous()
        .reset_password(&token, "seven purple elephants juggle")
        .await
        .data();
    let login = app
        .anonymous()
        .try_log_in("ada", "seven purple elephants juggle")
        .await;
    assert_eq!(login.text("/login/user/id"), login.text("/login/user/id"));
}

/// The requests after a registration must not reveal it either.
#[tokio::test]
async fn neither_a_login_nor_a_second_registration_distinguishes_a_taken_address_from_a_free_one() {
    let app = concealing().await;
    app.verified("ada").await;
    for (email, username) in [("ada@example.com", "decoy"), ("free@example.com", "real")] {
        register(&app, email, username).await.data();
        for identifier in [username, email] {
            let answer = app.anonymous().try_log_in(identifier, PASSWORD).await;
            let own = identifier == "ada@example.com"; // Ada has the same password in this test.
            assert_eq!(answer.body.get("errors").is_none(), own, "{identifier}");
        }
        let again = register(&app, "third@example.com", username).await;
        assert_eq!(again.code(), "AUTH_USERNAME_EXISTS", "{username}");
        let resend = "mutation($email: String!) { resendVerificationEmail(input: { email: $email }) { accepted } }";
        app.anonymous()
            .call(resend, json!({ "email": email }))
            .await
            .data();
    }
    // The real account verifies its address, and logs in.
    app.anonymous()
        .verify(&app.mailed_token("free@example.com"))
        .await
        .data();
    app.anonymous().try_log_in("real", PASSWORD).await.data();
    assert_eq!(app.tokens_of("verify_email", "ada@example.com").len(), 1);
}

#[tokio::test]
async fn a_change_to_a_taken_address_reveals_nothing_either() {
    let app = concealing().await;
    app.verified("ada").await;
    let eve = app.verified("eve").await;
    let free = eve.request_email_change("free@example.com", PASSWORD).await;
    let taken = eve.request_email_change("ADA@example.com", PASSWORD).await;
    assert_eq!(taken.body, free.body);
    let to_ada = app.templates_to("ada@example.com").await;
    assert_eq!(to_ada, ["verify_email", "account_exists"]);
    let to_eve = app.templates_to("eve@example.com").await;
    assert_eq!(
        to_eve,
        [
            "verify_email",
            "email_change_requested",
            "email_change_requested"
        ]
    );
}

#[tokio::test]
async fn of_sixty_four_concurrent_registrations_of_one_address_one_has_a_claim_on_it() {
    let database = TestDatabase::shared().await;
    let app = TestApp::start_on(
        &database,
        &["--conceal-accounts", "true", "--hash-max-wait", "60s"],
    )
    .await;
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..64 {
        let client = app.anonymous();
        tasks.spawn(async move {
            let person = Person {
                email: "ada@example.com".to_owned(),
                ..Person::named(&format!("ada-{number}"))
            };
            client.register(&person).await
        });
    }
    for answer in tasks.join_all().await {
        answer.data();
    }
    let count =
        "SELECT CAST(COUNT(*) AS TEXT) FROM users WHERE email_canonical = 'ada@example.com'";
    assert_eq!(sql::text(&database.url, count).await, "1");
    assert_eq!(app.tokens_of("verify_email", "ada@example.com").len(), 1);
}

#[tokio::test]
async fn registrations_without_a_claim_are_purged_after_seven_days() {
    let database = TestDatabase::shared().await;
    let app = TestApp::start_on(&database, &["--conceal-accounts", "true"]).await;
    app.verified("ada").await;
    register(&app, "ada@example.com", "decoy").await.data();
    let count = "SELECT CAST(COUNT(*) AS TEXT) FROM users";
    app.advance(TimeDelta::days(7));
    app.purger.purge().await.unwrap();
    assert_eq!(sql::text(&database.url, count).await, "2");
    app.advance(TimeDelta::milliseconds(1));
    app.purger.purge().await.unwrap();
    assert_eq!(sql::text(&database.url, count).await, "1");
    let organizations = "SELECT CAST(COUNT(*) AS TEXT) FROM organizations";
    assert_eq!(sql::text(&database.url, organizations).await, "1");
}

#[tokio::test]
async fn without_the_setting_a_taken_address_is_reported() {
    let app = TestApp::start().await;
    app.verified("ada").await;
    let answer = register(&app, "ada@example.com", "imposter").await;
    assert_eq!(answer.code(), "AUTH_EMAIL_EXISTS");
    assert_eq!(app.templates_to("ada@example.com").await, ["verify_email"]);
}

/// Whether the link of an earlier change still works must not reveal the result of the next request.
#[tokio::test]
async fn the_link_of_an_older_change_reveals_nothing_about_the_newer_one() {
    let app = concealing().await;
    app.verified("ada").await;
    let eve = app.verified("eve").await;
    for email in ["free@example.com", "ada@example.com"] {
        eve.request_email_change("own@example.com", PASSWORD)
            .await
            .data();
        let link = app.token_of("confirm_email_change", "own@example.com");
        eve.request_email_change(email, PASSWORD).await.data();
        let answer = app.anonymous().confirm_email_change(&link).await;
        assert_eq!(answer.code(), "AUTH_LINK_INVALID", "{email}");
    }
}
