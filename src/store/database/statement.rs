//! Statements in the SQL of both engines.

/// The database engine in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// A statement in the SQL of both engines. Each is listed in the `STATEMENTS` of its file, so that a test prepares it on
/// both.
#[derive(Clone, Copy, Debug)]
pub struct Statement {
    sqlite: &'static str,
    postgres: &'static str,
}

impl Statement {
    /// Makes a statement with the same SQL for both engines.
    pub const fn new(sql: &'static str) -> Self {
        Self::of_each(sql, sql)
    }

    /// Makes a statement with different SQL for each engine, mostly because PostgreSQL locks rows. SQLite has one
    /// writer at a time and no row locks.
    pub const fn of_each(sqlite: &'static str, postgres: &'static str) -> Self {
        Self { sqlite, postgres }
    }

    /// Makes a statement that only locks rows, for [`super::transaction::Transaction::lock`].
    pub const fn row_lock(postgres: &'static str) -> Self {
        Self::of_each("", postgres)
    }

    /// Returns the SQL for an engine; empty if that engine has nothing to do.
    pub const fn sql(&self, engine: Engine) -> &'static str {
        match engine {
            Engine::Sqlite => self.sqlite,
            Engine::Postgres => self.postgres,
        }
    }
}
