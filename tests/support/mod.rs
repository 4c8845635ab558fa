//! A whole service for each test, on a database of its own, and clients to call it with.
//!
//! The engine is chosen by `LATCHKEY_TEST_DATABASE`: `memory` (the default), `file`, or the URL of a
//! PostgreSQL server, on which each service gets a database of its own.

#![allow(
    dead_code,
    unused_imports,
    reason = "each test binary uses its own part of this"
)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "that is how a test fails"
)]

mod client;
mod log;
pub mod sql;

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use clap::Parser;
use latchkey::app::App;
use latchkey::clock::Clock;
use latchkey::config::Config;
use latchkey::random::Random;
use latchkey::service::Sweeper;
use latchkey::store::Store;
use sqlx::{Connection, PgConnection};
use tokio::net::TcpListener;

pub use self::client::{Answer, Client, Person, SignedIn};

/// HS256 key of every test service.
pub const SECRET: &str = "a-test-secret-of-at-least-32-bytes!!";

/// A password that every rule accepts.
pub const PASSWORD: &str = "correct horse battery staple 42";

/// A service that listens on a port of its own, with a clock that the test moves.
pub struct TestApp {
    pub address: SocketAddr,
    pub clock: Clock,
    pub store: Store,
    pub sweeper: Sweeper,
    /// Part of every link that this service mails; tells its lines from others' in the log.
    name: String,
    /// Lives as long as the service, unless several share it.
    database: Option<TestDatabase>,
}

#[derive(Parser)]
struct Settings {
    #[command(flatten)]
    config: Config,
}

impl TestApp {
    pub async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// With settings as on the command line, such as `--max-depth 3`.
    pub async fn start_with(settings: &[&str]) -> Self {
        let database = TestDatabase::make().await;
        let app = Self::start_on(&database, settings).await;
        Self {
            database: Some(database),
            ..app
        }
    }

    /// A node on a database that others may share.
    pub async fn start_on(database: &TestDatabase, settings: &[&str]) -> Self {
        log::capture();
        let name = unique_name();
        let link = format!("http://{name}.test/verify#token={{token}}");
        let defaults = [
            "latchkey",
            "--database-url",
            &database.url,
            "--secret-key",
            SECRET,
            "--verify-url",
            &link,
            // Small enough for hundreds of tests in a debug build; the rules are the same.
            "--hash-memory",
            "64",
            "--hash-iterations",
            "1",
            "--public-url",
            "http://latchkey.test",
        ];
        let (program, defaults) = defaults.split_at(1);
        let is_set = |pair: &&[&str]| settings.contains(&pair[0]);
        let defaults = defaults.chunks(2).filter(|pair| !is_set(pair)).flatten();
        let arguments = program.iter().chain(defaults).chain(settings);
        let config = Settings::try_parse_from(arguments).unwrap().config;
        let clock = Clock::manual(noon());
        let app = App::build(&config, clock.clone(), Random::system().unwrap())
            .await
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (store, sweeper) = (app.store.clone(), app.sweeper.clone());
        tokio::spawn(app.serve(listener, std::future::pending()));
        Self {
            address,
            clock,
            store,
            sweeper,
            name,
            database: None,
        }
    }

    pub fn advance(&self, by: TimeDelta) {
        self.clock.advance(by);
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// A client that nobody knows.
    pub fn anonymous(&self) -> Client {
        Client::new(self.url("/graphql"))
    }

    /// Somebody registered under this name, whose address is still to be proved.
    pub async fn registered(&self, name: &str) -> Person {
        let person = Person::named(name);
        self.anonymous().register(&person).await.data();
        person
    }

    /// Somebody who is logged in, whose address is still to be proved.
    pub async fn unverified(&self, name: &str) -> SignedIn {
        let person = self.registered(name).await;
        self.anonymous().log_in(&person).await
    }

    /// Somebody who has proved their address and is logged in.
    pub async fn verified(&self, name: &str) -> SignedIn {
        let person = self.registered(name).await;
        let token = self.mailed_token(&person.email);
        self.anonymous().verify(&token).await.data();
        self.anonymous().log_in(&person).await
    }

    /// The token of the latest link that was mailed to an address.
    pub fn mailed_token(&self, email: &str) -> String {
        self.mailed_tokens(email).pop().expect("a mail was sent")
    }

    /// The tokens of all links that were mailed to an address, oldest first.
    pub fn mailed_tokens(&self, email: &str) -> Vec<String> {
        log::lines()
            .iter()
            .filter(|line| line.contains(&self.name) && line.contains(&format!("{email:?}")))
            .map(|line| {
                let start = line.find("#token=").expect("a link") + "#token=".len();
                let end = line[start..]
                    .find(' ')
                    .map_or(line.len(), |end| start + end);
                line[start..end].to_owned()
            })
            .collect()
    }
}

/// A fresh, empty database on the engine under test.
pub struct TestDatabase {
    pub url: String,
    _folder: Option<tempfile::TempDir>,
}

impl TestDatabase {
    pub async fn make() -> Self {
        let engine = engine();
        match engine.as_str() {
            "memory" => Self {
                url: "sqlite::memory:".to_owned(),
                _folder: None,
            },
            "file" => Self::file(),
            server => Self {
                url: make_postgres_database(server).await,
                _folder: None,
            },
        }
    }

    /// Likewise, but never in memory: for tests in which several nodes or processes share it.
    pub async fn shared() -> Self {
        if engine() == "memory" {
            return Self::file();
        }
        Self::make().await
    }

    fn file() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self {
            url: format!("sqlite:{}/test.db", folder.path().display()),
            _folder: Some(folder),
        }
    }
}

/// What the suite runs on.
pub fn engine() -> String {
    std::env::var("LATCHKEY_TEST_DATABASE").unwrap_or_else(|_| "memory".to_owned())
}

async fn make_postgres_database(server: &str) -> String {
    let name = unique_name().replace('-', "_");
    let mut connection = PgConnection::connect(server).await.unwrap();
    sqlx::query(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}")))
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
    let (base, _) = server.rsplit_once('/').unwrap();
    format!("{base}/{name}")
}

/// Differs for every call of every process.
fn unique_name() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("latchkey-{}-{count}-x", std::process::id())
}

pub fn noon() -> DateTime<Utc> {
    "2026-06-01T12:00:00Z".parse().unwrap()
}
