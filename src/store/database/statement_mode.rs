//! How statements reach PostgreSQL: prepared once a connection, or anew each time, as poolers in transaction mode
//! need it. They give each transaction whichever server connection is free, and know nothing of what one prepared.

use sqlx::postgres::PgConnectOptions;

/// The advice where a pooler is met without the setting for it.
pub const POOLED: &str = "a pooler in transaction mode, such as PgBouncer, is between us and PostgreSQL: set \
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
