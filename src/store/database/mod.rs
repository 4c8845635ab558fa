//! The database: the only code that distinguishes the two engines.
//!
//! A method of [`Store`] is either one [`Query`] on a pool, or begins a [`Transaction`], works in it and commits it:
//!
//! ```ignore
//! let mut tx = self.begin().await?;
//! tx.lock_user(user_id).await?;
//! let session = tx.end_session(id, user_id, reason, audit).await?;
//! tx.commit(session).await
//! ```
//!
//! A transaction remembers the events and the mail that it writes and the accounts that it deletes.
//! [`Transaction::commit`] returns them in a [`Committed`], which the service publishes. A [`Statement`] has the SQL of
//! both engines; `built_query` builds texts with a variable number of parameters; `ids` and `bucket_names` are domain
//! types as parameters and columns. `store` has two pools: `pool` begins queries and transactions, `connections` are those
//! of a `driver`, `lease` takes one and gives it back in order, and `retry` limits the time and repeats a query that met a
//! connection from before a failover, if nothing can have been written. `shared_lookups` lets look-ups that arrive
//! together share a statement, and `durability` is for writes that do not wait for the disk. `open`, `sqlite`, `postgres`,
//! `url` and `private_file` connect to a database, `migrations` creates its schema, and `statement_mode` is for poolers.
//! `health` and `checks` find out whether it accepts writes; `error` has the failures.

mod bucket_names;
mod built_query;
mod checks;
mod committed;
mod connections;
mod driver;
mod durability;
mod error;
mod failover;
mod health;
mod ids;
mod lease;
mod migrations;
mod open;
mod pool;
mod postgres;
mod private_file;
mod query;
mod retry;
mod shared_lookups;
mod sqlite;
mod statement;
mod statement_mode;
mod store;
mod transaction;
mod url;

pub use committed::{CapturedLink, Committed, QueuedEmail};
pub use error::StoreError;
pub use migrations::MigrationState;
pub use statement_mode::StatementMode;
pub use store::{Store, StoreOptions};
pub use url::{DatabaseUrl, DatabaseUrlError};

pub(super) use committed::Record;
pub(super) use pool::Pool;
pub(super) use query::Query;
pub(super) use statement::{Engine, Statement};
pub(super) use transaction::Transaction;

#[cfg(test)]
mod connections_tests;
#[cfg(test)]
mod driver_tests;
#[cfg(test)]
mod schema_tests;
#[cfg(test)]
mod shared_lookups_tests;
#[cfg(test)]
pub(super) mod test_stores;

#[cfg(test)]
pub(super) use pool::AnyConnections;
#[cfg(test)]
pub(super) use {checks::STATEMENTS as CHECKS, failover::STATEMENTS as FAILOVER};
#[cfg(test)]
pub(super) use {connections::Connections, driver::Driver, migrations::STATEMENTS as MIGRATIONS};
