//! The check of a password for somebody who has still to choose one.

use super::Passwords;
use super::identity::KnownOwner;
use super::policy::PasswordStrength;
use crate::domain::{Client, Password};
use crate::service::error::AuthError;
use crate::service::hasher::Caller;
use crate::service::limits::Attempt;

impl Passwords {
    /// Judges a password as [`Passwords::hash_first`] would, for an owner of whom this is known.
    ///
    /// # Errors
    /// `RateLimited`, `Overloaded`.
    pub async fn check(
        &self,
        client: &Client,
        raw: &str,
        owner: &KnownOwner<'_>,
    ) -> Result<PasswordStrength, AuthError> {
        self.limits
            .charge(Attempt::CheckPassword, client, &[], None)
            .await?;
        let password = Password::given(raw);
        let identity = owner.identity();
        let policy = self.policy;
        self.hasher
            .run(Caller::Stranger, move |_| {
                policy.judge(&password, &identity)
            })
            .await
    }
}
