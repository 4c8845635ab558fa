//! Every statement, prepared on both engines and compared; and the two schemas, likewise.
//!
//! SQLite binds NULL where a parameter is forgotten and says nothing, so what PostgreSQL thinks of a
//! statement is what both must think. PostgreSQL is asked when `LATCHKEY_TEST_DATABASE` names one.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "that is how a test fails"
)]

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use either::Either;
use sqlx::sqlite::SqliteConnection;
use sqlx::{
    AssertSqlSafe, Column, Connection, Executor, PgConnection, Postgres, QueryBuilder, Row,
    SqlSafeStr, Sqlite, Statement,
};
use uuid::Uuid;

use super::{
    account_deletions, accounts, email_changes, email_verifications, former_passwords, health,
    invitation_answers, invitations, invited_accounts, known_devices, membership_changes,
    memberships, nodes, organizations, outbox, password_changes, password_resets, purges,
    rate_limits, registrations, rotations, secret_fingerprint, secured_accounts, security_events,
    security_notices, session_ends, sessions, unverified_addresses, users,
};
use crate::domain::{Client, Deed, Device, PageRequest, SecurityEvent, SecurityEventKind};

macro_rules! files {
    ($($file:ident),+ $(,)?) => {
        &[$((stringify!($file), $file::STATEMENTS, include_str!(concat!(stringify!($file), ".rs")))),+]
    };
}

/// A file of the store: its name, its statements, its source.
type File = (
    &'static str,
    &'static [(&'static str, &'static str)],
    &'static str,
);

/// Those that have statements.
const FILES: &[File] = files![
    account_deletions,
    accounts,
    email_changes,
    email_verifications,
    former_passwords,
    health,
    invitation_answers,
    invitations,
    invited_accounts,
    known_devices,
    membership_changes,
    memberships,
    nodes,
    organizations,
    outbox,
    password_changes,
    password_resets,
    purges,
    rate_limits,
    registrations,
    rotations,
    secret_fingerprint,
    secured_accounts,
    security_events,
    security_notices,
    session_ends,
    sessions,
    unverified_addresses,
    users,
];

/// A statement's number of parameters and names of columns.
type Shape = (usize, Vec<String>);

fn statements<DB: sqlx::Database>() -> Vec<(String, String)>
where
    Uuid: for<'q> sqlx::Encode<'q, DB> + sqlx::Type<DB>,
    Option<Uuid>: for<'q> sqlx::Encode<'q, DB> + sqlx::Type<DB>,
    DateTime<Utc>: for<'q> sqlx::Encode<'q, DB> + sqlx::Type<DB>,
    String: for<'q> sqlx::Encode<'q, DB> + sqlx::Type<DB>,
    Option<String>: for<'q> sqlx::Encode<'q, DB> + sqlx::Type<DB>,
    &'static str: for<'q> sqlx::Encode<'q, DB> + sqlx::Type<DB>,
    Option<&'static str>: for<'q> sqlx::Encode<'q, DB> + sqlx::Type<DB>,
    i64: for<'q> sqlx::Encode<'q, DB> + sqlx::Type<DB>,
    Vec<u8>: for<'q> sqlx::Encode<'q, DB> + sqlx::Type<DB>,
{
    let mut all = Vec::new();
    for (file, statements, _) in FILES {
        for (name, sql) in *statements {
            all.push((format!("{file}::{name}"), (*sql).to_owned()));
        }
    }
    let ids = [Uuid::nil(), Uuid::max()];
    let mut page = PageRequest {
        after: Some(Uuid::nil()),
        before: Some(Uuid::max()),
        limit: 1,
        from_end: false,
    };
    let mut add = |name: &str, query: QueryBuilder<DB>| {
        all.push((name.to_owned(), query.sql().as_str().to_owned()));
    };
    let seen_by = ids[0];
    add("users::by_ids", users::by_ids(&ids, None));
    add("users::by_ids, seen", users::by_ids(&ids, Some(seen_by)));
    add("organizations::by_ids", organizations::by_ids(&ids, None));
    add(
        "organizations::by_ids, seen",
        organizations::by_ids(&ids, Some(seen_by)),
    );
    add(
        "memberships_of_users",
        memberships::memberships_of_users(&ids, seen_by),
    );
    add(
        "members, from the start",
        memberships::members_of_organizations(&ids, seen_by, &page),
    );
    page.from_end = true;
    add(
        "members, from the end",
        memberships::members_of_organizations(&ids, seen_by, &page),
    );
    add(
        "invitations::of_organizations",
        invitations::of_organizations(&ids, seen_by, DateTime::UNIX_EPOCH),
    );
    let charges = [super::Charge {
        bucket: [0; 32],
        limit: "10/15m".parse().unwrap(),
        is_gated: false,
    }];
    add("charge", rate_limits::charge_statement(&charges, 0));
    add("passes", rate_limits::pass_statement(&[[0; 32]], 0));
    add("full", rate_limits::full_statement(&charges));
    add(
        "security_events::insert",
        security_events::insert_statement(&[event()]),
    );
    add("member_counts", memberships::member_counts(&ids, seen_by));
    all
}

