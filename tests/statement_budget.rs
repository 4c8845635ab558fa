//! How many SQL statements each operation costs: the table in the README, held by this test.
//!
//! Statements are counted where they are executed, by the drivers' own log. That log is of the whole
//! process, so this test has one to itself.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "that is how a test fails"
)]

mod support;

use std::fmt::Debug;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;
use support::{SignedIn, TestApp, TestDatabase, sql};
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing_subscriber::layer::{Context, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, Registry};

static STATEMENTS: AtomicUsize = AtomicUsize::new(0);

/// Counts what the drivers say they executed.
struct Counter;

impl Layer<Registry> for Counter {
    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, Registry>) {
        if event.metadata().target() == "sqlx::query" {
            event.record(&mut Tally);
        }
    }
}

/// How often a node has swept: each does at its start, and this statement is the last of it.
static SWEEPS: AtomicUsize = AtomicUsize::new(0);

/// Looks at a statement's first words. What a connection sets when it is opened (PRAGMA) is no
/// operation's, and where a transaction begins and ends is no statement; one driver tells of it.
struct Tally;

impl Visit for Tally {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let words = format!("{value:?}");
        let frames = ["PRAGMA", "BEGIN", "COMMIT", "ROLLBACK"];
        if field.name() != "summary" || frames.iter().any(|word| words.contains(word)) {
            return;
        }
        STATEMENTS.fetch_add(1, Ordering::SeqCst);
        if words.contains("SELECT id FROM users") {
            SWEEPS.fetch_add(1, Ordering::SeqCst);
        }
    }
}

/// Waits until so many nodes are done with the sweep of their start.
async fn after_sweeps(nodes: usize) {
    while SWEEPS.load(Ordering::SeqCst) < nodes {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
}

/// The statements that one call executes. The call must succeed.
async fn cost(caller: &support::Client, query: &str, variables: serde_json::Value) -> usize {
    let before = STATEMENTS.load(Ordering::SeqCst);
    caller.call(query, variables).await.data();
    STATEMENTS.load(Ordering::SeqCst) - before
}

const LOGIN: &str = "mutation($input: LoginInput!) { login(input: $input) {
    token { accessToken } session { id } user { id username } } }";
const REFRESH: &str = "mutation($token: String!) { refresh(input: { refreshToken: $token }) {
    token { accessToken } session { id } } }";
const NESTED: &str =
    "{ me { memberships { organization { members { nodes { user { username } } } } } } }";

#[tokio::test]
async fn every_operation_stays_within_its_budget() {
    tracing_subscriber::registry()
        .with(Counter.with_filter(LevelFilter::DEBUG))
        .init();
    let database = TestDatabase::shared().await;
    let app = TestApp::start_on(&database, &[]).await;
    after_sweeps(1).await;
    let ada = signed_in(&app, &database, "ada").await;
    let none = || json!({});

    assert_eq!(
        cost(&ada, "{ me { id email username } }", none()).await,
        1,
        "me"
    );
    let login = json!({ "input": { "identifier": "ada", "password": ada.person.password } });
    assert_eq!(cost(&app.anonymous(), LOGIN, login).await, 3, "login");
    assert_eq!(
        cost(&ada, "{ sessions { nodes { id } } }", none()).await,
        2,
        "sessions"
    );
    let total = "{ sessions { totalCount nodes { id } } }";
    assert_eq!(
        cost(&ada, total, none()).await,
        3,
        "sessions with totalCount"
    );

    let token = json!({ "token": ada.refresh_token });
    assert_eq!(
        cost(&app.anonymous(), REFRESH, token.clone()).await,
        2,
        "refresh"
    );
    assert_eq!(
        cost(&app.anonymous(), REFRESH, token).await,
        3,
        "a replayed refresh"
    );
    let ada = ada.refreshed().await;
    assert_eq!(
        cost(&ada, "{ me { id } }", none()).await,
        2,
        "the first me of a generation"
    );
    assert_eq!(cost(&ada, "{ me { id } }", none()).await, 1, "the next me");

    let upgraded = TestApp::start_on(&database, &["--hash-iterations", "2"]).await;
    after_sweeps(2).await;
    let login = json!({ "input": { "identifier": "ada", "password": ada.person.password } });
    assert_eq!(
        cost(&upgraded.anonymous(), LOGIN, login).await,
        4,
        "login that upgrades the hash"
    );

    let phone = app.anonymous().log_in(&ada.person).await;
    let revoke =
        "mutation($id: ID!) { revokeSession(input: { sessionId: $id }) { session { id } } }";
    assert_eq!(
        cost(&ada, revoke, json!({ "id": phone.session_id })).await,
        2,
        "revokeSession"
    );
    let profile =
        r#"mutation { updateProfile(input: { displayName: "Ada" }) { user { displayName } } }"#;
    assert_eq!(cost(&ada, profile, none()).await, 2, "updateProfile");
    assert_eq!(
        cost(&ada, "mutation { logout { revokedSessions } }", none()).await,
        2,
        "logout"
    );

    let ada = app.anonymous().log_in(&ada.person).await;
    mail_costs(&app, &ada).await;
    let ada = support::Person {
        password: "seven purple elephants juggle".to_owned(),
        ..ada.person
    };
    let ada = app.anonymous().log_in(&ada).await;
    fill(&database, 5, 2).await;
    assert_eq!(
        cost(&ada, NESTED, none()).await,
        5,
        "5 organizations of 2 members"
    );
    fill(&database, 50, 20).await;
    assert_eq!(
        cost(&ada, NESTED, none()).await,
        5,
        "50 organizations of 20 members"
    );
    let answer = ada.ask(NESTED).await;
    let members = answer
        .at("/me/memberships/49/organization/members/nodes")
        .as_array()
        .unwrap();
    assert_eq!(members.len(), 20, "the whole of it was read");
}

