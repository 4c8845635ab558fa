//! Failovers of PostgreSQL: connections from before one are broken, or can only read for as long as they live.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use sqlx::postgres::PgPool;
use sqlx::{Connection, PgConnection, Row};

use super::statement::{Engine, Statement};

/// SQLite has no replicas.
pub const IS_READ_ONLY: Statement = Statement::of_each(
    "",
    "SELECT pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on'",
);

#[cfg(test)]
pub const STATEMENTS: &[(&str, Statement)] = &[("IS_READ_ONLY", IS_READ_ONLY)];

/// The failovers that were noticed, shared by all that use the same connections.
#[derive(Debug, Default)]
pub struct Failover {
    /// Connections from before this moment are not handed out again.
    outdated_before: Mutex<Option<Instant>>,
    latest_look: tokio::sync::Mutex<Option<Look>>,
}

/// The finding of a new connection.
#[derive(Clone, Copy, Debug)]
struct Look {
    began: Instant,
    takes_writes: bool,
}

impl Failover {
    /// Discards all connections that there are, once they come back.
    pub fn discard_connections(&self) {
        if let Ok(mut moment) = self.outdated_before.lock() {
            *moment = Some(Instant::now());
        }
    }

    /// Whether a connection of this age may still be handed out.
    pub fn accepts(&self, age: Duration) -> bool {
        let Ok(moment) = self.outdated_before.lock() else {
            return true;
        };
        moment.is_none_or(|moment| age < moment.elapsed())
    }

    /// Whether the server takes writes on a new connection, so that one that can only read is outdated. One caller
    /// looks for all who wait: thousands of refused writes must not become thousands of connections.
    pub async fn takes_writes(&self, pool: &PgPool) -> bool {
        let asked = Instant::now();
        let mut latest = self.latest_look.lock().await;
        if let Some(look) = *latest
            && look.began >= asked
        {
            return look.takes_writes;
        }
        let began = Instant::now();
        let takes_writes = !is_read_only(pool).await.unwrap_or(true);
        *latest = Some(Look {
            began,
            takes_writes,
        });
        takes_writes
    }
}

/// Asks on a connection of its own.
async fn is_read_only(pool: &PgPool) -> Result<bool, sqlx::Error> {
    let mut connection = PgConnection::connect_with(&pool.connect_options()).await?;
    let row = sqlx::raw_sql(IS_READ_ONLY.sql(Engine::Postgres))
        .fetch_one(&mut connection)
        .await?;
    let is_read_only = row.try_get(0)?;
    connection.close().await?;
    Ok(is_read_only)
}
