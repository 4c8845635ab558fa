//! The parts that benches share: a service in this process or beside it (`load`), calls to it, and
//! statistics.
//!
//! `LATCHKEY_BENCH_DATABASE` names a PostgreSQL server (`postgres://user@host/database`) on which
//! each service gets a database of its own; benches that compare engines measure it beside SQLite.

pub mod batches;
pub mod load;
pub mod rows;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use axum::body::{Body, to_bytes};
use axum::http::Request;
use clap::Parser;
use criterion::Criterion;
use latchkey::app::App;
use latchkey::config::Config;
use latchkey::http::Site;
use latchkey::platform::clock::Clock;
use latchkey::platform::random::Random;
use latchkey::service::Purger;
use serde_json::{Value, json};
use sqlx::{Connection, PgConnection, SqliteConnection};

/// HS256 key of every service here.
pub const SECRET: &str = "a-bench-secret-of-at-least-32-bytes!";

pub const PASSWORD: &str = "correct horse battery staple 42";

pub const ME: &str = "{ me { id email username displayName emailVerified } }";

pub const LOGIN: &str = "mutation($input: LoginInput!) { login(input: $input) \
     { token { accessToken refreshToken } session { id } user { id } } }";

/// Settings under which no limit refuses a request of the benches.
pub const NO_LIMITS: [&str; 9] = [
    "--limit-login-account=1000000/1s",
    "--limit-login-network-account=1000000/1s",
    "--limit-login-device=1000000/1s",
    "--limit-login-network=1000000/1s",
    "--limit-register-network=1000000/1s",
    "--limit-mail-address=1000000/1s",
    "--limit-mail-network=1000000/1s",
    "--limit-refresh-network=1000000/1s",
    "--limit-refresh-session=1000000/1s",
];

/// The settings as the command line has them.
#[derive(Parser)]
struct Settings {
    #[command(flatten)]
    config: Config,
}

pub fn config(settings: &[&str]) -> Config {
    // The benches measure work and not refusals, so the limits are high. `flood` sets its own.
    let program = ["latchkey", "--secret-key", SECRET];
    Settings::parse_from(program.iter().chain(&NO_LIMITS).chain(settings)).config
}

/// A database that is gone when this is dropped (PostgreSQL keeps its own until the server goes).
pub struct Database {
    pub engine: &'static str,
    pub url: String,
    _folder: tempfile::TempDir,
}

impl Database {
    pub fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self {
            engine: "SQLite",
            url: format!("sqlite:{}/latchkey.db", folder.path().display()),
            _folder: folder,
        }
    }

    /// Creates a database on the server in `LATCHKEY_BENCH_DATABASE`, if it is set.
    pub async fn postgres() -> Option<Self> {
        let server = std::env::var("LATCHKEY_BENCH_DATABASE").ok()?;
        let folder = tempfile::tempdir().unwrap();
        let unique = folder.path().file_name().unwrap().to_string_lossy();
        let name = format!(
            "bench_{}",
            unique.replace(|c: char| !c.is_alphanumeric(), "")
        );
        let mut server_connection = PgConnection::connect(&server).await.unwrap();
        let create = sqlx::AssertSqlSafe(format!("CREATE DATABASE \"{name}\""));
        sqlx::query(create)
            .execute(&mut server_connection)
            .await
            .unwrap();
        let (base, _) = server.rsplit_once('/').unwrap();
        Some(Self {
            engine: "PostgreSQL",
            url: format!("{base}/{name}"),
            _folder: folder,
        })
    }

    /// The same database once more; it goes with the first.
    pub fn again(&self) -> Self {
        Self {
            engine: self.engine,
            url: self.url.clone(),
            _folder: tempfile::tempdir().unwrap(),
        }
    }

    /// SQLite, and PostgreSQL if there is one.
    pub async fn each() -> Vec<Self> {
        let mut databases = vec![Self::sqlite()];
        databases.extend(Self::postgres().await);
        databases
    }

    /// Marks every address as proved, in place of following a mailed link.
    pub async fn verify_everybody(&self) {
        self.execute("UPDATE users SET email_verified_at = created_at")
            .await;
    }

    pub async fn execute(&self, statement: &str) {
        let statement = sqlx::AssertSqlSafe(statement.to_owned());
        if let Some(path) = self.url.strip_prefix("sqlite:") {
            let mut db = SqliteConnection::connect(path).await.unwrap();
            sqlx::query(statement).execute(&mut db).await.unwrap();
        } else {
            let mut db = PgConnection::connect(&self.url).await.unwrap();
            sqlx::query(statement).execute(&mut db).await.unwrap();
        }
    }
}