/// What the flows cost that end in a mail. Known and unknown addresses cost the same.
async fn mail_costs(app: &TestApp, ada: &SignedIn) {
    let anonymous = app.anonymous();
    let new_device = anonymous.clone().header("x-device-id", "another");
    let password = &ada.person.password;
    let login = json!({ "input": { "identifier": "ada", "password": password } });
    assert_eq!(
        cost(&new_device, LOGIN, login).await,
        6,
        "login of a new device"
    );
    app.registered("bob").await;
    for operation in ["requestPasswordReset", "resendVerificationEmail"] {
        let query = format!(
            "mutation($email: String!) {{ {operation}(input: {{ email: $email }}) {{ accepted }} }}"
        );
        for email in ["bob@example.com", "nobody@example.com"] {
            let variables = json!({ "email": email });
            assert_eq!(
                cost(&anonymous, &query, variables).await,
                4,
                "{operation} for {email}"
            );
        }
    }
    let policy = "{ passwordPolicy { minLength } }";
    assert_eq!(
        cost(&anonymous, policy, json!({})).await,
        0,
        "passwordPolicy"
    );
    let check = r#"{ checkPassword(input: { password: "x" }) { score } }"#;
    assert_eq!(cost(&anonymous, check, json!({})).await, 1, "checkPassword");
    let change = "mutation($input: ChangePasswordInput!) {
        changePassword(input: $input) { revokedSessions } }";
    let passwords = json!({ "currentPassword": password, "newPassword": password });
    assert_eq!(
        cost(ada, change, json!({ "input": passwords })).await,
        9,
        "changePassword"
    );
    let change = "mutation($input: RequestEmailChangeInput!) {
        requestEmailChange(input: $input) { accepted } }";
    let input = json!({ "newEmail": "new@example.com", "password": password });
    assert_eq!(
        cost(ada, change, json!({ "input": input })).await,
        9,
        "requestEmailChange"
    );
    link_costs(app, &anonymous).await;
    let register = "mutation($input: RegisterInput!) { register(input: $input) { user { id } } }";
    let eve = json!({ "email": "eve@example.com", "username": "eve", "password": password });
    assert_eq!(
        cost(&anonymous, register, json!({ "input": eve })).await,
        7,
        "register"
    );
    let delete = "mutation($password: String!) {
        deleteAccount(input: { password: $password }) { deletedUserId } }";
    let eve = anonymous
        .log_in(&support::Person {
            password: password.clone(),
            ..support::Person::named("eve")
        })
        .await;
    let locked = usize::from(support::engine().starts_with("postgres"));
    assert_eq!(
        cost(&eve, delete, json!({ "password": password })).await,
        9 + locked,
        "deleteAccount, of one whom nobody imitated"
    );
}

