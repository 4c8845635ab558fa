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
pub mod log;
mod organizations;
pub mod sql;

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use clap::Parser;
use latchkey::app::App;
use latchkey::clock::Clock;
use latchkey::config::Config;
use latchkey::random::Random;
use latchkey::service::{Captured, Delivery, Mailbox, Sweeper};
use latchkey::store::Store;
use sqlx::{Connection, PgConnection};
use tokio::net::TcpListener;

pub use self::client::{Answer, Client, Person, SignedIn};
pub use self::organizations::{Roles, by_way_of, claims, nodes, one_line};

/// HS256 key of every test service.
pub const SECRET: &str = "a-test-secret-of-at-least-32-bytes!!";

/// A password that every rule accepts.
pub const PASSWORD: &str = "correct horse battery staple 42";

/// The settings of limits by attempt.
pub const LIMITS: [&str; 14] = [
    "--limit-login-account",
    "--limit-login-device",
    "--limit-login-network",
    "--limit-password-account",
    "--limit-name-account",
    "--limit-organization-account",
    "--limit-invitation-account",
    "--limit-membership-account",
    "--limit-mail-address",
    "--limit-mail-network",
    "--limit-link-network",
    "--limit-check-network",
    "--limit-refresh-network",
    "--limit-refresh-session",
];

/// A service that listens on a port of its own, with a clock that the test moves.
pub struct TestApp {
    pub address: SocketAddr,
    pub clock: Clock,
    pub store: Store,
    pub sweeper: Sweeper,
    pub delivery: Option<Delivery>,
    pub mailbox: Mailbox,
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
        let public_url = format!("http://{name}.test");
        let defaults = [
            "latchkey",
            "--database-url",
            &database.url,
            "--secret-key",
            SECRET,
            // Small enough for hundreds of tests in a debug build; the rules are the same.
            "--hash-memory",
            "64",
            "--hash-iterations",
            "1",
            "--public-url",
            &public_url,
        ];
        // Tests of limits set their own.
        let generous: Vec<_> = LIMITS
            .iter()
            .flat_map(|name| [*name, "1000000/1s"])
            .collect();
        let defaults = [&defaults[..], &generous].concat();
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
        let (delivery, mailbox) = (app.delivery.clone(), app.mailbox.clone());
        tokio::spawn(app.serve(listener, std::future::pending()));
        Self {
            address,
            clock,
            store,
            sweeper,
            delivery,
            mailbox,
            name,
            database: None,
        }
    }

    pub fn advance(&self, by: TimeDelta) {
        self.clock.advance(by);
    }

    /// Where the service believes that clients reach it.
    pub fn public_url(&self) -> String {
        format!("http://{}.test", self.name)
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

    /// The token of the latest link that was mailed to an address to prove it.
    pub fn mailed_token(&self, email: &str) -> String {
        self.token_of("verify_email", email)
    }

    /// The tokens of all such links, oldest first.
    pub fn mailed_tokens(&self, email: &str) -> Vec<String> {
        self.tokens_of("verify_email", email)
    }

    /// The token of the latest message of this kind to an address.
    pub fn token_of(&self, template: &str, email: &str) -> String {
        let mut tokens = self.tokens_of(template, email);
        tokens
            .pop()
            .unwrap_or_else(|| panic!("no {template} was mailed to {email}"))
    }

    /// The tokens of all messages of this kind to an address, oldest first.
    pub fn tokens_of(&self, template: &str, email: &str) -> Vec<String> {
        let template = format!("template={template:?}");
        log::lines()
            .iter()
            .filter(|line| line.contains(&self.name) && line.contains(&template))
            .filter(|line| line.contains(&format!("to={email:?}")))
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

impl TestApp {
    /// All mail to an address, oldest first: which message, and what it says.
    pub async fn mail_to(&self, email: &str) -> Vec<Captured> {
        let mut mails = Vec::new();
        for envelope in self.mailbox.list(false, 1000).await.unwrap() {
            if envelope.to == email {
                mails.push(self.mailbox.find(envelope.id).await.unwrap().unwrap());
            }
        }
        mails.reverse();
        mails
    }

    /// Which messages went to an address, oldest first.
    pub async fn templates_to(&self, email: &str) -> Vec<String> {
        let mails = self.mail_to(email).await;
        mails
            .into_iter()
            .map(|mail| mail.envelope.template)
            .collect()
    }
}

/// A fresh, empty database on the engine under test, which goes with this value.
pub struct TestDatabase {
    pub url: String,
    _folder: Option<tempfile::TempDir>,
    _server: Option<ServerDatabase>,
}

impl TestDatabase {
    pub async fn make() -> Self {
        let engine = engine();
        match engine.as_str() {
            "memory" => Self {
                url: "sqlite::memory:".to_owned(),
                _folder: None,
                _server: None,
            },
            "file" => Self::file(),
            server => {
                let database = ServerDatabase::make(server).await;
                Self {
                    url: database.url(),
                    _folder: None,
                    _server: Some(database),
                }
            }
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
            _server: None,
        }
    }
}

/// What the suite runs on.
pub fn engine() -> String {
    std::env::var("LATCHKEY_TEST_DATABASE").unwrap_or_else(|_| "memory".to_owned())
}

/// A database of its own on a PostgreSQL server.
struct ServerDatabase {
    server: String,
    name: String,
}

impl ServerDatabase {
    async fn make(server: &str) -> Self {
        let database = Self {
            server: server.to_owned(),
            name: unique_name().replace('-', "_"),
        };
        database.ask_server("CREATE DATABASE", "").await.unwrap();
        database
    }

    fn url(&self) -> String {
        let (base, _) = self.server.rsplit_once('/').unwrap();
        format!("{base}/{}", self.name)
    }

    async fn ask_server(&self, what: &str, how: &str) -> Result<(), sqlx::Error> {
        let statement = format!("{what} {} {how}", self.name);
        let mut connection = PgConnection::connect(&self.server).await?;
        sqlx::query(sqlx::AssertSqlSafe(statement))
            .execute(&mut connection)
            .await?;
        connection.close().await
    }
}

/// Hundreds of them, each of 8 MB, would fill a small disk.
impl Drop for ServerDatabase {
    fn drop(&mut self) {
        // On a thread of its own, since what runs the test cannot wait here for what it would have to run.
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build()
                    .unwrap();
                // A server that is gone has none any more.
                let _ = runtime.block_on(self.ask_server("DROP DATABASE", "WITH (FORCE)"));
            });
        });
    }
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
