//! A connection on lease from its pool, which goes back only in good order.
//!
//! A request can be given up at any await: its client hangs up, or its time is over. The driver's own
//! transactions do not survive that (a `BEGIN` that is given up leaves a connection in a transaction that
//! nobody ends), and they lose count when SQLite rolls back by itself, as it does on a full disk. So a
//! transaction here is two plain statements, and a lease that ends in between cleans up behind itself.

use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::{Connection, Postgres, SqlStr, Sqlite};

use super::driver::{Answer, Driver};
use super::error::StoreError;
use super::statement_mode::StatementMode;
use crate::platform::statement_count;

/// Time for a connection that was left in the middle of something to be put in order. A database that does
/// not answer must not keep the place of a connection for longer.
const RECOVERY_TIMEOUT: Duration = Duration::from_secs(2);

/// The code of SQLite's refusal of a `ROLLBACK` after it has rolled back by itself: the generic error of a statement that
/// makes no sense. The connection is as good as new. PostgreSQL only warns.
const NO_TRANSACTION: &str = "1";

/// A connection of either engine.
pub enum AnyLease {
    Sqlite(Lease<Sqlite>),
    Postgres(Lease<Postgres>),
}

/// A connection for one statement, or for one transaction.
pub struct Lease<DB: Driver> {
    /// Taken out when the lease ends early.
    connection: Option<PoolConnection<DB>>,
    mode: StatementMode,
    in_transaction: bool,
    /// Whether nothing is under way on the connection.
    is_settled: bool,
}

impl<DB: Driver> Lease<DB> {
    /// Takes a connection for one statement.
    pub async fn take(pool: &sqlx::Pool<DB>, mode: StatementMode) -> Result<Self, sqlx::Error> {
        match mode {
            StatementMode::Prepared => Self::acquire(pool, mode).await,
            // To parse a statement and to execute it are two messages, which a pooler gives to two servers unless
            // they are one transaction.
            StatementMode::Unnamed => Ok(Self::begin(pool, mode).await?.0),
        }
    }

    /// Takes a connection and begins a transaction that writes.
    pub async fn begin_to_write(
        pool: &sqlx::Pool<DB>,
        mode: StatementMode,
    ) -> Result<Self, StoreError> {
        let (lease, can_write) = Self::begin(pool, mode).await?;
        can_write.then_some(lease).ok_or(StoreError::ReadOnly)
    }

    /// Takes a connection and begins a transaction. Returns whether that can write.
    async fn begin(
        pool: &sqlx::Pool<DB>,
        mode: StatementMode,
    ) -> Result<(Self, bool), sqlx::Error> {
        let mut lease = Self::acquire(pool, mode).await?;
        lease.in_transaction = true;
        let can_write = DB::begin(lease.connection()?).await?;
        Ok((lease, can_write))
    }

    async fn acquire(pool: &sqlx::Pool<DB>, mode: StatementMode) -> Result<Self, sqlx::Error> {
        Ok(Self {
            connection: Some(pool.acquire().await?),
            mode,
            in_transaction: false,
            is_settled: false,
        })
    }

    /// Runs one statement; if `is_remembered`, it is prepared once a connection.
    pub async fn fetch(
        &mut self,
        sql: SqlStr,
        arguments: DB::Arguments,
        is_remembered: bool,
    ) -> Result<Answer<DB>, sqlx::Error> {
        statement_count::executed();
        let is_named = is_remembered && self.mode == StatementMode::Prepared;
        let query = sqlx::query_with(sql, arguments).persistent(is_named);
        DB::fetch(self.connection()?, query).await
    }

    /// Commits the transaction, if there is one, and gives the connection back.
    pub async fn finish(mut self) -> Result<(), sqlx::Error> {
        if self.in_transaction {
            DB::run(self.connection()?, "COMMIT").await?;
        }
        self.is_settled = true;
        Ok(())
    }

    /// There is one until the lease is dropped.
    fn connection(&mut self) -> Result<&mut DB::Connection, sqlx::Error> {
        let connection = self.connection.as_deref_mut();
        connection.ok_or(sqlx::Error::PoolClosed)
    }
}

impl<DB: Driver> Drop for Lease<DB> {
    fn drop(&mut self) {
        if self.is_settled {
            return;
        }
        if let Some(connection) = self.connection.take() {
            tokio::spawn(put_in_order(connection, self.in_transaction));
        }
    }
}

/// Rolls back a transaction that was begun and gives the connection back to its pool, or closes it if that fails.
async fn put_in_order<DB: Driver>(mut connection: PoolConnection<DB>, in_transaction: bool) {
    let end = async {
        if in_transaction {
            roll_back::<DB>(&mut connection).await
        } else {
            connection.ping().await
        }
    };
    let ended = tokio::time::timeout(RECOVERY_TIMEOUT, end).await;
    if !matches!(ended, Ok(Ok(()))) {
        connection.close_on_drop();
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