/// What following a mailed link costs.
async fn link_costs(app: &TestApp, anonymous: &support::Client) {
    let follow = async |operation: &str, template: &str, email: &str| {
        let token = token_in_mail(app, template, email).await;
        let more = match operation {
            "resetPassword" => ", newPassword: \"seven purple elephants juggle\"",
            _ => "",
        };
        let query = format!(
            "mutation($token: String!) {{ {operation}(input: {{ token: $token{more} }}) {{ __typename }} }}"
        );
        cost(anonymous, &query, json!({ "token": token })).await
    };
    let verified = follow("verifyEmail", "verify_email", "bob@example.com").await;
    assert_eq!(verified, 5, "verifyEmail");
    let confirmed = follow(
        "confirmEmailChange",
        "confirm_email_change",
        "new@example.com",
    )
    .await;
    assert_eq!(confirmed, 9, "confirmEmailChange");
    let secured = follow("secureAccount", "email_changed", "ada@example.com").await;
    assert_eq!(secured, 12, "secureAccount");
    let reset = follow("resetPassword", "account_secured", "ada@example.com").await;
    assert_eq!(reset, 10, "resetPassword");
}

async fn token_in_mail(app: &TestApp, template: &str, email: &str) -> String {
    let mails = app.mail_to(email).await;
    let mail = mails
        .iter()
        .rfind(|mail| mail.envelope.template == template);
    let (_, token) = mail.unwrap().text.split_once("#token=").unwrap();
    token.split_whitespace().next().unwrap().to_owned()
}

/// The log is ours here, so the mailed link cannot be read from it.
async fn signed_in(app: &TestApp, database: &TestDatabase, name: &str) -> SignedIn {
    let person = app.registered(name).await;
    sql::execute(
        &database.url,
        "UPDATE users SET email_verified_at = created_at",
    )
    .await;
    app.anonymous().log_in(&person).await
}

/// Makes the first user a member of so many organizations in all, with so many members each.
async fn fill(database: &TestDatabase, organizations: usize, members: usize) {
    let url = &database.url;
    let at = "'2026-06-01T12:00:00+00:00'";
    let id = |kind: &str, number: usize| {
        sql::id(url, &format!("0190{kind}00-0000-7000-8000-{number:012x}"))
    };
    sql::execute(url, "DELETE FROM memberships").await;
    sql::execute(url, "DELETE FROM organizations").await;
    sql::execute(url, "DELETE FROM users WHERE username LIKE 'member%'").await;
    let ada = sql::id(url, &sql::text(url, &id_of_ada(url)).await);
    let mut rows = [Vec::new(), Vec::new(), Vec::new()];
    for organization in 0..organizations {
        let own = id("aa", organization);
        rows[0].push(format!(
            "({own}, 'o{organization}', 'o{organization}', {at})"
        ));
        for member in 0..members {
            let number = organization * members + member;
            let user = if member == 0 {
                ada.clone()
            } else {
                id("bb", number)
            };
            if member > 0 {
                let name = format!("'member{number}'");
                rows[1].push(format!(
                    "({user}, {name}, {name}, {name}, {name}, '', 1, {at}, {at})"
                ));
            }
            rows[2].push(format!(
                "({}, {user}, {own}, 'MEMBER', {at})",
                id("cc", number)
            ));
        }
    }
    for (table, rows) in [
        "organizations (id, name, slug, created_at)",
        "users (id, email, email_canonical, username, username_canonical, password_hash, \
         password_version, created_at, updated_at)",
        "memberships (id, user_id, organization_id, role, joined_at)",
    ]
    .iter()
    .zip(rows)
    {
        sql::execute(
            url,
            &format!("INSERT INTO {table} VALUES {}", rows.join(", ")),
        )
        .await;
    }
}

fn id_of_ada(url: &str) -> String {
    let text = if url.starts_with("sqlite:") {
        "lower(hex(id))"
    } else {
        "id::text"
    };
    format!("SELECT {text} FROM users WHERE username = 'ada'")
}
