//! Passwords: which ones may be set, and whether one is right.
//!
//! `policy` judges a password, `identity` has what an attacker knows about its owner, and `check` judges a password
//! that is not set yet. `hash` judges and hashes a new password, and `verify` compares one with that of an account;
//! `refusal` records that an action with the right password was refused. `change` sets a new password for users who know
//! the current one, and `reset` for users who follow a link that `reset_link` mails. `set` and `remove` are for users who sign in
//! with a passkey.

pub mod change;
pub mod check;
pub mod hash;
pub mod identity;
pub mod policy;
pub mod refusal;
pub mod remove;
pub mod reset;
pub mod reset_link;
pub mod set;
pub mod verify;

use std::sync::Arc;

pub use self::identity::KnownOwner;
pub use self::policy::{PasswordPolicy, PasswordPolicyError, PasswordProblem, PasswordStrength};
use crate::domain::Password;
use crate::service::core::Core;
use crate::service::hasher::Hasher;

/// The password rules. Cheap to clone.
#[derive(Clone)]
pub struct Passwords {
    core: Arc<Core>,
    hasher: Hasher,
    policy: PasswordPolicy,
}

impl Passwords {
    #[must_use]
    pub fn new(core: Arc<Core>, hasher: Hasher, policy: PasswordPolicy) -> Self {
        Self {
            core,
            hasher,
            policy,
        }
    }

    /// Parses a new password and checks its length. Its strength is judged when it is set.
    ///
    /// # Errors
    /// When the password is too short or too long.
    pub fn parse(&self, raw: &str) -> Result<Password, PasswordPolicyError> {
        let password = Password::given(raw);
        match self.policy.length_problem(&password) {
            None => Ok(password),
            Some(problem) => Err(self.policy.error_for(problem, None)),
        }
    }

    /// Returns the requirements of a new password.
    #[must_use]
    pub fn policy(&self) -> PasswordPolicy {
        self.policy
    }
}