/// The whole service but its listener, on a database of its own.
pub struct Service {
    pub database: Database,
    pub purger: Purger,
    pub site: Site,
}

/// A user who is logged in, and whose address is verified.
#[derive(Clone)]
pub struct SignedIn {
    pub access_token: String,
    pub refresh_token: String,
}

impl Service {
    pub async fn start(database: Database, settings: &[&str]) -> Self {
        let url = ["--database-url", database.url.as_str()];
        let config = config(&[&url, settings].concat());
        let app = App::build(&config, Clock::system(), Random::system().unwrap())
            .await
            .unwrap();
        Self {
            database,
            purger: app.purger,
            site: app.site,
        }
    }

    pub async fn call(&self, body: &Value, bearer: Option<&str>) -> Value {
        answer(&self.site, body.to_string(), bearer).await
    }

    /// Registers, verifies and logs in.
    pub async fn sign_in(&self, name: &str) -> SignedIn {
        self.call(&register(name), None).await;
        self.database.verify_everybody().await;
        signed_in(&self.call(&login(name, PASSWORD), None).await)
    }
}

/// One request through a site, as from a client on this machine.
pub async fn answer(site: &Site, body: String, bearer: Option<&str>) -> Value {
    let mut request = Request::post("/graphql")
        .header("host", "localhost")
        .header("content-type", "application/json");
    if let Some(token) = bearer {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    let peer = SocketAddr::from(([127, 0, 0, 1], 4711));
    let request = request.body(Body::from(body)).unwrap();
    let response = site.answer(peer, request).await;
    let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    serde_json::from_slice(&bytes).unwrap_or_default()
}

pub fn register(name: &str) -> Value {
    json!({
        "query": "mutation($input: RegisterInput!) { register(input: $input) { user { id } } }",
        "variables": { "input": {
            "email": format!("{name}@example.com"), "username": name, "password": PASSWORD,
        } },
    })
}

pub fn login(name: &str, password: &str) -> Value {
    json!({
        "query": LOGIN,
        "variables": { "input": { "identifier": name, "password": password } },
    })
}

pub fn refresh(token: &str) -> Value {
    json!({
        "query": "mutation($input: RefreshInput!) { refresh(input: $input) \
                  { token { accessToken refreshToken } session { id } } }",
        "variables": { "input": { "refreshToken": token } },
    })
}

pub fn me() -> Value {
    json!({ "query": ME })
}

/// The tokens of a login or a refresh.
#[track_caller]
pub fn signed_in(answer: &Value) -> SignedIn {
    let payload = ["login", "refresh"].map(|name| &answer["data"][name]["token"]);
    let tokens = payload.into_iter().find(|tokens| !tokens.is_null());
    let tokens = tokens.unwrap_or_else(|| panic!("no tokens in {answer}"));
    SignedIn {
        access_token: tokens["accessToken"].as_str().unwrap().to_owned(),
        refresh_token: tokens["refreshToken"].as_str().unwrap().to_owned(),
    }
}

/// Returns the result of some work, and its duration.
pub fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let began = Instant::now();
    let done = work();
    (done, began.elapsed())
}

/// The value below which a share of them lies: 0.5 is the median.
pub fn quantile(values: &mut [f64], share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "an index of a few thousand values"
    )]
    let index = ((values.len() - 1) as f64 * share).round() as usize;
    values[index]
}

pub fn median(values: &mut [f64]) -> f64 {
    quantile(values, 0.5)
}

pub fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

/// A number of seconds from the environment, for longer runs.
pub fn seconds(name: &str, default: u64) -> Duration {
    let seconds = std::env::var(name).ok().and_then(|text| text.parse().ok());
    Duration::from_secs(seconds.unwrap_or(default))
}

/// Measures a small operation for this many seconds.
pub fn criterion(seconds: u64) -> Criterion {
    Criterion::default()
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(seconds))
        .sample_size(30)
        .without_plots()
}

pub fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Runtime::new().unwrap()
}
