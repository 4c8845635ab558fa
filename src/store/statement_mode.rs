//! How statements reach PostgreSQL: prepared once a connection, or anew each time, as poolers in transaction mode
//! need it. They give each transaction whichever server connection is free, and know nothing of what one prepared.

use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use sqlx::error::BoxDynError;
use sqlx::pool::PoolConnection;
use sqlx::postgres::PgConnectOptions;
use sqlx::{Database, Describe, Either, Error, Execute, Executor, SqlStr};

use super::lease::Engine;
use crate::statement_count;

/// The advice where a pooler is met without the setting for it.
pub(super) const POOLED: &str = "a pooler in transaction mode, such as PgBouncer, is between us and PostgreSQL: set \
     DATABASE_PREPARED_STATEMENTS=false, or let DATABASE_URL lead to PostgreSQL itself";

/// How statements are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatementMode {
    /// Prepared once a connection, under a name, and used again.
    Prepared,
    /// Prepared without a name each time, in the transaction that executes it.
    Unnamed,
}

impl StatementMode {
    /// Sets what a connection must know of it.
    pub(super) fn configure(self, options: PgConnectOptions) -> PgConnectOptions {
        // A start parameter that PgBouncer refuses by default, and that matters to floating-point numbers in text
        // alone, of which there are none.
        let options = options.extra_float_digits(None);
        match self {
            Self::Prepared => options,
            Self::Unnamed => options.statement_cache_capacity(0),
        }
    }
}

/// A connection that sends statements in the way that is set.
pub(super) struct Session<DB: Engine> {
    /// Taken out when the lease of it ends early.
    connection: Option<PoolConnection<DB>>,
    mode: StatementMode,
}

impl<DB: Engine> Session<DB> {
    pub fn new(connection: PoolConnection<DB>, mode: StatementMode) -> Self {
        Self {
            connection: Some(connection),
            mode,
        }
    }

    pub fn take(&mut self) -> Option<PoolConnection<DB>> {
        self.connection.take()
    }

    #[expect(clippy::expect_used, reason = "only the end of a lease takes it out")]
    pub fn connection(&mut self) -> &mut DB::Connection {
        let connection = self.connection.as_mut();
        connection.expect("a lease has its connection until it is dropped")
    }
}

impl<DB: Engine> std::fmt::Debug for Session<DB> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").finish_non_exhaustive()
    }
}

/// A query whose statement gets no name.
struct Unnamed<E>(E);

impl<'q, DB: Database, E: Execute<'q, DB>> Execute<'q, DB> for Unnamed<E> {
    fn sql(self) -> SqlStr {
        self.0.sql()
    }

    fn statement(&self) -> Option<&DB::Statement> {
        self.0.statement()
    }

    fn take_arguments(&mut self) -> Result<Option<DB::Arguments>, BoxDynError> {
        self.0.take_arguments()
    }

    fn persistent(&self) -> bool {
        false
    }
}

impl<'c, DB: Engine> Executor<'c> for &'c mut Session<DB>
where
    for<'a> &'a mut DB::Connection: Executor<'a, Database = DB>,
{
    type Database = DB;

    fn fetch_many<'e, 'q: 'e, E>(
        self,
        query: E,
    ) -> BoxStream<'e, Result<Either<DB::QueryResult, DB::Row>, Error>>
    where
        'c: 'e,
        E: 'q + Execute<'q, DB>,
    {
        statement_count::executed();
        match self.mode {
            StatementMode::Prepared => self.connection().fetch_many(query),
            StatementMode::Unnamed => self.connection().fetch_many(Unnamed(query)),
        }
    }

    fn fetch_optional<'e, 'q: 'e, E>(
        self,
        query: E,
    ) -> BoxFuture<'e, Result<Option<DB::Row>, Error>>
    where
        'c: 'e,
        E: 'q + Execute<'q, DB>,
    {
        statement_count::executed();
        match self.mode {
            StatementMode::Prepared => self.connection().fetch_optional(query),
            StatementMode::Unnamed => self.connection().fetch_optional(Unnamed(query)),
        }
    }

    fn prepare_with<'e>(
        self,
        sql: SqlStr,
        parameters: &'e [DB::TypeInfo],
    ) -> BoxFuture<'e, Result<DB::Statement, Error>>
    where
        'c: 'e,
    {
        self.connection().prepare_with(sql, parameters)
    }

    fn describe<'e>(self, sql: SqlStr) -> BoxFuture<'e, Result<Describe<DB>, Error>>
    where
        'c: 'e,
    {
        self.connection().describe(sql)
    }
}