fn event() -> SecurityEvent {
    let client = Client {
        address: [192, 0, 2, 1].into(),
        device: Device::parse(None, None, None, None).unwrap(),
        languages: Vec::new(),
    };
    let deed = Deed {
        id: Uuid::nil(),
        at: DateTime::UNIX_EPOCH,
        client,
    };
    deed.event(Uuid::nil(), SecurityEventKind::Registered)
}

macro_rules! shapes {
    ($connection:expr, $engine:ty) => {{
        let mut shapes = BTreeMap::new();
        for (name, sql) in statements::<$engine>() {
            let sql = AssertSqlSafe(sql).into_sql_str();
            let prepared = $connection.prepare(sql).await;
            let prepared = prepared.unwrap_or_else(|error| panic!("{name}: {error}"));
            let parameters = match prepared.parameters() {
                Some(Either::Left(types)) => types.len(),
                Some(Either::Right(count)) => count,
                None => 0,
            };
            let columns = prepared.columns().iter();
            let columns = columns.map(|column| column.name().to_owned()).collect();
            shapes.insert(name, (parameters, columns));
        }
        shapes
    }};
}

async fn sqlite() -> SqliteConnection {
    let mut connection = SqliteConnection::connect("sqlite::memory:").await.unwrap();
    sqlx::migrate!("./migrations/sqlite")
        .run(&mut connection)
        .await
        .unwrap();
    connection
}

/// A fresh database with our schema; `None` when the suite runs without a server.
async fn postgres() -> Option<PgConnection> {
    let mut connection = empty_postgres().await?;
    sqlx::migrate!("./migrations/postgres")
        .run(&mut connection)
        .await
        .unwrap();
    Some(connection)
}

/// A fresh database on the server under test; `None` when the suite runs without one.
async fn empty_postgres() -> Option<PgConnection> {
    let server = std::env::var("LATCHKEY_TEST_DATABASE").ok()?;
    let (base, _) = server
        .strip_prefix("postgres")
        .and(server.rsplit_once('/'))?;
    let name = format!(
        "statements_{}_{:?}",
        std::process::id(),
        std::thread::current().id()
    );
    let name: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    let mut connection = PgConnection::connect(&server).await.unwrap();
    let create = AssertSqlSafe(format!("CREATE DATABASE {}", name.to_lowercase()));
    connection.execute(create).await.unwrap();
    let database = format!("{base}/{}", name.to_lowercase());
    Some(PgConnection::connect(&database).await.unwrap())
}

#[tokio::test]
async fn every_statement_is_valid_on_both_engines_and_means_the_same() {
    let mut sqlite = sqlite().await;
    let on_sqlite: BTreeMap<String, Shape> = shapes!(sqlite, Sqlite);
    assert!(
        on_sqlite.len() > 75,
        "{} statements are listed",
        on_sqlite.len()
    );
    if let Some(mut postgres) = postgres().await {
        let on_postgres: BTreeMap<String, Shape> = shapes!(postgres, Postgres);
        for (locking, plain) in [
            (sessions::INSERT_ON_POSTGRES, "sessions::INSERT"),
            (outbox::CLAIM_ON_POSTGRES, "outbox::CLAIM"),
            (outbox::INSERT_LETTER_ON_POSTGRES, "outbox::INSERT_LETTER"),
            (
                session_ends::FIND_WALK_ON_POSTGRES,
                "session_ends::FIND_WALK",
            ),
            (users::LOCK_ON_POSTGRES, "users::LOCK"),
            (purges::RATE_LIMITS_ON_POSTGRES, "purges::RATE_LIMITS"),
            (rate_limits::GIVE_BACK_ON_POSTGRES, "rate_limits::GIVE_BACK"),
            (users::FIND_RECIPIENT_ON_POSTGRES, "users::FIND_RECIPIENT"),
            (users::FIND_UNVERIFIED_ON_POSTGRES, "users::FIND_UNVERIFIED"),
            (
                security_notices::INSERT_ON_POSTGRES,
                "security_notices::INSERT",
            ),
            (
                account_deletions::LIST_UNPROVED_ON_POSTGRES,
                "account_deletions::LIST_UNPROVED",
            ),
        ] {
            let locking = AssertSqlSafe(locking).into_sql_str();
            let locking = postgres.prepare(locking).await.unwrap();
            assert_eq!(locking.columns().len(), on_sqlite[plain].1.len());
        }
        for locking in security_events::OBSERVED_ON_POSTGRES {
            let locking = AssertSqlSafe(locking).into_sql_str();
            postgres.prepare(locking).await.unwrap();
        }
        for locking in [
            account_deletions::LOCK_ORGANIZATIONS_ON_POSTGRES,
            membership_changes::LOCK_ON_POSTGRES,
            membership_changes::LOCK_BY_MEMBERSHIP_ON_POSTGRES,
        ] {
            let locking = AssertSqlSafe(locking).into_sql_str();
            postgres.prepare(locking).await.unwrap();
        }
        assert_eq!(on_sqlite, on_postgres);
    }
}

