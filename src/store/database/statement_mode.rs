//! The preparation of statements on PostgreSQL: once for each connection, or each time. Poolers in transaction mode
//! need the latter, because they give each transaction any free server connection, on which other statements may be
//! prepared.

use sqlx::postgres::PgConnectOptions;

/// The advice if a pooler is detected without the setting for it.
pub const POOLED: &str = "a pooler in transaction mode, such as PgBouncer, is between us and PostgreSQL: set \
     DATABASE_PREPARED_STATEMENTS=false, or let DATABASE_URL lead to PostgreSQL itself";

/// The preparation of statements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatementMode {
    /// Prepared once for each connection, under a name, and reused.
    Prepared,
    /// Prepared without a name each time, in the transaction that executes it.
    Unnamed,
}

impl StatementMode {
    /// Configures connections for the mode.
    pub(super) fn configure(self, options: PgConnectOptions) -> PgConnectOptions {
        // PgBouncer refuses this start parameter by default. It only affects floating-point numbers in text form, which
        // the store does not use.
        let options = options.extra_float_digits(None);
        match self {
            Self::Prepared => options,
            Self::Unnamed => options.statement_cache_capacity(0),
        }
    }
}
