//! Tests of every statement: each is prepared on both engines and compared.
//!
//! SQLite silently binds NULL to a missing parameter, so both engines must agree on the parameters and columns of a
//! statement. PostgreSQL takes part if `LATCHKEY_TEST_DATABASE` names a server.

#![expect(clippy::panic, reason = "that is how a test fails")]

use std::collections::BTreeMap;
use std::path::Path;

use either::Either;
use sqlx::{AssertSqlSafe, Column, Executor, SqlSafeStr, Statement as _};

use super::built_statements_tests::BUILT;
use super::database::test_stores::{postgres, sqlite};
use super::database::{self, AnyConnections, Connections, Driver, Engine, Statement};
use super::{
    Store, account, audit, challenges, email, invitation, membership, nodes, organization, outbox,
    passkey, password, purges, rate_limits, second_factor, secret_fingerprint, session,
};

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
    (
        "account/sign_in_methods",
        account::sign_in_methods::STATEMENTS,
    ),
    ("account/unverified", account::unverified::STATEMENTS),
    ("account/user", account::user::STATEMENTS),
    ("audit/list", audit::list::STATEMENTS),
    ("audit/record", audit::record::STATEMENTS),
    ("challenges", challenges::STATEMENTS),
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
    ("outbox/deliver", outbox::deliver::STATEMENTS),
    ("outbox/insert", outbox::insert::STATEMENTS),
    ("outbox/read", outbox::read::STATEMENTS),
    ("passkey/answer", passkey::answer::STATEMENTS),
    ("passkey/read", passkey::read::STATEMENTS),
    ("passkey/record_use", passkey::record_use::STATEMENTS),
    ("passkey/register", passkey::register::STATEMENTS),
    ("passkey/remove", passkey::remove::STATEMENTS),
    ("passkey/rename", passkey::rename::STATEMENTS),
    ("password/change", password::change::STATEMENTS),
    ("password/former", password::former::STATEMENTS),
    ("password/hash", password::hash::STATEMENTS),
    ("password/remove", password::remove::STATEMENTS),
    ("password/reset", password::reset::STATEMENTS),
    ("password/reset_link", password::reset_link::STATEMENTS),
    ("password/set", password::set::STATEMENTS),
    ("purges", purges::STATEMENTS),
    ("rate_limits", rate_limits::STATEMENTS),
    ("second_factor/remove", second_factor::remove::STATEMENTS),
    ("second_factor/renew", second_factor::renew::STATEMENTS),
    ("second_factor/reseal", second_factor::reseal::STATEMENTS),
    ("second_factor/setup", second_factor::setup::STATEMENTS),
    ("second_factor/spend", second_factor::spend::STATEMENTS),
    ("secret_fingerprint", secret_fingerprint::STATEMENTS),
    ("session/authenticate", session::authenticate::STATEMENTS),
    (
        "session/complete_login",
        session::complete_login::STATEMENTS,
    ),
    ("session/credentials", session::credentials::STATEMENTS),
    ("session/device", session::device::STATEMENTS),
    ("session/end", session::end::STATEMENTS),
    ("session/epochs", session::epochs::STATEMENTS),
    ("session/freshness", session::freshness::STATEMENTS),
    ("session/list", session::list::STATEMENTS),
    ("session/login", session::login::STATEMENTS),
    (
        "session/reauthenticate",
        session::reauthenticate::STATEMENTS,
    ),
    ("session/recover", session::recover::STATEMENTS),
    ("session/refresh", session::refresh::STATEMENTS),
    (
        "session/switch_organization",
        session::switch_organization::STATEMENTS,
    ),
    ("session/tombstone", session::tombstone::STATEMENTS),
];

/// The number of a statement's parameters, and the names of its columns.
type Shape = (usize, Vec<String>);

/// Returns the text of every statement of an engine, by name.
fn texts(store: &Store) -> BTreeMap<String, String> {
    let mut texts = BTreeMap::new();
    for (file, statements) in FILES {
        for (name, statement) in *statements {
            let sql = statement.sql(store.engine()).to_owned();
            texts.insert(format!("{file}::{name}"), sql);
        }
    }
    for (name, build) in BUILT {
        let mut query = store.write.relaxed_query();
        build(&mut query);
        texts.insert((*name).to_owned(), query.into_text());
    }
    texts
}

/// Prepares every statement of an engine.
async fn shapes(store: &Store) -> BTreeMap<String, Shape> {
    let mut shapes = BTreeMap::new();
    for (name, sql) in texts(store) {
        if sql.is_empty() {
            continue;
        }
        let shape = match &store.read.connections {
            AnyConnections::Sqlite(connections) => prepare(connections, &sql).await,
            AnyConnections::Postgres(connections) => prepare(connections, &sql).await,
        };
        let shape = shape.unwrap_or_else(|error| panic!("{name}: {error}"));
        shapes.insert(name, shape);
    }
    shapes
}

async fn prepare<DB: Driver>(connections: &Connections<DB>, sql: &str) -> Result<Shape, sqlx::Error>
where
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
{
    let mut connection = connections.take().await?;
    let prepared = connection
        .prepare(AssertSqlSafe(sql).into_sql_str())
        .await?;
    connection.give_back();
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

/// Otherwise it would hold the only writer of SQLite while it reads a table. PostgreSQL has the same indexes.
#[tokio::test]
async fn a_purge_finds_its_rows_by_an_index() {
    let store = sqlite().await;
    let purges = texts(&store).into_iter().filter(|(name, _)| {
        name.starts_with("purges::") || name == "account/unverified::LIST_CONCEALED"
    });
    let mut steps = 0;
    for (name, sql) in purges {
        let mut explain = store.write.empty_query();
        explain.push_test_sql(&format!("EXPLAIN QUERY PLAN {sql}"));
        let plan: Vec<(i64, i64, i64, String)> = explain.all().await.unwrap();
        for (_, _, _, step) in plan {
            assert!(!step.starts_with("SCAN"), "{name}: {step}");
            steps += 1;
        }
    }
    assert!(steps > 24, "{steps} steps");
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
            let is_listed = listed.iter().any(|(listed, _)| listed == name);
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

/// Returns the files of the store except tests, each with its path, such as `session/refresh`.
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
