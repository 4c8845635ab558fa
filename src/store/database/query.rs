//! One statement with its parameters, on a pool or in a transaction.

use sqlx::error::BoxDynError;
use sqlx::{Arguments, AssertSqlSafe, Encode, Postgres, SqlSafeStr, SqlStr, Sqlite, Type};
use tokio::time::Instant;

use super::connections::Connections;
use super::driver::{Driver, Output, Row, Scalar, Value};
use super::durability::Durability;
use super::error::StoreError;
use super::health::Health;
use super::lease::Lease;
use super::retry::{RetryPolicy, in_time};
use super::statement_mode::StatementMode;

/// A statement with its parameters.
#[must_use]
pub enum Query<'t> {
    Sqlite(DriverQuery<'t, Sqlite>),
    Postgres(DriverQuery<'t, Postgres>),
}

impl Query<'_> {
    /// Gives the query the text of a statement.
    pub fn with_text(mut self, sql: &'static str) -> Self {
        let text = match &mut self {
            Self::Sqlite(query) => &mut query.text,
            Self::Postgres(query) => &mut query.text,
        };
        *text = Text::Fixed(sql);
        self.remembered()
    }

    /// Binds the next parameter.
    pub fn bind<'q>(mut self, value: impl Value<'q>) -> Self {
        match &mut self {
            Self::Sqlite(query) => query.bind(value),
            Self::Postgres(query) => query.bind(value),
        }
        self
    }

    #[cfg(test)]
    pub fn into_text(self) -> String {
        let text = match self {
            Self::Sqlite(query) => query.text,
            Self::Postgres(query) => query.text,
        };
        text.into_sql().as_str().to_owned()
    }

    /// Lets connections keep the statement prepared. Only for texts with few variants.
    pub fn remembered(mut self) -> Self {
        match &mut self {
            Self::Sqlite(query) => query.is_remembered = true,
            Self::Postgres(query) => query.is_remembered = true,
        }
        self
    }

    /// Runs the statement. Returns the number of rows that it changed.
    pub async fn execute(self) -> Result<u64, StoreError> {
        match self {
            Self::Sqlite(query) => Ok(query.run().await?.rows_affected),
            Self::Postgres(query) => Ok(query.run().await?.rows_affected),
        }
    }

    /// Runs the statement and returns its rows.
    pub async fn all<T: Row>(self) -> Result<Vec<T>, StoreError> {
        let rows: Result<Vec<T>, sqlx::Error> = match self {
            Self::Sqlite(query) => query.run().await?.rows.iter().map(T::from_row).collect(),
            Self::Postgres(query) => query.run().await?.rows.iter().map(T::from_row).collect(),
        };
        Ok(rows?)
    }

    /// Runs the statement and returns its first row, if there is one.
    pub async fn optional<T: Row>(self) -> Result<Option<T>, StoreError> {
        let row: Option<Result<T, sqlx::Error>> = match self {
            Self::Sqlite(query) => query.run().await?.rows.first().map(T::from_row),
            Self::Postgres(query) => query.run().await?.rows.first().map(T::from_row),
        };
        Ok(row.transpose()?)
    }

    /// Runs a statement that always has a row, and returns that row.
    pub async fn one<T: Row>(self) -> Result<T, StoreError> {
        let row = self.optional().await?;
        row.ok_or_else(|| sqlx::Error::RowNotFound.into())
    }

    /// Runs the statement and returns the first column of its rows.
    pub async fn all_scalars<T: Scalar>(self) -> Result<Vec<T>, StoreError> {
        let rows = self.all::<(T,)>().await?;
        Ok(rows.into_iter().map(|(value,)| value).collect())
    }

    /// Runs the statement and returns the first column of its first row, if there is one.
    pub async fn optional_scalar<T: Scalar>(self) -> Result<Option<T>, StoreError> {
        let row = self.optional::<(T,)>().await?;
        Ok(row.map(|(value,)| value))
    }

    /// Runs a statement that always has a row, and returns its first column.
    pub async fn scalar<T: Scalar>(self) -> Result<T, StoreError> {
        let (value,) = self.one::<(T,)>().await?;
        Ok(value)
    }
}

/// A query of one driver.
pub struct DriverQuery<'t, DB: Driver> {
    source: Source<'t, DB>,
    pub text: Text,
    arguments: DB::Arguments,
    /// Whether a connection keeps the statement prepared.
    is_remembered: bool,
    /// The error of a parameter that could not be encoded.
    failure: Option<sqlx::Error>,
}

