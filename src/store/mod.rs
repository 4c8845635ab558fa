//! Every SQL statement of the service, on SQLite and PostgreSQL.
//!
//! Owns the pools, the migrations and the rows. Every public method of [`Store`] is one atomic
//! operation: a transaction never leaves this module, and nothing slow happens inside one. A change
//! of state is one conditional `UPDATE … RETURNING`, uniqueness is `ON CONFLICT DO NOTHING
//! RETURNING`; there is no lock to forget and no loop to retry. Nothing else in the crate knows
//! sqlx. Must not know: passwords, tokens, what an operation is for.
//!
//! Begin with [`database`], which has statements and transactions, and [`session_ends`], which uses them.

mod account_deletions;
mod accounts;
mod built_query;
mod database;
mod database_url;
mod driver;
mod email_changes;
mod email_verifications;
mod error;
mod failover;
mod former_passwords;
mod health;
mod invitation_answers;
mod invitation_rows;
mod invitations;
mod invited_accounts;
mod known_devices;
mod membership_changes;
mod memberships;
mod migrations;
mod nodes;
mod open;
mod organizations;
mod outbox;
mod outbox_delivery;
mod password_changes;
mod password_resets;
mod pool;
mod postgres;
mod private_file;
mod purges;
mod query;
mod rate_limits;
mod registrations;
mod rotations;
mod secret_fingerprint;
mod secured_accounts;
mod security_events;
mod security_notices;
mod session_ends;
mod session_rows;
mod sessions;
mod statement_mode;
mod told;
mod unverified_addresses;
mod users;

pub use account_deletions::AccountDeletionError;
pub use accounts::{AddressClaim, Concealed, NameTaken, NewAccount, Registered, RegistrationError};
pub use database_url::DatabaseUrl;
pub use email_changes::{EmailChangeError, EmailChanged, NewEmailChange, PendingEmailChange};
pub use email_verifications::NewVerification;
pub use error::StoreError;
pub use invitation_answers::{AcceptanceError, RevocationError};
pub use invitations::{
    AddressStanding, FoundInvitation, InvitationError, InvitationKey, NewInvitation,
    OrganizationInvitations,
};
pub use invited_accounts::{JoinError, Joined};
pub use membership_changes::MembershipError;
pub use memberships::Member;
pub use migrations::MigrationState;
pub use open::{Store, StoreOptions};
pub use organizations::{NewOrganization, OrganizationError};
pub use outbox::{Message, NewMessage};
pub use password_changes::{PasswordChange, PasswordReset};
pub use password_resets::NewReset;
pub use purges::{Expired, PURGE_BATCH};
pub use rate_limits::Charge;
pub use rotations::{RefreshedSession, Rotation};
pub use secured_accounts::Secured;
pub use security_events::Observation;
pub use security_notices::{NewNotice, Notified};
pub use session_ends::EndedSessions;
pub use sessions::{ActForError, NewSession, SignedIn};
pub use statement_mode::StatementMode;
pub use told::{NewLetter, Told};
pub use unverified_addresses::{AddressReplacementError, NewAddress};
pub use users::{Credentials, Identifier, ProfileChange, Recognition, UpdateProfileError};

#[cfg(test)]
mod driver_tests;
#[cfg(test)]
mod schema_tests;
#[cfg(test)]
mod statements_tests;
#[cfg(test)]
mod test_stores;
