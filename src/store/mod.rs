//! Every SQL statement of the service, on SQLite and PostgreSQL.
//!
//! Owns the pools, the migrations and the rows. Every public method of [`Store`] is one atomic
//! operation: a transaction never leaves this module, and nothing slow happens inside one. A change
//! of state is one conditional `UPDATE … RETURNING`, uniqueness is `ON CONFLICT DO NOTHING
//! RETURNING`; there is no lock to forget and no loop to retry. Nothing else in the crate knows
//! sqlx. Must not know: passwords, tokens, what an operation is for.

mod account_deletions;
mod accounts;
mod email_changes;
mod email_verifications;
mod error;
mod invitation_answers;
mod invitations;
mod known_devices;
mod membership_changes;
mod memberships;
mod migrations;
mod organizations;
mod outbox;
mod password_changes;
mod password_resets;
mod pool;
mod rate_limits;
mod rotations;
mod secured_accounts;
mod security_events;
mod security_notices;
mod session_rows;
mod sessions;
mod sweeps;
mod told;
mod users;

pub use account_deletions::AccountDeleted;
pub use accounts::{NewAccount, Registered};
pub use email_changes::{EmailChanged, NewEmailChange, PendingEmailChange};
pub use email_verifications::NewVerification;
pub use error::StoreError;
pub use invitation_answers::{Accepted, Revoked};
pub use invitations::{
    AddressStanding, FoundInvitation, InvitationKey, Invited, NewInvitation,
    OrganizationInvitations,
};
pub use membership_changes::MembershipChanged;
pub use memberships::Member;
pub use migrations::MigrationState;
pub use organizations::{NewOrganization, OrganizationChanged};
pub use outbox::{Message, NewMessage};
pub use password_changes::{PasswordChange, PasswordReset};
pub use password_resets::NewReset;
pub use pool::{DatabaseUrl, Store, StoreOptions};
pub use rate_limits::Charge;
pub use rotations::{RefreshedSession, Rotation};
pub use secured_accounts::Secured;
pub use security_events::Observation;
pub use security_notices::{NewNotice, Notified};
pub use sessions::{NewSession, SignedIn};
pub use sweeps::Over;
pub use told::{NewLetter, Told};
pub use users::{Credentials, Identifier, ProfileChange, UsernameTaken};

#[cfg(test)]
mod statements_tests;
