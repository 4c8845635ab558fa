//! Accounts: how they begin, what their users are called, how they are kept safe, and how they end.
//!
//! `register` makes one whose address is still to be verified, `register_by_invitation` one whose address the invitation
//! proves; `registration` shows an account with an unverified address to the owner of the address, who can cancel it.
//! `profile` changes names and the language of mail, `delete` ends the account. `notice` writes to its owner about what
//! happened to it, and `secure` is their answer "this was not me". `user` reads users.

pub mod delete;
pub mod notice;
pub mod profile;
pub mod register;
pub mod register_by_invitation;
pub mod registration;
pub mod secure;
pub mod user;

use std::sync::Arc;

pub use self::notice::Notices;
pub use self::register::Registration;
pub use self::registration::Registrations;
use crate::domain::{RegistrationMode, ReservedNames};
use crate::platform::clock::Clock;
use crate::platform::random::Random;
use crate::service::audit::SecurityEvents;
use crate::service::email::EmailAddresses;
use crate::service::invitation::Invitations;
use crate::service::limits::Limits;
use crate::service::mail::Mail;
use crate::service::password::Passwords;
use crate::service::password::reset_link::PasswordResets;
use crate::store::Store;

/// The rules about accounts. Cheap to clone.
#[derive(Clone)]
pub struct Accounts {
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) random: Random,
    pub(crate) passwords: Passwords,
    pub(crate) mail: Mail,
    pub(crate) emails: EmailAddresses,
    pub(crate) resets: PasswordResets,
    pub(crate) invitations: Invitations,
    pub(crate) limits: Limits,
    pub(crate) events: SecurityEvents,
    pub(crate) registration: RegistrationMode,
    pub(crate) reserved: Arc<ReservedNames>,
}

impl Accounts {
    /// Returns who may register.
    #[must_use]
    pub fn registration_mode(&self) -> RegistrationMode {
        self.registration
    }

    /// Returns whether somebody may log in before their address is verified.
    #[must_use]
    pub fn allows_unverified_login(&self) -> bool {
        !self.emails.options.conceal_accounts
    }
}
