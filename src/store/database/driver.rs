//! The drivers of the two engines, with the operations that the store needs, and the values and rows that both have.

use futures_util::TryStreamExt;
use futures_util::stream::BoxStream;
use sqlx::database::HasStatementCache;
use sqlx::postgres::{PgArguments, PgConnection, PgQueryResult, PgRow};
use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqliteConnection, SqliteQueryResult, SqliteRow};
use sqlx::{
    Decode, Either, Encode, Executor, FromRow, IntoArguments, Postgres, Row as _, Sqlite, Type,
};

use super::durability::DurabilitySwitch;

/// A driver, with the operations that the store needs.
pub trait Driver:
    sqlx::Database<Arguments: Clone + IntoArguments<Self>> + HasStatementCache
{
    /// Whether connections lead to a server, which may close them.
    const IS_REMOTE: bool;

    /// A condition that is always true. If a relaxed statement evaluates it, its commit does not wait for the disk.
    const RELAXED_CONDITION: &'static str;

    /// The switch that a connection needs for a relaxed statement; `None` if the condition suffices.
    const SWITCH: Option<DurabilitySwitch>;

    /// Begins a transaction. Returns whether it can write.
    fn begin(
        connection: &mut Self::Connection,
    ) -> impl Future<Output = Result<bool, sqlx::Error>> + Send;

    /// Runs one statement without parameters or rows.
    fn run(
        connection: &mut Self::Connection,
        sql: &'static str,
    ) -> impl Future<Output = Result<(), sqlx::Error>> + Send;

    /// Runs one statement to completion, and returns its rows.
    fn fetch(
        connection: &mut Self::Connection,
        query: Query<'_, Self, Self::Arguments>,
    ) -> impl Future<Output = Result<Output<Self>, sqlx::Error>> + Send;
}

/// A value that both engines accept as a parameter.
pub trait Value<'q>:
    Encode<'q, Sqlite> + Type<Sqlite> + Encode<'q, Postgres> + Type<Postgres>
{
}

impl<'q, T> Value<'q> for T where
    T: Encode<'q, Sqlite> + Type<Sqlite> + Encode<'q, Postgres> + Type<Postgres>
{
}

/// A value that both engines return in a column.
pub trait Scalar:
    for<'r> Decode<'r, Sqlite> + Type<Sqlite> + for<'r> Decode<'r, Postgres> + Type<Postgres>
{
}

impl<T> Scalar for T where
    T: for<'r> Decode<'r, Sqlite> + Type<Sqlite> + for<'r> Decode<'r, Postgres> + Type<Postgres>
{
}

/// A row that both engines return.
pub trait Row: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> {}

impl<T> Row for T where T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> {}

/// Everything that a statement returns.
pub struct Output<DB: sqlx::Database> {
    pub rows: Vec<DB::Row>,
    /// The number of rows that it changed.
    pub rows_affected: u64,
}

/// The rows of a statement as they arrive, and its completion.
type Results<'r, DB> = BoxStream<
    'r,
    Result<Either<<DB as sqlx::Database>::QueryResult, <DB as sqlx::Database>::Row>, sqlx::Error>,
>;

/// Collects everything that a statement returns.
async fn collect<DB: sqlx::Database>(
    mut results: Results<'_, DB>,
    rows_affected: fn(&DB::QueryResult) -> u64,
) -> Result<Output<DB>, sqlx::Error> {
    let mut output = Output {
        rows: Vec::new(),
        rows_affected: 0,
    };
    while let Some(result) = results.try_next().await? {
        match result {
            Either::Left(done) => output.rows_affected += rows_affected(&done),
            Either::Right(row) => output.rows.push(row),
        }
    }
    Ok(output)
}

impl Driver for Sqlite {
    const IS_REMOTE: bool = false;

    const RELAXED_CONDITION: &'static str = "TRUE";

    /// A commit with NORMAL writes to the log without waiting. SQLite refuses the switch in a transaction.
    const SWITCH: Option<DurabilitySwitch> = Some(DurabilitySwitch {
        relaxed: "PRAGMA synchronous = NORMAL",
        full: "PRAGMA synchronous = FULL",
    });

    /// Takes the write lock at once: a transaction that reads first and then writes may fail (`SQLITE_BUSY`) without
    /// waiting.
    async fn begin(connection: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
        Self::run(connection, "BEGIN IMMEDIATE").await?;
        Ok(true)
    }

    async fn run(connection: &mut SqliteConnection, sql: &'static str) -> Result<(), sqlx::Error> {
        sqlx::raw_sql(sql).execute(connection).await.map(|_| ())
    }

    async fn fetch(
        connection: &mut SqliteConnection,
        query: Query<'_, Self, SqliteArguments>,
    ) -> Result<Output<Self>, sqlx::Error> {
        collect(
            connection.fetch_many(query),
            SqliteQueryResult::rows_affected,
        )
        .await
    }
}

impl Driver for Postgres {
    const IS_REMOTE: bool = true;

    /// The setting returns to its former value at the end of the transaction, which is that of the statement alone.
    const RELAXED_CONDITION: &'static str = "set_config('synchronous_commit', 'off', TRUE) = 'off'";

    const SWITCH: Option<DurabilitySwitch> = None;

    /// Reads in the same message whether the server accepts writes: a connection from before a failover may not.
    async fn begin(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
        let row = sqlx::raw_sql("BEGIN; SHOW transaction_read_only")
            .fetch_one(connection)
            .await?;
        let is_read_only: String = row.try_get(0)?;
        Ok(is_read_only == "off")
    }

    async fn run(connection: &mut PgConnection, sql: &'static str) -> Result<(), sqlx::Error> {
        sqlx::raw_sql(sql).execute(connection).await.map(|_| ())
    }

    async fn fetch(
        connection: &mut PgConnection,
        query: Query<'_, Self, PgArguments>,
    ) -> Result<Output<Self>, sqlx::Error> {
        collect(connection.fetch_many(query), PgQueryResult::rows_affected).await
    }
}
