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
mod failover;
mod former_passwords;
mod health;
mod invitation_answers;
mod invitations;
mod invited_accounts;
mod known_devices;
mod lease;
mod membership_changes;
mod memberships;
mod migrations;
mod nodes;
mod organizations;
mod outbox;
mod password_changes;
mod password_resets;
mod pool;
mod postgres;
mod private_file;
mod purges;
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

pub use account_deletions::AccountDeleted;
pub use accounts::{AddressClaim, NameTaken, NewAccount, Registered};
pub use email_changes::{EmailChanged, NewEmailChange, PendingEmailChange};
pub use email_verifications::NewVerification;
pub use error::StoreError;
pub use invitation_answers::{Accepted, Revoked};
pub use invitations::{
    AddressStanding, FoundInvitation, InvitationKey, Invited, NewInvitation,
    OrganizationInvitations,
};
pub use invited_accounts::Joined;
pub use membership_changes::MembershipChanged;
pub use memberships::Member;
pub use migrations::MigrationState;
pub use organizations::{NewOrganization, OrganizationChanged};
pub use outbox::{Message, NewMessage};
pub use password_changes::{PasswordChange, PasswordReset};
pub use password_resets::NewReset;
pub use pool::{DatabaseUrl, Store, StoreOptions};
pub use purges::{Expired, PURGE_BATCH};
pub use rate_limits::Charge;
pub use rotations::{RefreshedSession, Rotation};
pub use secured_accounts::Secured;
pub use security_events::Observation;
pub use security_notices::{NewNotice, Notified};
pub use session_ends::EndedSessions;
pub use sessions::{NewSession, SignedIn};
pub use statement_mode::StatementMode;
pub use told::{NewLetter, Told};
pub use unverified_addresses::{AddressReplaced, NewAddress};
pub use users::{Credentials, Identifier, ProfileChange, Recognition, UsernameTaken};

#[cfg(test)]
mod lease_tests;
#[cfg(test)]
mod statements_tests;
