//! Reaching a PostgreSQL server: what a URL may say, and in plain words why nobody lets us in.

use std::io;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions, PgSslMode};
use sqlx::{Connection, Error, Row};
use url::Url;

use super::error::StoreError;
use super::failover::Failover;
use super::store::StoreOptions;

/// The options that a URL may carry after its `?`, beside `options[name]`.
const OPTIONS: [&str; 17] = [
    "sslmode",
    "ssl-mode",
    "sslrootcert",
    "ssl-root-cert",
    "ssl-ca",
    "sslcert",
    "ssl-cert",
    "sslkey",
    "ssl-key",
    "host",
    "hostaddr",
    "port",
    "dbname",
    "user",
    "password",
    "application_name",
    "options",
];

const SPECIAL_CHARACTERS: &str = "write the special characters of its user name and password as %40 for @, %3A for :, %2F for /, %3F for ?, \
     %23 for # and %25 for %";

/// Reads a URL. The driver ignores options that it does not know, and takes what follows a `/`, `?` or `#` in a
/// password for something else.
///
/// # Errors
/// Says what to write instead, and repeats nothing that may belong to a password.
pub fn parse(url: &str) -> Result<PgConnectOptions, String> {
    let parsed = Url::parse(url).map_err(|error| {
        format!("cannot be read ({error}): it must name one host, and {SPECIAL_CHARACTERS}")
    })?;
    if parsed.fragment().is_some() || parsed.path().contains('@') {
        return Err(format!("cannot be read: {SPECIAL_CHARACTERS}"));
    }
    for (name, value) in parsed.query_pairs() {
        check_option(&name, &value)?;
    }
    PgConnectOptions::from_str(url).map_err(|error| match error {
        Error::Configuration(error) => format!("cannot be read ({error}): {SPECIAL_CHARACTERS}"),
        error => format!("cannot be read: {error}"),
    })
}

fn check_option(name: &str, value: &str) -> Result<(), String> {
    match name {
        "sslmode" | "ssl-mode" if PgSslMode::from_str(value).is_err() => Err(format!(
            "has an unknown {name}: write disable, allow, prefer, require, verify-ca or verify-full"
        )),
        "schema" | "currentSchema" | "search_path" => Err(format!(
            "takes no option {name}: write ?options[search_path]=the_schema"
        )),
        "pgbouncer" | "statement-cache-capacity" | "statement_cache_size" => Err(format!(
            "takes no option {name}: set DATABASE_PREPARED_STATEMENTS=false for PgBouncer in transaction mode"
        )),
        _ if OPTIONS.contains(&name) || name.starts_with("options[") => Ok(()),
        _ if name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "_-".contains(c)) =>
        {
            Err(format!(
                "takes no option {name}: known are {}",
                OPTIONS.join(", ")
            ))
        }
        _ => Err(format!("cannot be read: {SPECIAL_CHARACTERS}")),
    }
}

/// Returns the options of the pool.
pub fn pool(options: StoreOptions, failover: Arc<Failover>) -> PgPoolOptions {
    PgPoolOptions::new()
        .max_connections(options.max_connections)
        .acquire_timeout(options.acquire_timeout)
        // A ping before every statement costs a third of the throughput. A connection that was in
        // use a moment ago was alive then (the pool also pings it as it comes back); only one that
        // lay idle may have been hung up on.
        .test_before_acquire(false)
        .before_acquire(move |connection, meta| {
            let is_accepted = failover.accepts(meta.age);
            Box::pin(async move {
                if !is_accepted {
                    return Ok(false);
                }
                if meta.idle_for > Duration::from_secs(1) {
                    return Ok(connection.ping().await.is_ok());
                }
                Ok(true)
            })
        })
}

