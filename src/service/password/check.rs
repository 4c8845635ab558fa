//! The check of a password that a user has not set yet.

use super::Passwords;
use super::identity::KnownOwner;
use super::policy::PasswordStrength;
use crate::domain::{Client, Password};
use crate::service::error::AuthError;
use crate::service::hasher::Caller;
use crate::service::rate_limits::RateLimitedAction;

impl Passwords {
    /// Judges a password as [`Passwords::hash_first`] does, with what is known about its owner.
    ///
    /// # Errors
    /// `RateLimited`, `Overloaded`.
    pub async fn check(
        &self,
        client: &Client,
        raw: &str,
        owner: &KnownOwner<'_>,
    ) -> Result<PasswordStrength, AuthError> {
        self.core
            .rate_limits
            .charge_network(RateLimitedAction::CheckPassword, client)
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
