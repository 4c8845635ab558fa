//! Accounts: registration, profile, security and deletion.
//!
//! `register` makes an account with an unverified address, `register_by_invitation` one whose address the invitation
//! verifies; `registration` shows an unverified account to the owner of the address, who can cancel it. `profile`
//! changes names, `language` the language of mail, and `delete` deletes the account. `notice` composes security notices
//! to the owner, and `secure` is their answer "this was not me". `user` reads users, and `sign_in_methods` how one can sign
//! in.

pub mod delete;
pub mod language;
pub mod notice;
pub mod profile;
pub mod register;
pub mod register_by_invitation;
pub mod registration;
pub mod secure;
pub mod sign_in_methods;
pub mod user;

use std::sync::Arc;

pub use self::register::Registration;
use crate::domain::RegistrationMode;
use crate::service::core::Core;
use crate::service::invitation::Invitations;
use crate::service::password::Passwords;

/// The rules about accounts. Cheap to clone.
#[derive(Clone)]
pub struct Accounts {
    core: Arc<Core>,
    passwords: Passwords,
    invitations: Invitations,
}

impl Accounts {
    #[must_use]
    pub fn new(core: Arc<Core>, passwords: Passwords, invitations: Invitations) -> Self {
        Self {
            core,
            passwords,
            invitations,
        }
    }

    /// Returns the people who may register.
    #[must_use]
    pub fn registration_mode(&self) -> RegistrationMode {
        self.core.policy.registration
    }

    /// Returns whether users may log in before their address is verified.
    #[must_use]
    pub fn allows_unverified_login(&self) -> bool {
        !self.core.policy.conceal_accounts
    }
}