#[tokio::test]
async fn every_statement_of_the_store_is_listed() {
    let listed: Vec<String> = statements::<Sqlite>()
        .into_iter()
        .map(|(_, sql)| sql)
        .collect();
    for (_, _, source) in FILES {
        for call in source.split("query").skip(1) {
            let literal = call.split_once('(').is_some_and(|(head, argument)| {
                matches!(head, "" | "_as" | "_scalar") && argument.trim_start().starts_with('"')
            });
            assert!(
                !literal,
                "a statement stands in its call: name it in statements!"
            );
        }
    }
    assert!(
        listed
            .iter()
            .all(|sql| !sql.contains("CURRENT_TIMESTAMP") && !sql.contains("now()"))
    );
}

#[tokio::test]
async fn the_two_schemas_are_the_same() {
    let mut sqlite = sqlite().await;
    let rows = sqlx::query(
        "SELECT m.name, c.name, c.\"notnull\" FROM sqlite_schema AS m, pragma_table_info(m.name) AS c
         WHERE m.type = 'table' AND m.name NOT LIKE '\\_%' ESCAPE '\\' AND m.name NOT LIKE 'sqlite%'
         ORDER BY m.name, c.cid",
    );
    let rows = rows.fetch_all(&mut sqlite).await.unwrap();
    let on_sqlite: Vec<(String, String, bool)> = rows
        .iter()
        .map(|row| (row.get(0), row.get(1), row.get::<i64, _>(2) == 1))
        .collect();
    let indexes = sqlx::query_scalar(
        "SELECT name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL ORDER BY name",
    );
    let indexes_on_sqlite: Vec<String> = indexes.fetch_all(&mut sqlite).await.unwrap();
    assert!(on_sqlite.len() > 40, "{on_sqlite:?}");
    let Some(mut postgres) = postgres().await else {
        return;
    };
    let on_postgres: Vec<(String, String, bool)> = sqlx::query_as(
        "SELECT table_name::text, column_name::text, is_nullable = 'NO'
         FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE '\\_%'
         ORDER BY table_name, ordinal_position",
    )
    .fetch_all(&mut postgres)
    .await
    .unwrap();
    assert_eq!(on_sqlite, on_postgres);
    let indexes_on_postgres: Vec<String> = sqlx::query_scalar(
        "SELECT indexname::text FROM pg_indexes WHERE schemaname = 'public'
         AND indexname NOT LIKE '%\\_key' AND indexname NOT LIKE '%\\_pkey' ORDER BY indexname",
    )
    .fetch_all(&mut postgres)
    .await
    .unwrap();
    assert_eq!(indexes_on_sqlite, indexes_on_postgres);
    let integers: Vec<String> = sqlx::query_scalar(
        "SELECT column_name::text FROM information_schema.columns
         WHERE table_schema = 'public' AND data_type = 'integer'",
    )
    .fetch_all(&mut postgres)
    .await
    .unwrap();
    assert_eq!(integers, [""; 0], "BIGINT, never INTEGER");
}

#[test]
fn every_column_is_commented_on_both_engines() {
    for migration in [
        include_str!("../../migrations/sqlite/0001_core.sql"),
        include_str!("../../migrations/postgres/0001_core.sql"),
        include_str!("../../migrations/sqlite/0002_mail.sql"),
        include_str!("../../migrations/postgres/0002_mail.sql"),
        include_str!("../../migrations/sqlite/0003_limits.sql"),
        include_str!("../../migrations/postgres/0003_limits.sql"),
        include_str!("../../migrations/sqlite/0004_security_events.sql"),
        include_str!("../../migrations/postgres/0004_security_events.sql"),
        include_str!("../../migrations/sqlite/0005_invitations.sql"),
        include_str!("../../migrations/postgres/0005_invitations.sql"),
        include_str!("../../migrations/sqlite/0007_secret_fingerprint.sql"),
        include_str!("../../migrations/postgres/0007_secret_fingerprint.sql"),
    ] {
        let is_column = |line: &&str| {
            line.starts_with("    ") && line.trim().starts_with(|c: char| c.is_ascii_lowercase())
        };
        let columns: Vec<_> = migration.lines().filter(is_column).collect();
        assert!(columns.len() >= 3, "{}", columns.len());
        for column in columns {
            assert!(column.contains(" -- "), "{column}");
        }
    }
}