/// Opens a pool with one connection in it.
pub async fn connect(pool: PgPoolOptions, options: PgConnectOptions) -> Result<PgPool, StoreError> {
    let timeout = pool.get_acquire_timeout();
    match pool.connect_with(options.clone()).await {
        Ok(pool) => Ok(pool),
        // The pool tries again and again while nobody answers, and does not say why it gave up.
        Err(Error::PoolTimedOut) => Err(StoreError::Connect(probe(&options, timeout).await)),
        Err(error) => Err(StoreError::Connect(explain(&error, &options))),
    }
}

/// Whether a pooler in transaction mode is in between: two clients at once are on the same server connection then, or
/// one moves to another. A busy pooler may show neither.
pub async fn is_pooled(options: &PgConnectOptions) -> Result<bool, Error> {
    const TRIES: usize = 3;
    let mut one = PgConnection::connect_with(options).await?;
    let mut other = PgConnection::connect_with(options).await?;
    let mut pids = (Vec::new(), Vec::new());
    for _ in 0..TRIES {
        pids.0.push(server_pid(&mut one).await?);
        pids.1.push(server_pid(&mut other).await?);
    }
    one.close().await?;
    other.close().await?;
    pids.0.dedup();
    pids.1.dedup();
    Ok(pids.0.len() > 1 || pids.0 == pids.1)
}

/// As a simple query, which needs no prepared statement.
async fn server_pid(connection: &mut PgConnection) -> Result<i32, Error> {
    let row = sqlx::raw_sql("SELECT pg_backend_pid()")
        .fetch_one(connection)
        .await?;
    row.try_get(0)
}

/// Says what keeps a single connection from being made.
async fn probe(options: &PgConnectOptions, timeout: Duration) -> String {
    // The pool has waited already.
    let limit = timeout.min(Duration::from_secs(1));
    let tried = tokio::time::timeout(limit, PgConnection::connect_with(options)).await;
    match tried {
        Ok(Err(error)) => explain(&error, options),
        Ok(Ok(_)) | Err(_) => format!(
            "cannot connect to {}: no answer within {}; check the address in DATABASE_URL, and firewalls on the way",
            place(options),
            humantime::format_duration(timeout)
        ),
    }
}

/// Says why a connection was not made, and what to do.
fn explain(error: &Error, options: &PgConnectOptions) -> String {
    let place = place(options);
    let user = options.get_username();
    // Without a name, the server takes that of the user.
    let database = options.get_database().unwrap_or(user);
    let refusal = match error {
        Error::Io(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
            return format!(
                "cannot connect to {place}: connection refused; see that PostgreSQL is running there, and check DATABASE_URL"
            );
        }
        Error::Io(error) => {
            return format!("cannot connect to {place}: {error}; check the host in DATABASE_URL");
        }
        Error::Tls(error) => {
            return format!(
                "cannot connect to {place} with TLS: {error}; check sslmode and sslrootcert in DATABASE_URL"
            );
        }
        Error::Database(refusal) => refusal,
        error => return format!("{place} does not answer as PostgreSQL does: {error}"),
    };
    let message = refusal.message();
    match refusal.code().as_deref() {
        Some("28P01") => format!(
            "PostgreSQL at {place} does not accept the password of {user:?}; check DATABASE_URL, and {SPECIAL_CHARACTERS}"
        ),
        Some("28000" | "42501") => format!(
            "PostgreSQL at {place} does not let {user:?} into the database {database:?}: {message}"
        ),
        Some("3D000") => format!(
            "PostgreSQL at {place} has no database {database:?}: create it (createdb --owner={user} {database}), or name \
             another in DATABASE_URL"
        ),
        Some("53300") => format!(
            "PostgreSQL at {place} has no connection left: {message}; lower DATABASE_MAX_CONNECTIONS, or raise \
             max_connections there"
        ),
        _ => format!("cannot connect to {place}: {message}"),
    }
}

/// Where the server is, without any secret.
fn place(options: &PgConnectOptions) -> String {
    match options.get_socket() {
        Some(socket) => socket.display().to_string(),
        None => format!("{}:{}", options.get_host(), options.get_port()),
    }
}
