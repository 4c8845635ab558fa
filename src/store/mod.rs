//! Every SQL statement of the service, on SQLite and PostgreSQL.
//!
//! Owns the pools, the migrations and the rows. Every public method of [`Store`] is one atomic
//! operation: a transaction never leaves this module, and nothing slow happens inside one. A change
//! of state is one conditional `UPDATE … RETURNING`, uniqueness is `ON CONFLICT DO NOTHING
//! RETURNING`; there is no lock to forget. Nothing else in the crate knows
//! sqlx. Must not know: passwords, tokens, what an operation is for.
//!
//! The features are `account`, `session`, `password`, `email`, `organization`, `membership`, `invitation` and `audit`: a
//! folder for each, and in it a file for each operation, with its statements. `database` knows of the two engines: it has
//! connections, transactions and queries. The files beside them serve all features: the outbox, rate limits, purges, the kinds of
//! objects that ids name, and the fingerprint of the secret.
//!
//! Begin with `database`, and then read `session/end.rs`, which uses it.

mod account;
mod audit;
mod database;
mod email;
mod invitation;
mod membership;
mod nodes;
mod organization;
mod outbox;
mod outbox_delivery;
mod password;
mod purges;
mod rate_limits;
mod secret_fingerprint;
mod session;

pub use account::{
    AccountDeletionError, Concealed, JoinError, Joined, NameTaken, NewAccount, NewNotice, Notified,
    Registered, RegistrationError, SecuredAccount, UpdateProfileError,
};
pub use audit::{Observation, Told};
pub use database::{DatabaseUrl, MigrationState, StatementMode, Store, StoreError, StoreOptions};
pub use email::{
    AddressClaim, AddressReplacementError, EmailChangeError, EmailChanged, NewAddress,
    NewEmailChange, NewVerification, PendingEmailChange,
};
pub use invitation::{AcceptanceError, InvitationError, NewInvitation, RevocationError};
pub use membership::MembershipError;
pub use organization::{NewOrganization, OrganizationError};
pub use outbox::{Message, NewLetter, NewMessage};
pub use password::{NewReset, PasswordChange, PasswordReset};
pub use purges::{Expired, PURGE_BATCH};
pub use rate_limits::Charge;
pub use session::{
    EndedSessions, NewSession, Recognition, RefreshedSession, Rotation, SignedIn,
    SwitchOrganizationError,
};

#[cfg(test)]
mod statements_tests;
