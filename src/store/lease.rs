//! A connection on lease from its pool, which goes back only in good order.
//!
//! A request can be given up at any await: its client hangs up, or its time is over. The driver's own
//! transactions do not survive that (a `BEGIN` that is given up leaves a connection in a transaction that
//! nobody ends), and they lose count when SQLite rolls back by itself, as it does on a full disk. So a
//! transaction here is two plain statements, and a lease that ends in between cleans up behind itself.

use std::future::Future;
use std::ops::{Deref, DerefMut};
use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::{Connection, Postgres, Sqlite};

use super::statement_mode::{Session, StatementMode};

/// Time for a connection that was left in the middle of something to be put in order. A database that does
/// not answer must not keep the place of a connection for longer.
const RECOVERY_TIMEOUT: Duration = Duration::from_secs(2);

/// A driver, as far as leases need one.
pub(super) trait Engine: sqlx::Database {
    /// Begins a transaction. On SQLite it takes the write lock at once: a transaction that starts by
    /// reading and then wants to write can be refused (`SQLITE_BUSY`) without waiting.
    const BEGIN: &'static str;

    /// Runs one statement without parameters or rows.
    fn run(
        connection: &mut Self::Connection,
        sql: &'static str,
    ) -> impl Future<Output = Result<(), sqlx::Error>> + Send;
}

impl Engine for Sqlite {
    const BEGIN: &'static str = "BEGIN IMMEDIATE";

    async fn run(connection: &mut Self::Connection, sql: &'static str) -> Result<(), sqlx::Error> {
        sqlx::raw_sql(sql).execute(connection).await.map(|_| ())
    }
}

impl Engine for Postgres {
    const BEGIN: &'static str = "BEGIN";

    async fn run(connection: &mut Self::Connection, sql: &'static str) -> Result<(), sqlx::Error> {
        sqlx::raw_sql(sql).execute(connection).await.map(|_| ())
    }
}

/// A connection for one statement, or for one transaction.
pub(super) struct Lease<DB: Engine> {
    session: Session<DB>,
    in_transaction: bool,
    /// Whether nothing is under way on the connection.
    is_settled: bool,
}

impl<DB: Engine> Lease<DB> {
    /// Takes a connection for one statement.
    pub async fn take(pool: &sqlx::Pool<DB>, mode: StatementMode) -> Result<Self, sqlx::Error> {
        match mode {
            StatementMode::Prepared => Self::acquire(pool, mode).await,
            // To parse a statement and to execute it are two messages, which a pooler gives to two servers unless
            // they are one transaction.
            StatementMode::Unnamed => Self::begin(pool, mode).await,
        }
    }

    /// Takes a connection and begins a transaction.
    pub async fn begin(pool: &sqlx::Pool<DB>, mode: StatementMode) -> Result<Self, sqlx::Error> {
        let mut lease = Self::acquire(pool, mode).await?;
        lease.in_transaction = true;
        DB::run(lease.session.connection(), DB::BEGIN).await?;
        Ok(lease)
    }

    async fn acquire(pool: &sqlx::Pool<DB>, mode: StatementMode) -> Result<Self, sqlx::Error> {
        Ok(Self {
            session: Session::new(pool.acquire().await?, mode),
            in_transaction: false,
            is_settled: false,
        })
    }

    /// Commits the transaction, if there is one, and gives the connection back after a statement or a transaction
    /// that has run to its end.
    pub async fn commit(mut self) -> Result<(), sqlx::Error> {
        if self.in_transaction {
            DB::run(self.session.connection(), "COMMIT").await?;
        }
        self.is_settled = true;
        Ok(())
    }
}

impl<DB: Engine> Deref for Lease<DB> {
    type Target = Session<DB>;

    fn deref(&self) -> &Self::Target {
        &self.session
    }
}

impl<DB: Engine> DerefMut for Lease<DB> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.session
    }
}

impl<DB: Engine> Drop for Lease<DB> {
    fn drop(&mut self) {
        if self.is_settled {
            return;
        }
        if let Some(connection) = self.session.take() {
            tokio::spawn(recover(connection, self.in_transaction));
        }
    }
}

/// Rolls back what was begun and gives the connection back to its pool, or closes it if that fails.
async fn recover<DB: Engine>(mut connection: PoolConnection<DB>, in_transaction: bool) {
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

async fn roll_back<DB: Engine>(connection: &mut DB::Connection) -> Result<(), sqlx::Error> {
    match DB::run(connection, "ROLLBACK").await {
        Err(sqlx::Error::Database(refusal))
            if refusal.code().as_deref() == Some(NO_TRANSACTION) =>
        {
            Ok(())
        }
        ended => ended,
    }
}

/// What SQLite says to a `ROLLBACK` when it has rolled back by itself: the generic error of a statement that
/// makes no sense. The connection is as good as new. PostgreSQL only warns.
const NO_TRANSACTION: &str = "1";
