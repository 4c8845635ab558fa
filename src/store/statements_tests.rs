//! Every statement, prepared on both engines and compared.
//!
//! SQLite binds NULL where a parameter is forgotten and says nothing, so PostgreSQL's view of a
//! statement is what both must share. PostgreSQL is asked when `LATCHKEY_TEST_DATABASE` names one.

#![expect(clippy::panic, reason = "that is how a test fails")]

use std::collections::BTreeMap;
use std::path::Path;

use chrono::DateTime;
use either::Either;
use sqlx::{
    AssertSqlSafe, Column, Database, Executor, Postgres, SqlSafeStr, Sqlite, Statement as _,
};
use uuid::Uuid;

use super::database::test_stores::{postgres, sqlite};
use super::database::{self, Connections, Engine, Query, Statement};
use super::{
    Store, account, audit, email, invitation, membership, nodes, organization, outbox,
    outbox_delivery, password, purges, rate_limits, secret_fingerprint, session,
};
use crate::domain::{Client, Deed, Device, PageRequest, SecurityEvent, SecurityEventKind};

/// The files of the store that have statements.
const FILES: &[(&str, &[(&str, Statement)])] = &[
    ("account/delete", account::delete::STATEMENTS),
    ("account/new_account", account::new_account::STATEMENTS),
    ("account/notice", account::notice::STATEMENTS),
    ("account/profile", account::profile::STATEMENTS),
    (
        "account/register_by_invitation",
        account::register_by_invitation::STATEMENTS,
    ),
    ("account/registration", account::registration::STATEMENTS),
    ("account/secure", account::secure::STATEMENTS),
    ("account/unverified", account::unverified::STATEMENTS),
    ("account/user", account::user::STATEMENTS),
    ("audit/list", audit::list::STATEMENTS),
    ("audit/record", audit::record::STATEMENTS),
    ("database/checks", database::CHECKS),
    ("database/failover", database::FAILOVER),
    ("database/migrations", database::MIGRATIONS),
    ("email/change", email::change::STATEMENTS),
    ("email/claim", email::claim::STATEMENTS),
    ("email/correct", email::correct::STATEMENTS),
    ("email/verify", email::verify::STATEMENTS),
    ("invitation/answer", invitation::answer::STATEMENTS),
    ("invitation/invite", invitation::invite::STATEMENTS),
    ("invitation/read", invitation::read::STATEMENTS),
    ("invitation/revoke", invitation::revoke::STATEMENTS),
    ("membership/authorize", membership::authorize::STATEMENTS),
    (
        "membership/change_role",
        membership::change_role::STATEMENTS,
    ),
    ("membership/read", membership::read::STATEMENTS),
    ("membership/remove", membership::remove::STATEMENTS),
    ("membership/row", membership::row::STATEMENTS),
    ("nodes", nodes::STATEMENTS),
    ("organization/create", organization::create::STATEMENTS),
    ("organization/delete", organization::delete::STATEMENTS),
    ("organization/read", organization::read::STATEMENTS),
    ("organization/update", organization::update::STATEMENTS),
    ("outbox", outbox::STATEMENTS),
    ("outbox_delivery", outbox_delivery::STATEMENTS),
    ("password/change", password::change::STATEMENTS),
    ("password/former", password::former::STATEMENTS),
    ("password/hash", password::hash::STATEMENTS),
    ("password/reset", password::reset::STATEMENTS),
    ("password/reset_link", password::reset_link::STATEMENTS),
    ("purges", purges::STATEMENTS),
    ("rate_limits", rate_limits::STATEMENTS),
    ("secret_fingerprint", secret_fingerprint::STATEMENTS),
    ("session/authenticate", session::authenticate::STATEMENTS),
    ("session/credentials", session::credentials::STATEMENTS),
    ("session/device", session::device::STATEMENTS),
    ("session/end", session::end::STATEMENTS),
    ("session/epochs", session::epochs::STATEMENTS),
    ("session/list", session::list::STATEMENTS),
    ("session/login", session::login::STATEMENTS),
    ("session/recover", session::recover::STATEMENTS),
    ("session/refresh", session::refresh::STATEMENTS),
    (
        "session/switch_organization",
        session::switch_organization::STATEMENTS,
    ),
    ("session/tombstone", session::tombstone::STATEMENTS),
];

/// A statement's number of parameters and names of columns.
type Shape = (usize, Vec<String>);

