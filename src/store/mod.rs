//! Every SQL statement of the service, on SQLite and PostgreSQL.
//!
//! Owns the pools, the migrations and the rows. Every public method of [`Store`] is one atomic
//! operation: a transaction never leaves this module, and nothing slow happens inside one. A change
//! of state is one conditional `UPDATE … RETURNING`, uniqueness is `ON CONFLICT DO NOTHING
//! RETURNING`; there is no lock to forget and no loop to retry. Nothing else in the crate knows
//! sqlx. Must not know: passwords, tokens, what an operation is for.

mod accounts;
mod error;
mod migrations;
mod organizations;
mod outbox;
mod pool;
mod rotations;
mod session_rows;
mod sessions;
mod users;

pub use accounts::{NewAccount, NewVerification, Registered};
pub use error::StoreError;
pub use migrations::MigrationState;
pub use outbox::NewMessage;
pub use pool::{DatabaseUrl, Store, StoreOptions};
pub use rotations::{RefreshedSession, Rotation};
pub use sessions::NewSession;
pub use users::{Credentials, Identifier, ProfileChange, UsernameTaken};

#[cfg(test)]
mod statements_tests;
