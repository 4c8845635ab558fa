//! Statements, in the SQL of both engines.

/// The database software that is in use.
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
    /// A statement that both engines understand.
    pub const fn new(sql: &'static str) -> Self {
        Self::of_each(sql, sql)
    }

    /// A statement that each engine needs in its own words; mostly for PostgreSQL to lock rows in. SQLite has one
    /// writer at a time and no such locks.
    pub const fn of_each(sqlite: &'static str, postgres: &'static str) -> Self {
        Self { sqlite, postgres }
    }

    /// A statement that only locks rows, for [`super::transaction::Transaction::lock`].
    pub const fn row_lock(postgres: &'static str) -> Self {
        Self::of_each("", postgres)
    }

    /// The text for an engine; empty if that engine has nothing to do.
    pub const fn sql(&self, engine: Engine) -> &'static str {
        match engine {
            Engine::Sqlite => self.sqlite,
            Engine::Postgres => self.postgres,
        }
    }
}