/// Puts the text of a query together.
type Build = fn(&mut Query<'_>);

/// The statements whose texts are put together while the service runs.
const BUILT: &[(&str, Build)] = &[
    ("users", |query| {
        account::user::push_users(query, &IDS, None);
    }),
    ("users, seen", |query| {
        account::user::push_users(query, &IDS, Some(IDS[0]));
    }),
    ("organizations", |query| {
        organization::read::push_organizations(query, &IDS, None);
    }),
    ("organizations, seen", |query| {
        organization::read::push_organizations(query, &IDS, Some(IDS[0]));
    }),
    ("memberships of users", |query| {
        membership::read::push_memberships_of_users(query, &IDS, IDS[0]);
    }),
    ("members, from the start", |query| {
        membership::read::push_members(query, &IDS, IDS[0], &page(false));
    }),
    ("members, from the end", |query| {
        membership::read::push_members(query, &IDS, IDS[0], &page(true));
    }),
    ("member counts", |query| {
        membership::read::push_member_counts(query, &IDS, IDS[0]);
    }),
    ("invitations of organizations", |query| {
        invitation::read::push_invitations_of_organizations(
            query,
            &IDS,
            IDS[0],
            DateTime::UNIX_EPOCH,
        );
    }),
    ("charges", |query| {
        rate_limits::push_charges(query, &[charge(false)], 0);
    }),
    ("gated charges", |query| match query {
        Query::Sqlite(_) => {
            rate_limits::push_gated_charges_on_sqlite(query, &[charge(false), charge(true)], 0);
        }
        Query::Postgres(_) => {
            rate_limits::push_gated_charges_on_postgres(query, &[charge(false), charge(true)], 0);
        }
    }),
    ("passes", |query| {
        rate_limits::push_passes(query, &[[0; 32]], 0);
    }),
    ("full buckets", |query| {
        rate_limits::push_full_buckets(query, &[charge(false)]);
    }),
    ("security events", |query| {
        audit::event::push_events(query, &[event()]);
    }),
];

const IDS: [Uuid; 2] = [Uuid::nil(), Uuid::max()];

fn page(from_end: bool) -> PageRequest {
    PageRequest {
        after: Some(Uuid::nil()),
        before: Some(Uuid::max()),
        limit: 1,
        from_end,
    }
}

fn charge(is_gated: bool) -> super::Charge {
    super::Charge {
        bucket: [0; 32],
        limit: "10/15m".parse().unwrap(),
        is_gated,
    }
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

/// The text of every statement of an engine, by name.
fn texts(store: &Store) -> BTreeMap<String, String> {
    let mut texts = BTreeMap::new();
    for (file, statements) in FILES {
        for (name, statement) in *statements {
            let sql = statement.sql(store.engine()).to_owned();
            texts.insert(format!("{file}::{name}"), sql);
        }
    }
    for (name, build) in BUILT {
        let mut query = store.read.empty_query();
        build(&mut query);
        texts.insert((*name).to_owned(), query.into_text());
    }
    texts
}

/// Prepares every statement that the engine has.
async fn shapes(store: &Store) -> BTreeMap<String, Shape> {
    let mut shapes = BTreeMap::new();
    for (name, sql) in texts(store) {
        if sql.is_empty() {
            continue;
        }
        let shape = match &store.read.connections {
            Connections::Sqlite(pool) => {
                prepare::<Sqlite>(&mut *pool.acquire().await.unwrap(), &sql).await
            }
            Connections::Postgres(pool) => {
                prepare::<Postgres>(&mut *pool.acquire().await.unwrap(), &sql).await
            }
        };
        let shape = shape.unwrap_or_else(|error| panic!("{name}: {error}"));
        shapes.insert(name, shape);
    }
    shapes
}

async fn prepare<DB: Database>(
    connection: &mut DB::Connection,
    sql: &str,
) -> Result<Shape, sqlx::Error>
where
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
{
    let prepared = connection
        .prepare(AssertSqlSafe(sql).into_sql_str())
        .await?;
    let parameters = match prepared.parameters() {
        Some(Either::Left(types)) => types.len(),
        Some(Either::Right(count)) => count,
        None => 0,
    };
    let columns = prepared.columns().iter();
    let columns = columns.map(|column| column.name().to_owned()).collect();
    Ok((parameters, columns))
}

#[tokio::test]
async fn every_statement_is_valid_on_both_engines_and_means_the_same() {
    let sqlite = sqlite().await;
    let on_sqlite = shapes(&sqlite).await;
    assert!(
        on_sqlite.len() > 120,
        "{} statements are listed",
        on_sqlite.len()
    );
    let Some(postgres) = postgres().await else {
        return;
    };
    let on_postgres = shapes(&postgres).await;
    let (sqlite_texts, postgres_texts) = (texts(&sqlite), texts(&postgres));
    for (name, (parameters, columns)) in &on_sqlite {
        let (parameters_there, columns_there) = &on_postgres[name];
        assert_eq!(columns.len(), columns_there.len(), "{name}");
        if sqlite_texts[name] == postgres_texts[name] {
            assert_eq!(
                (parameters, columns),
                (parameters_there, columns_there),
                "{name}"
            );
        }
    }
    for name in on_postgres.keys() {
        let is_alone = sqlite_texts[name].is_empty();
        assert_eq!(!is_alone, on_sqlite.contains_key(name), "{name}");
    }
}

#[test]
fn every_statement_of_the_store_is_listed() {
    let mut count = 0;
    for (file, source) in sources() {
        let named: Vec<&str> = source
            .lines()
            .filter_map(|line| {
                line.split_once("const ")?
                    .1
                    .split_once(": Statement =")?
                    .0
                    .into()
            })
            .collect();
        let listed = FILES.iter().find(|(name, _)| *name == file);
        let listed = listed.map_or(&[][..], |(_, statements)| statements);
        for name in &named {
            let is_listed = listed.iter().any(|(known, _)| known == name);
            assert!(
                is_listed,
                "{file}.rs has {name}, which is not in its STATEMENTS"
            );
        }
        assert_eq!(named.len(), listed.len(), "{file}");
        count += named.len();
    }
    assert!(count > 100, "{count} statements were found");
}

/// The files of the store but its tests, each with its path, such as `session/refresh`.
fn sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store");
    let mut sources = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let file = path.strip_prefix(&root).unwrap().with_extension("");
            let file = file.to_str().unwrap().to_owned();
            if !file.ends_with("_tests") {
                sources.push((file, std::fs::read_to_string(path).unwrap()));
            }
        }
    }
    sources
}

#[test]
fn no_statement_asks_the_database_for_the_time() {
    for (file, statements) in FILES {
        for (name, statement) in *statements {
            for engine in [Engine::Sqlite, Engine::Postgres] {
                let sql = statement.sql(engine);
                let asks = sql.contains("CURRENT_TIMESTAMP") || sql.contains("now()");
                assert!(!asks, "{file}::{name}");
            }
        }
    }
}
