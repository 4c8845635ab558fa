//! Operations on very many rows: the deletion of an organization with many members; and of an account with many sessions
//! and events, after its other sessions were ended and its password was changed.
//!
//! ```text
//! cargo bench --bench all -- bulk
//! LATCHKEY_BENCH_DATABASE=postgres://user@host/database cargo bench --bench all -- bulk
//! ```

use std::sync::LazyLock;
use std::time::Instant;

use serde_json::{Value, json};

use crate::support::batches::BATCHES;
use crate::support::{Database, PASSWORD, Service, login, millis, rows, runtime, signed_in};

pub fn run() {
    runtime().block_on(async {
        for rows in [10_000, 100_000] {
            for database in Database::each().await {
                measure(database, rows).await;
            }
        }
    });
}

async fn measure(database: Database, count: u64) {
    println!("{}, {count} of each", database.engine);
    let settings = ["--database-timeout=10m", "--request-timeout=10m"];
    let service = Service::start(database, &settings).await;
    let ada = service.sign_in("ada").await.access_token;
    for insert in [USERS, MEMBERSHIPS, SESSIONS, EVENTS] {
        rows::insert(&service.database, count, insert).await;
    }
    rows::analyze(&service.database).await;

    let memberships = "{ me { memberships { organization { id } } } }";
    let answer = service
        .call(&json!({ "query": memberships }), Some(&ada))
        .await;
    let organization = &answer["data"]["me"]["memberships"][0]["organization"]["id"];
    let input = json!({ "organizationId": organization });
    time(
        &service,
        &ada,
        "deleteOrganization",
        "deletedOrganizationId",
        input,
    )
    .await;
    time(
        &service,
        &ada,
        "revokeOtherSessions",
        "revokedSessions",
        Value::Null,
    )
    .await;
    rows::insert(
        &service.database,
        count,
        &SESSIONS.replace("{id number}", "{id 500000000 + number}"),
    )
    .await;
    let new = "an entirely different passphrase 7";
    let input = json!({ "currentPassword": PASSWORD, "newPassword": new });
    time(&service, &ada, "changePassword", "revokedSessions", input).await;
    let ada = signed_in(&service.call(&login("ada", new), None).await).access_token;
    let input = json!({ "password": new });
    time(&service, &ada, "deleteAccount", "deletedUserId", input).await;
}

/// Calls a mutation once, and prints its time.
async fn time(service: &Service, bearer: &str, name: &str, selection: &str, input: Value) {
    let argument = if input.is_null() {
        ""
    } else {
        "(input: $input)"
    };
    let declaration = match (input.is_null(), name.split_at(1)) {
        (true, _) => String::new(),
        (false, (first, rest)) => format!("($input: {}{rest}Input!)", first.to_uppercase()),
    };
    let query = format!("mutation{declaration} {{ {name}{argument} {{ {selection} }} }}");
    let body = json!({ "query": query, "variables": { "input": input } });
    LazyLock::force(&BATCHES);
    let began = Instant::now();
    let answer = service.call(&body, Some(bearer)).await;
    let took = millis(began.elapsed());
    assert!(answer["errors"].is_null(), "{answer}");
    println!("  {name:<20} {took:>8.0} ms");
    BATCHES.report();
}

const USERS: &str = "INSERT INTO users (id, email, email_canonical, email_verified_at, username, username_canonical, \
         password_hash, password_version, created_at, updated_at) \
     SELECT {id number}, 'u' || number, 'u' || number, {at}, 'u' || number, 'u' || number, '!', 1, {at}, {at}";

const MEMBERSHIPS: &str = "INSERT INTO memberships (id, user_id, organization_id, role, joined_at) \
     SELECT {id number}, {id number}, (SELECT id FROM organizations), 'MEMBER', {at}";

const SESSIONS: &str = "INSERT INTO sessions (id, user_id, generation, rotated_at, device_type, user_agent, ip_address, \
         created_at, last_used_at, expires_at, ends_at) \
     SELECT {id number}, (SELECT id FROM users WHERE username = 'ada'), 1, {at}, 'unknown', \
         'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0', '192.0.2.1', {at}, {at}, \
         '2099-01-01T00:00:00+00:00', '2099-01-01T00:00:00+00:00'";

const EVENTS: &str = "INSERT INTO security_events (id, user_id, kind, occurred_at, ip_address, device_type, user_agent) \
     SELECT {id number}, (SELECT id FROM users WHERE username = 'ada'), 'LOGIN_SUCCEEDED', {at}, '192.0.2.1', 'unknown', \
         'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0'";
