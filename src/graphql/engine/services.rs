//! The services that the engine hands to resolvers.

use crate::service::{
    Accounts, Directory, EmailAddresses, Invitations, Memberships, Organizations, PasswordChanges,
    PasswordResets, Passwords, Registrations, SecurityEvents, Sessions,
};

/// The services that resolvers call.
pub struct Services {
    pub accounts: Accounts,
    pub emails: EmailAddresses,
    pub registrations: Registrations,
    pub sessions: Sessions,
    pub passwords: Passwords,
    pub password_changes: PasswordChanges,
    pub password_resets: PasswordResets,
    pub organizations: Organizations,
    pub memberships: Memberships,
    pub invitations: Invitations,
    pub directory: Directory,
    pub events: SecurityEvents,
}
