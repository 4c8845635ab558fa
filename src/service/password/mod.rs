//! Passwords: what may be set as one, and whether one is right.
//!
//! `policy` judges a password, `identity` says what an attacker knows of its owner, and `check` answers for one that
//! nobody has set yet. `hash` judges and hashes a new one, `verify` compares one with an account's. `change` and `reset` set
//! a new one, for users who know the old one and for those who follow a link that `reset_link` mails.

pub mod change;
pub mod check;
pub mod hash;
pub mod identity;
pub mod policy;
pub mod reset;
pub mod reset_link;
pub mod verify;

pub use self::change::PasswordChanges;
pub use self::identity::KnownOwner;
pub use self::policy::{PasswordPolicy, PasswordProblem, PasswordStrength};
pub use self::reset_link::PasswordResets;
use crate::domain::Password;
use crate::service::audit::SecurityEvents;
use crate::service::hasher::Hasher;
use crate::service::limits::Limits;
use crate::store::Store;

/// The password rules. Cheap to clone.
#[derive(Clone)]
pub struct Passwords {
    store: Store,
    hasher: Hasher,
    policy: PasswordPolicy,
    limits: Limits,
    events: SecurityEvents,
}

impl Passwords {
    #[must_use]
    pub fn new(
        store: Store,
        hasher: Hasher,
        policy: PasswordPolicy,
        limits: Limits,
        events: SecurityEvents,
    ) -> Self {
        Self {
            store,
            hasher,
            policy,
            limits,
            events,
        }
    }

    /// Reads a password that is to be set; how guessable it is, is judged when it is.
    ///
    /// # Errors
    /// Says, for a person, that it is too short or too long.
    pub fn parse(&self, raw: &str) -> Result<Password, String> {
        let password = Password::given(raw);
        match self.policy.length_problem(&password) {
            None => Ok(password),
            Some(problem) => Err(self.policy.describe(problem, None)),
        }
    }

    /// Returns what is asked of a new password.
    #[must_use]
    pub fn policy(&self) -> PasswordPolicy {
        self.policy
    }
}