/// The connection that a query runs on.
enum Source<'t, DB: Driver> {
    /// Any connection, outside a transaction.
    Pool {
        connections: &'t Connections<DB>,
        mode: StatementMode,
        retry: &'t RetryPolicy,
        durability: Durability,
    },
    Transaction {
        lease: &'t mut Lease<DB>,
        deadline: Instant,
        health: &'t Health,
    },
}

/// The text of a query.
pub enum Text {
    /// The text of a [`Statement`](super::statement::Statement).
    Fixed(&'static str),
    /// A text that was built for this query, from parts of the program and placeholders.
    Built(String),
}

impl Text {
    pub fn push(&mut self, sql: &str) {
        match self {
            Self::Fixed(text) => *self = Self::Built(format!("{text}{sql}")),
            Self::Built(text) => text.push_str(sql),
        }
    }

    fn into_sql(self) -> SqlStr {
        match self {
            Self::Fixed(text) => text.into_sql_str(),
            Self::Built(text) => AssertSqlSafe(text).into_sql_str(),
        }
    }
}

impl<'t, DB: Driver> DriverQuery<'t, DB> {
    /// Begins a query outside a transaction.
    pub fn on(
        connections: &'t Connections<DB>,
        mode: StatementMode,
        retry: &'t RetryPolicy,
        durability: Durability,
    ) -> Self {
        Self::new(Source::Pool {
            connections,
            mode,
            retry,
            durability,
        })
    }

    /// Begins a query in a transaction.
    pub fn within(lease: &'t mut Lease<DB>, deadline: Instant, health: &'t Health) -> Self {
        Self::new(Source::Transaction {
            lease,
            deadline,
            health,
        })
    }

    fn new(source: Source<'t, DB>) -> Self {
        Self {
            source,
            text: Text::Built(String::new()),
            arguments: DB::Arguments::default(),
            is_remembered: false,
            failure: None,
        }
    }

    pub fn bind<'q, T: Encode<'q, DB> + Type<DB>>(&mut self, value: T) {
        if let Err(error) = self.arguments.add(value) {
            self.fail(error);
        }
    }

    /// Remembers that a parameter cannot be encoded.
    pub fn fail(&mut self, error: BoxDynError) {
        self.failure.get_or_insert(sqlx::Error::Encode(error));
    }

    pub fn push_bind<'q, T: Encode<'q, DB> + Type<DB>>(&mut self, value: T) {
        self.bind(value);
        self.text.push(&format!("${}", self.arguments.len()));
    }

    /// Returns the condition of a relaxed query; in a transaction, which must wait for the disk, one without effect.
    pub fn relaxed_condition(&self) -> &'static str {
        match self.source {
            Source::Pool {
                durability: Durability::Relaxed,
                ..
            } => DB::RELAXED_CONDITION,
            Source::Pool { .. } | Source::Transaction { .. } => "TRUE",
        }
    }

    async fn run(self) -> Result<Output<DB>, StoreError> {
        if let Some(failure) = self.failure {
            return Err(failure.into());
        }
        let (sql, arguments, is_remembered) =
            (self.text.into_sql(), self.arguments, self.is_remembered);
        match self.source {
            Source::Pool {
                connections,
                mode,
                retry,
                durability,
            } => {
                let run = || {
                    run_once(
                        connections,
                        mode,
                        durability,
                        &sql,
                        &arguments,
                        is_remembered,
                    )
                };
                let deadline = retry.deadline();
                retry.attempt(deadline, retry.only_reads, run).await
            }
            Source::Transaction {
                lease,
                deadline,
                health,
            } => {
                let output = in_time(deadline, async {
                    Ok(lease.fetch(sql, arguments, is_remembered).await?)
                });
                let output = output.await;
                health.record(&output);
                output
            }
        }
    }
}

async fn run_once<DB: Driver>(
    connections: &Connections<DB>,
    mode: StatementMode,
    durability: Durability,
    sql: &SqlStr,
    arguments: &DB::Arguments,
    is_remembered: bool,
) -> Result<Output<DB>, StoreError> {
    let mut lease = Lease::take(connections, mode, durability).await?;
    let output = lease.fetch(sql.clone(), arguments.clone(), is_remembered);
    let output = output.await?;
    lease.finish().await?;
    Ok(output)
}
