//! Tests of the schemas: both engines have the same one, and migrations keep older data.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "that is how a test fails"
)]

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::driver::Row;
use super::pool::AnyConnections;
use super::query::Query;
use super::test_stores::{empty_postgres, empty_sqlite, postgres, sqlite};
use super::{Store, StoreError};
use crate::domain::Device;

/// Begins a query with the text of a test.
fn ask<'t>(store: &'t Store, sql: &str) -> Query<'t> {
    let mut query = store.write.empty_query();
    query.push_test_sql(sql);
    query
}

async fn list<T: Row>(store: &Store, sql: &str) -> Vec<T> {
    ask(store, sql).all().await.unwrap()
}

#[tokio::test]
async fn the_two_schemas_are_the_same() {
    let sqlite = sqlite().await;
    let on_sqlite: Vec<(String, String, bool)> = list(
        &sqlite,
        "SELECT m.name, c.name, c.\"notnull\" = 1 FROM sqlite_schema AS m, pragma_table_info(m.name) AS c
         WHERE m.type = 'table' AND m.name NOT LIKE '\\_%' ESCAPE '\\' AND m.name NOT LIKE 'sqlite%'
         ORDER BY m.name, c.cid",
    )
    .await;
    let indexes_on_sqlite: Vec<(String,)> = list(
        &sqlite,
        "SELECT name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL ORDER BY name",
    )
    .await;
    assert!(on_sqlite.len() > 40, "{on_sqlite:?}");
    let Some(postgres) = postgres().await else {
        return;
    };
    let on_postgres: Vec<(String, String, bool)> = list(
        &postgres,
        "SELECT table_name::text, column_name::text, is_nullable = 'NO'
         FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE '\\_%'
         ORDER BY table_name, ordinal_position",
    )
    .await;
    assert_eq!(on_sqlite, on_postgres);
    let indexes_on_postgres: Vec<(String,)> = list(
        &postgres,
        "SELECT indexname::text FROM pg_indexes WHERE schemaname = 'public'
         AND indexname NOT LIKE '%\\_key' AND indexname NOT LIKE '%\\_pkey' ORDER BY indexname",
    )
    .await;
    assert_eq!(indexes_on_sqlite, indexes_on_postgres);
    let integers: Vec<(String,)> = list(
        &postgres,
        "SELECT column_name::text FROM information_schema.columns
         WHERE table_schema = 'public' AND data_type = 'integer'",
    )
    .await;
    assert!(integers.is_empty(), "BIGINT, never INTEGER: {integers:?}");
}

#[test]
fn every_column_is_commented_on_both_engines() {
    for migration in [
        include_str!("../../../migrations/sqlite/0001_core.sql"),
        include_str!("../../../migrations/postgres/0001_core.sql"),
        include_str!("../../../migrations/sqlite/0002_mail.sql"),
        include_str!("../../../migrations/postgres/0002_mail.sql"),
        include_str!("../../../migrations/sqlite/0003_limits.sql"),
        include_str!("../../../migrations/postgres/0003_limits.sql"),
        include_str!("../../../migrations/sqlite/0004_security_events.sql"),
        include_str!("../../../migrations/postgres/0004_security_events.sql"),
        include_str!("../../../migrations/sqlite/0005_invitations.sql"),
        include_str!("../../../migrations/postgres/0005_invitations.sql"),
        include_str!("../../../migrations/sqlite/0007_secret_fingerprint.sql"),
        include_str!("../../../migrations/postgres/0007_secret_fingerprint.sql"),
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
    let sqlite = empty_sqlite().await;
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
            let compare = ask(&sqlite, "SELECT $1 < $2").bind(earlier).bind(later);
            let less: bool = compare.scalar().await.unwrap();
            assert_eq!(less, earlier < later, "{earlier} {later}");
        }
    }
}

/// Applies only the first migration.
async fn migrate_to_core(store: &Store) {
    match &store.write.connections {
        AnyConnections::Sqlite(connections) => {
            let mut connection = connections.take().await.unwrap();
            let core = sqlx::migrate!("./migrations/sqlite");
            let migrated = core.run_to(1, &mut *connection).await;
            connection.give_back();
            migrated
        }
        AnyConnections::Postgres(connections) => {
            let mut connection = connections.take().await.unwrap();
            let core = sqlx::migrate!("./migrations/postgres");
            core.run_to(1, &mut *connection).await
        }
    }
    .unwrap();
}

/// Inserts a user with three sessions and a mail, as the version of the first migration did.
async fn fill_core(store: &Store) -> Result<(), StoreError> {
    let at: DateTime<Utc> = "2026-06-01T12:00:00Z".parse().unwrap();
    let user = Uuid::from_u128(1);
    ask(
        store,
        "INSERT INTO users (id, email, email_canonical, username, username_canonical,
             password_hash, password_version, created_at, updated_at)
         VALUES ($1, 'a@b.example', 'a@b.example', 'ada', 'ada', '', 1, $2, $2)",
    )
    .bind(user)
    .bind(at)
    .execute()
    .await?;
    let agent = "Browser/153.0 (X11; Linux x86_64)";
    for (number, device_id) in [(2, Some("phone-1")), (3, None), (4, None)] {
        ask(
            store,
            "INSERT INTO sessions (id, user_id, generation, rotated_at, device_id, device_type,
                 user_agent, ip_address, created_at, last_used_at, expires_at, ends_at)
             VALUES ($1, $2, 1, $3, $4, 'unknown', $5, '::1', $3, $3, $3, $3)",
        )
        .bind(Uuid::from_u128(number))
        .bind(user)
        .bind(at)
        .bind(device_id)
        .bind(agent)
        .execute()
        .await?;
    }
    ask(
        store,
        "INSERT INTO outbox (id, template, recipient, sealed, created_at)
         VALUES ($1, 'verify_email', 'a@b.example', $2, $3)",
    )
    .bind(Uuid::from_u128(5))
    .bind(b"sealed".as_slice())
    .bind(at)
    .execute()
    .await?;
    Ok(())
}

/// Checks the devices and the mail after the later migrations.
async fn check_devices_and_mail(store: &Store) {
    let mut devices: Vec<(String,)> = list(store, "SELECT device FROM known_devices").await;
    devices.sort();
    let browser = Device {
        id: None,
        name: None,
        kind: "unknown".to_owned(),
        user_agent: Some("Browser/154.0 (X11; Linux x86_64)".to_owned()),
    };
    assert_eq!(
        devices,
        [("id:phone-1".to_owned(),), (browser.fingerprint(),)]
    );
    let waiting: Vec<(Vec<u8>, bool)> = list(
        store,
        "SELECT sealed, due_at = created_at AND give_up_at >= created_at FROM outbox",
    )
    .await;
    assert_eq!(waiting, [(b"sealed".to_vec(), true)]);
}

#[tokio::test]
async fn a_database_of_the_core_keeps_its_devices_and_its_mail() {
    let stores = [Some(empty_sqlite().await), empty_postgres().await];
    for store in stores.into_iter().flatten() {
        migrate_to_core(&store).await;
        fill_core(&store).await.unwrap();
        store.migrate().await.unwrap();
        check_devices_and_mail(&store).await;
    }
}
