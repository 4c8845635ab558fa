//! The database: the only code that knows of two engines.
//!
//! A method of [`Store`] is either one [`Query`] on a pool, or begins a [`Transaction`], works in it and commits it:
//!
//! ```ignore
//! let mut tx = self.begin().await?;
//! tx.lock_user(user_id).await?;
//! let session = tx.end_session(id, user_id, reason, deed).await?;
//! tx.commit(session).await
//! ```
//!
//! A [`Statement`] has the SQL of both engines; `built_query` puts texts together that depend on the number of their
//! parameters. `store` has two pools: `pool` begins queries and transactions, `lease` takes a connection of a `driver` and
//! gives it back in order, and `retry` bounds the time and repeats what met a connection from before a failover, as far as
//! nothing can have been written. `open`, `sqlite`, `postgres`, `url` and `private_file` reach a database, `migrations`
//! bring it up, `statement_mode` is for poolers. `health` and `checks` know whether it takes writes; `error` says why not.

mod built_query;
mod checks;
mod driver;
mod error;
mod failover;
mod health;
mod lease;
mod migrations;
mod open;
mod pool;
mod postgres;
mod private_file;
mod query;
mod retry;
mod sqlite;
mod statement;
mod statement_mode;
mod store;
mod transaction;
mod url;

pub use error::StoreError;
pub use migrations::MigrationState;
pub use statement_mode::StatementMode;
pub use store::{Store, StoreOptions};
pub use url::DatabaseUrl;

pub(super) use query::Query;
pub(super) use statement::{Engine, Statement};
pub(super) use transaction::Transaction;

#[cfg(test)]
mod driver_tests;
#[cfg(test)]
mod schema_tests;
#[cfg(test)]
pub(super) mod test_stores;

#[cfg(test)]
pub(super) use {checks::STATEMENTS as CHECKS, failover::STATEMENTS as FAILOVER};
#[cfg(test)]
pub(super) use {migrations::STATEMENTS as MIGRATIONS, pool::Connections};
