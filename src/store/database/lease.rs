//! A connection on lease, which is reset before it is used again.
//!
//! A request can be dropped at any await: its client disconnects, or it times out. The driver's own transactions do not
//! handle that: a dropped `BEGIN` leaves the connection in a transaction that never ends, and the count of nested
//! transactions is wrong after SQLite rolls back by itself, for example on a full disk. So a transaction here is two
//! plain statements, and a lease that is dropped in between resets its connection.

use std::time::Duration;

use sqlx::{Connection, Postgres, SqlStr, Sqlite};

use super::connections::{Connections, Taken};
use super::driver::{Driver, Output};
use super::durability::Durability;
use super::error::StoreError;
use super::statement_mode::StatementMode;
use crate::platform::statement_count;

/// The time for the reset of a dropped connection. A database that does not answer must not occupy the place of a
/// connection for longer.
const RECOVERY_TIMEOUT: Duration = Duration::from_secs(2);

/// SQLite's generic error code, which a `ROLLBACK` gets after SQLite has rolled back by itself. The connection is in
/// order then. PostgreSQL only warns.
const NO_TRANSACTION: &str = "1";

/// A connection of either engine.
pub enum AnyLease {
    Sqlite(Lease<Sqlite>),
    Postgres(Lease<Postgres>),
}

/// A connection for one statement, or for one transaction.
pub struct Lease<DB: Driver> {
    /// `None` once the connection was given back, or is being reset.
    connection: Option<Taken<DB>>,
    mode: StatementMode,
    in_transaction: bool,
    /// The statement that lets commits wait for the disk again; `None` if they do.
    restore: Option<&'static str>,
}

impl<DB: Driver> Lease<DB> {
    /// Takes a connection for one statement.
    pub async fn take(
        connections: &Connections<DB>,
        mode: StatementMode,
        durability: Durability,
    ) -> Result<Self, sqlx::Error> {
        let mut lease = match mode {
            StatementMode::Prepared => Self::acquire(connections, mode).await?,
            // Parsing and executing a statement are two messages. A pooler may send them to different servers unless
            // they are in one transaction.
            StatementMode::Unnamed => Self::begin(connections, mode).await?.0,
        };
        if durability == Durability::Relaxed
            && let Some(switch) = DB::SWITCH
        {
            lease.restore = Some(switch.full);
            DB::run(lease.connection()?, switch.relaxed).await?;
        }
        Ok(lease)
    }

    /// Takes a connection and begins a transaction that writes.
    pub async fn begin_to_write(
        connections: &Connections<DB>,
        mode: StatementMode,
    ) -> Result<Self, StoreError> {
        let (lease, can_write) = Self::begin(connections, mode).await?;
        can_write.then_some(lease).ok_or(StoreError::ReadOnly)
    }

    /// Takes a connection and begins a transaction. Returns whether the transaction can write.
    async fn begin(
        connections: &Connections<DB>,
        mode: StatementMode,
    ) -> Result<(Self, bool), sqlx::Error> {
        let mut lease = Self::acquire(connections, mode).await?;
        lease.in_transaction = true;
        let can_write = DB::begin(lease.connection()?).await?;
        Ok((lease, can_write))
    }

    async fn acquire(
        connections: &Connections<DB>,
        mode: StatementMode,
    ) -> Result<Self, sqlx::Error> {
        Ok(Self {
            connection: Some(connections.take().await?),
            mode,
            in_transaction: false,
            restore: None,
        })
    }

    /// Runs one statement. If `is_remembered`, each connection prepares it only once.
    pub async fn fetch(
        &mut self,
        sql: SqlStr,
        arguments: DB::Arguments,
        is_remembered: bool,
    ) -> Result<Output<DB>, sqlx::Error> {
        statement_count::executed();
        let is_named = is_remembered && self.mode == StatementMode::Prepared;
        let query = sqlx::query_with(sql, arguments).persistent(is_named);
        DB::fetch(self.connection()?, query).await
    }

    /// Commits the transaction, if there is one, and gives the connection back; after a relaxed statement, once it is
    /// reset.
    pub async fn finish(mut self) -> Result<(), sqlx::Error> {
        if self.in_transaction {
            DB::run(self.connection()?, "COMMIT").await?;
            self.in_transaction = false;
        }
        if self.restore.is_none()
            && let Some(connection) = self.connection.take()
        {
            connection.give_back();
        }
        Ok(())
    }

    /// Returns the connection, which is present until the lease is dropped.
    fn connection(&mut self) -> Result<&mut DB::Connection, sqlx::Error> {
        let connection = self.connection.as_deref_mut();
        connection.ok_or(sqlx::Error::PoolClosed)
    }
}

impl<DB: Driver> Drop for Lease<DB> {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            tokio::spawn(reset(connection, self.in_transaction, self.restore));
        }
    }
}

/// Rolls back the transaction, if there is one, lets commits wait for the disk again, and gives the connection back; closes
/// it if that fails.
async fn reset<DB: Driver>(
    mut connection: Taken<DB>,
    in_transaction: bool,
    restore: Option<&'static str>,
) {
    let end = async {
        if in_transaction {
            roll_back::<DB>(&mut connection).await?;
        }
        match restore {
            Some(restore) => DB::run(&mut connection, restore).await,
            None => connection.ping().await,
        }
    };
    let ended = tokio::time::timeout(RECOVERY_TIMEOUT, end).await;
    if matches!(ended, Ok(Ok(()))) {
        connection.give_back();
    }
}

async fn roll_back<DB: Driver>(connection: &mut DB::Connection) -> Result<(), sqlx::Error> {
    match DB::run(connection, "ROLLBACK").await {
        Err(sqlx::Error::Database(refusal))
            if refusal.code().as_deref() == Some(NO_TRANSACTION) =>
        {
            Ok(())
        }
        ended => ended,
    }
}