#[tokio::test]
async fn moments_sort_in_sql_as_they_do_in_rust() {
    use chrono::{DateTime, Utc};
    let mut sqlite = sqlite().await;
    let texts = [
        "1999-12-31T23:59:59.999Z",
        "2026-06-01T12:00:00Z",
        "2026-06-01T12:00:00.001Z",
        "2026-06-01T12:00:00.010Z",
        "2026-06-01T12:00:00.100Z",
        "2026-06-01T12:00:00.500Z",
        "2026-06-01T12:00:01Z",
        "2126-01-01T00:00:00Z",
    ];
    let moments = texts.map(|text| text.parse::<DateTime<Utc>>().unwrap());
    for earlier in moments {
        for later in moments {
            let less: bool = sqlx::query_scalar("SELECT $1 < $2")
                .bind(earlier)
                .bind(later)
                .fetch_one(&mut sqlite)
                .await
                .unwrap();
            assert_eq!(less, earlier < later, "{earlier} {later}");
        }
    }
}

/// A user of the core with two sessions and a mail, as its version wrote them.
macro_rules! fill_core {
    ($connection:expr) => {{
        let at: chrono::DateTime<chrono::Utc> = "2026-06-01T12:00:00Z".parse().unwrap();
        let user = Uuid::from_u128(1);
        sqlx::query(
            "INSERT INTO users (id, email, email_canonical, username, username_canonical,
                 password_hash, password_version, created_at, updated_at)
             VALUES ($1, 'a@b.example', 'a@b.example', 'ada', 'ada', '', 1, $2, $2)",
        )
        .bind(user)
        .bind(at)
        .execute(&mut *$connection)
        .await
        .unwrap();
        let agent = "Browser/153.0 (X11; Linux x86_64)";
        for (number, device_id) in [(2, Some("phone-1")), (3, None), (4, None)] {
            sqlx::query(
                "INSERT INTO sessions (id, user_id, generation, rotated_at, device_id, device_type,
                     user_agent, ip_address, created_at, last_used_at, expires_at, ends_at)
                 VALUES ($1, $2, 1, $3, $4, 'unknown', $5, '::1', $3, $3, $3, $3)",
            )
            .bind(Uuid::from_u128(number))
            .bind(user)
            .bind(at)
            .bind(device_id)
            .bind(agent)
            .execute(&mut *$connection)
            .await
            .unwrap();
        }
        sqlx::query(
            "INSERT INTO outbox (id, template, recipient, sealed, created_at)
             VALUES ($1, 'verify_email', 'a@b.example', $2, $3)",
        )
        .bind(Uuid::from_u128(5))
        .bind(b"sealed".as_slice())
        .bind(at)
        .execute(&mut *$connection)
        .await
        .unwrap();
    }};
}

/// What the migration after the core makes of that.
macro_rules! check_mail {
    ($connection:expr) => {{
        let mut devices: Vec<String> = sqlx::query_scalar("SELECT device FROM known_devices")
            .fetch_all(&mut *$connection)
            .await
            .unwrap();
        devices.sort();
        let browser = crate::domain::Device {
            id: None,
            name: None,
            kind: "unknown".to_owned(),
            user_agent: Some("Browser/154.0 (X11; Linux x86_64)".to_owned()),
        };
        assert_eq!(devices, ["id:phone-1".to_owned(), browser.fingerprint()]);
        let waiting: Vec<(Vec<u8>, bool)> = sqlx::query_as(
            "SELECT sealed, due_at = created_at AND give_up_at >= created_at FROM outbox",
        )
        .fetch_all(&mut *$connection)
        .await
        .unwrap();
        assert_eq!(waiting, [(b"sealed".to_vec(), true)]);
    }};
}

#[tokio::test]
async fn a_database_of_the_core_keeps_its_devices_and_its_mail() {
    let mut sqlite = SqliteConnection::connect("sqlite::memory:").await.unwrap();
    let migrator = sqlx::migrate!("./migrations/sqlite");
    migrator.run_to(1, &mut sqlite).await.unwrap();
    fill_core!(&mut sqlite);
    migrator.run(&mut sqlite).await.unwrap();
    check_mail!(&mut sqlite);
    if let Some(mut postgres) = empty_postgres().await {
        let migrator = sqlx::migrate!("./migrations/postgres");
        migrator.run_to(1, &mut postgres).await.unwrap();
        fill_core!(&mut postgres);
        migrator.run(&mut postgres).await.unwrap();
        check_mail!(&mut postgres);
    }
}
