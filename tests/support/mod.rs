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

mod answer;
pub mod authenticator;
mod client;
mod database;
pub mod log;
pub mod mutations;
mod organizations;
pub mod passkeys;
pub mod phone;
pub mod sql;
mod wire;

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use clap::Parser;
use latchkey::app::App;
use latchkey::config::Config;
use latchkey::http::Site;
use latchkey::platform::clock::Clock;
use latchkey::platform::random::Random;
use latchkey::service::{Captured, Delivery, Mailbox, Purger, SecondFactors};
use latchkey::store::Store;
use tokio::net::TcpListener;

pub use self::answer::{Answer, assert_one_succeeds, is_limited};
pub use self::client::{Client, Person, SignedIn, assert_one_of_64_succeeds};
pub use self::database::{TestDatabase, engine};
pub use self::organizations::{
    ONE_OF_EACH_ROLE, Roles, claims, nodes, on_node, one_line, organization_with,
};
pub use self::phone::{Factors, Phone, texts};
pub use self::wire::{Wire, WireAnswer};

/// HS256 key of every test service.
pub const SECRET: &str = "a-test-secret-of-at-least-32-bytes!!";

/// A password that every rule accepts.
pub const PASSWORD: &str = "correct horse battery staple 42";

/// The settings of limits by attempt.
pub const LIMITS: [&str; 18] = [
    "--limit-login-account",
    "--limit-login-network-account",
    "--limit-login-device",
    "--limit-login-network",
    "--limit-password-account",
    "--limit-second-factor",
    "--limit-passkey-network",
    "--limit-name-account",
    "--limit-organization-account",
    "--limit-invitation-account",
    "--limit-membership-account",
    "--limit-register-network",
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
    pub purger: Purger,
    pub second_factors: SecondFactors,
    pub delivery: Option<Delivery>,
    pub mailbox: Mailbox,
    /// The site, for tests that need no connection.
    pub site: Site,
    /// A part of every link that this service mails, which identifies its lines in the log.
    name: String,
    /// The database, unless several services share it.
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

    /// Starts a service with settings as on the command line, such as `--max-depth 3`.
    pub async fn start_with(settings: &[&str]) -> Self {
        let database = TestDatabase::make().await;
        let app = Self::start_on(&database, settings).await;
        Self {
            database: Some(database),
            ..app
        }
    }

    /// Starts a node on a database that others may share.
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
            "--passkey-rp-id",
            passkeys::RELYING_PARTY,
            "--passkey-origins",
            passkeys::PAGE,
            // A test does not fail because the machine is busy.
            "--database-acquire-timeout",
            "30s",
            "--database-timeout",
            "60s",
            "--request-timeout",
            "120s",
            "--header-timeout",
            "120s",
            "--send-timeout",
            "120s",
        ];
        // Tests of limits replace these.
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
        let (store, purger) = (app.store.clone(), app.purger.clone());
        let second_factors = app.second_factors.clone();
        let (delivery, mailbox) = (app.delivery.clone(), app.mailbox.clone());
        let site = app.site.clone();
        tokio::spawn(app.serve(listener, std::future::pending()));
        Self {
            address,
            clock,
            store,
            purger,
            second_factors,
            delivery,
            mailbox,
            site,
            name,
            database: None,
        }
    }

    pub fn advance(&self, by: TimeDelta) {
        self.clock.advance(by);
    }

    /// Returns the service's public URL.
    pub fn public_url(&self) -> String {
        format!("http://{}.test", self.name)
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Returns an anonymous client.
    pub fn anonymous(&self) -> Client {
        Client::new(self.url("/graphql"))
    }

    /// Registers a user, whose address is not verified.
    pub async fn registered(&self, name: &str) -> Person {
        let person = Person::named(name);
        self.anonymous().register(&person).await.data();
        person
    }

    /// Returns a user who is logged in, and whose address is not verified.
    pub async fn unverified(&self, name: &str) -> SignedIn {
        let person = self.registered(name).await;
        self.anonymous().log_in(&person).await
    }

    /// Returns a user who is logged in, and whose address is verified.
    pub async fn verified(&self, name: &str) -> SignedIn {
        let person = self.registered(name).await;
        let token = self.mailed_token(&person.email);
        self.anonymous().verify(&token).await.data();
        self.anonymous().log_in(&person).await
    }

    /// Returns the token of the latest verification link that was mailed to an address.
    pub fn mailed_token(&self, email: &str) -> String {
        self.token_of("verify_email", email)
    }

    /// Returns the tokens of all verification links that were mailed to an address, oldest first.
    pub fn mailed_tokens(&self, email: &str) -> Vec<String> {
        self.tokens_of("verify_email", email)
    }

    /// Returns the token of the latest mail of this kind to an address.
    pub fn token_of(&self, template: &str, email: &str) -> String {
        let mut tokens = self.tokens_of(template, email);
        tokens
            .pop()
            .unwrap_or_else(|| panic!("no {template} was mailed to {email}"))
    }

    /// Returns the tokens of all mails of this kind to an address, oldest first.
    pub fn tokens_of(&self, template: &str, email: &str) -> Vec<String> {
        let marks = [
            self.name.clone(),
            format!("template={template:?}"),
            format!("to={email:?}"),
        ];
        log::tokens(&marks)
    }
}

impl TestApp {
    /// Returns all mail to an address, oldest first.
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

    /// Returns the templates of all mail to an address, oldest first.
    pub async fn templates_to(&self, email: &str) -> Vec<String> {
        let mails = self.mail_to(email).await;
        mails
            .into_iter()
            .map(|mail| mail.envelope.template)
            .collect()
    }
}

/// Returns a name that differs for every call of every process.
pub fn unique_name() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("latchkey-{}-{count}-x", std::process::id())
}

pub fn noon() -> DateTime<Utc> {
    "2026-06-01T12:00:00Z".parse().unwrap()
}
