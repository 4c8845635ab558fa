//! Connections to a PostgreSQL server: parsing its URL, and explaining why a connection fails.

use std::io;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use sqlx::error::BoxDynError;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgSslMode};
use sqlx::{Connection, Error, Postgres, Row};
use url::Url;

use super::connections::Connections;
use super::error::StoreError;
use super::failover::Failover;
use super::store::StoreOptions;

/// The options that a URL may have after its `?`, in addition to `options[name]`.
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

/// The reason why a text is not the URL of a PostgreSQL server. It repeats nothing that may be part of a password.
#[derive(Debug, thiserror::Error)]
pub enum PostgresUrlError {
    #[error("cannot be read ({0}): it must name one host, and {SPECIAL_CHARACTERS}")]
    Malformed(url::ParseError),
    #[error("cannot be read: {SPECIAL_CHARACTERS}")]
    SpecialCharacter,
    #[error("cannot be read ({0}): {SPECIAL_CHARACTERS}")]
    Configuration(BoxDynError),
    #[error("cannot be read: {0}")]
    Driver(Error),
    #[error("has an unknown {0}: write disable, allow, prefer, require, verify-ca or verify-full")]
    SslMode(String),
    #[error("takes no option {0}: write ?options[search_path]=the_schema")]
    SearchPath(String),
    #[error(
        "takes no option {0}: set DATABASE_PREPARED_STATEMENTS=false for PgBouncer in transaction mode"
    )]
    StatementCache(String),
    #[error("takes no option {}: known are {}", .0, OPTIONS.join(", "))]
    UnknownOption(String),
}

const SPECIAL_CHARACTERS: &str = "write the special characters of its user name and password as %40 for @, %3A for :, %2F for /, %3F for ?, \
     %23 for # and %25 for %";

/// Parses a URL. The driver would ignore options that it does not know, and would misread a password with an unencoded
/// `/`, `?` or `#`.
pub fn parse(url: &str) -> Result<PgConnectOptions, PostgresUrlError> {
    let parsed = Url::parse(url).map_err(PostgresUrlError::Malformed)?;
    if parsed.fragment().is_some() || parsed.path().contains('@') {
        return Err(PostgresUrlError::SpecialCharacter);
    }
    for (name, value) in parsed.query_pairs() {
        check_option(&name, &value)?;
    }
    PgConnectOptions::from_str(url).map_err(|error| match error {
        Error::Configuration(error) => PostgresUrlError::Configuration(error),
        error => PostgresUrlError::Driver(error),
    })
}

fn check_option(name: &str, value: &str) -> Result<(), PostgresUrlError> {
    let refused = |reason: fn(String) -> PostgresUrlError| Err(reason(name.to_owned()));
    match name {
        "sslmode" | "ssl-mode" if PgSslMode::from_str(value).is_err() => {
            refused(PostgresUrlError::SslMode)
        }
        "schema" | "currentSchema" | "search_path" => refused(PostgresUrlError::SearchPath),
        "pgbouncer" | "statement-cache-capacity" | "statement_cache_size" => {
            refused(PostgresUrlError::StatementCache)
        }
        _ if OPTIONS.contains(&name) || name.starts_with("options[") => Ok(()),
        _ if name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "_-".contains(c)) =>
        {
            refused(PostgresUrlError::UnknownOption)
        }
        _ => Err(PostgresUrlError::SpecialCharacter),
    }
}

/// Opens the connections to a server, at first one.
pub async fn connect(
    server: PgConnectOptions,
    options: StoreOptions,
    failover: Arc<Failover>,
) -> Result<Connections<Postgres>, StoreError> {
    let timeout = options.acquire_timeout;
    let connections: Connections<Postgres> =
        Connections::new(server.clone(), options.max_connections, timeout, failover);
    match connections.take().await {
        Ok(first) => first.give_back(),
        // A server that is not ready is asked again until the acquire timeout, and the reason is not kept.
        Err(Error::PoolTimedOut) => {
            return Err(StoreError::Connect(probe(&server, timeout).await));
        }
        Err(error) => return Err(StoreError::Connect(explain(&error, &server))),
    }
    Ok(connections)
}

/// Returns whether a pooler in transaction mode is in between: then two clients share a server connection, or a client
/// moves to another one. With a busy pooler, neither may be visible.
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

/// Returns the process id of the server. A simple query needs no prepared statement.
async fn server_pid(connection: &mut PgConnection) -> Result<i32, Error> {
    let row = sqlx::raw_sql("SELECT pg_backend_pid()")
        .fetch_one(connection)
        .await?;
    row.try_get(0)
}

/// Tries a single connection, and describes why it fails.
async fn probe(options: &PgConnectOptions, timeout: Duration) -> String {
    // A short limit is enough, because the pool has waited already.
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

/// Describes why a connection failed, and what to do.
fn explain(error: &Error, options: &PgConnectOptions) -> String {
    let place = place(options);
    let user = options.get_username();
    // Without a name, the server uses that of the user.
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

/// Returns the address of the server, without secrets.
fn place(options: &PgConnectOptions) -> String {
    match options.get_socket() {
        Some(socket) => socket.display().to_string(),
        None => format!("{}:{}", options.get_host(), options.get_port()),
    }
}
