//! The services that resolvers call.

use crate::service::{
    Accounts, Audit, Directory, EmailAddresses, Invitations, Memberships, Organizations, Passkeys,
    Passwords, SecondFactors, Sessions,
};

/// The services that resolvers call.
pub struct Services {
    pub accounts: Accounts,
    pub emails: EmailAddresses,
    pub sessions: Sessions,
    pub passwords: Passwords,
    pub second_factors: SecondFactors,
    pub passkeys: Passkeys,
    pub organizations: Organizations,
    pub memberships: Memberships,
    pub invitations: Invitations,
    pub directory: Directory,
    pub audit: Audit,
}
