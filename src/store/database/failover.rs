//! Failovers of PostgreSQL. Connections from before a failover are broken, or stay read-only.

use std::sync::Mutex;
use std::time::Instant;

use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection, PgConnection, Row};

use super::statement::{Engine, Statement};

/// SQLite has no replicas.
pub const IS_READ_ONLY: Statement = Statement::of_each(
    "",
    "SELECT pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on'",
);

#[cfg(test)]
pub const STATEMENTS: &[(&str, Statement)] = &[("IS_READ_ONLY", IS_READ_ONLY)];

/// The detected failovers, shared by all users of the same connections.
#[derive(Debug, Default)]
pub struct Failover {
    /// Connections from before this moment are not handed out again.
    outdated_before: Mutex<Option<Instant>>,
    latest_check: tokio::sync::Mutex<Option<WriteCheck>>,
}

/// The result of a check on a new connection.
#[derive(Clone, Copy, Debug)]
struct WriteCheck {
    began: Instant,
    takes_writes: bool,
}

impl Failover {
    /// Discards all current connections, each when it is to be used again.
    pub fn discard_connections(&self) {
        if let Ok(mut moment) = self.outdated_before.lock() {
            *moment = Some(Instant::now());
        }
    }

    /// Returns whether a connection that was opened at this moment may still be used.
    pub fn accepts(&self, opened: Instant) -> bool {
        let Ok(moment) = self.outdated_before.lock() else {
            return true;
        };
        moment.is_none_or(|moment| opened > moment)
    }

    /// Returns whether the server accepts writes on a new connection, which means that read-only connections are
    /// outdated. One caller checks for all that wait: thousands of refused writes must not open thousands of
    /// connections.
    pub async fn takes_writes(&self, server: &PgConnectOptions) -> bool {
        let asked = Instant::now();
        let mut latest = self.latest_check.lock().await;
        if let Some(check) = *latest
            && check.began >= asked
        {
            return check.takes_writes;
        }
        let began = Instant::now();
        let takes_writes = !is_read_only(server).await.unwrap_or(true);
        *latest = Some(WriteCheck {
            began,
            takes_writes,
        });
        takes_writes
    }
}

/// Checks on a separate connection whether the server is read-only.
async fn is_read_only(server: &PgConnectOptions) -> Result<bool, sqlx::Error> {
    let mut connection = PgConnection::connect_with(server).await?;
    let row = sqlx::raw_sql(IS_READ_ONLY.sql(Engine::Postgres))
        .fetch_one(&mut connection)
        .await?;
    let is_read_only = row.try_get(0)?;
    connection.close().await?;
    Ok(is_read_only)
}
