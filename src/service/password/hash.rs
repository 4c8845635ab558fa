//! Judging and hashing a password that is to be set, on the threads that hash.

use super::Passwords;
use super::identity::about_user;
use crate::domain::{Password, User};
use crate::service::error::AuthError;
use crate::service::hasher::{Caller, Verdict};

/// The reason why an account does not get back a password that it had before "this was not me".
const COMPROMISED: &str = "must be new to this account: somebody else may know the ones it had";

impl Passwords {
    /// Judges the password of a new account and hashes it. `field` is the input's name for it; `about` is what an
    /// attacker knows of its owner.
    ///
    /// # Errors
    /// `Invalid` when it is too guessable; `Overloaded`.
    pub(in crate::service) async fn hash_first(
        &self,
        caller: Caller,
        field: &'static str,
        password: Password,
        about: Vec<String>,
    ) -> Result<String, AuthError> {
        self.hash(caller, field, password, about, Vec::new()).await
    }

    /// Judges the new password of an account and hashes it, for its owner.
    ///
    /// # Errors
    /// `Invalid` at `newPassword` when it is too guessable, or somebody else may know it; `Overloaded`.
    pub(in crate::service) async fn hash_new(
        &self,
        user: &User,
        password: Password,
    ) -> Result<String, AuthError> {
        let compromised = self.store.list_compromised_hashes(user.id).await?;
        let (caller, about) = (Caller::Known(user.id), about_user(user));
        self.hash(caller, "newPassword", password, about, compromised)
            .await
    }

    /// Judges a password and hashes it, both on a hashing thread: judging a password that was made to be hard to judge
    /// takes longer than hashing it.
    async fn hash(
        &self,
        caller: Caller,
        field: &'static str,
        password: Password,
        about: Vec<String>,
        compromised: Vec<String>,
    ) -> Result<String, AuthError> {
        let policy = self.policy;
        let hash = self.hasher.run(caller, move |engine| {
            let refused = |message| AuthError::Invalid { field, message };
            policy.enforce(&password, &about).map_err(refused)?;
            for known in &compromised {
                let verdict = engine.verify(&password, Some(known));
                let verdict = verdict.map_err(AuthError::Unexpected)?;
                if matches!(verdict, Verdict::Right { .. }) {
                    return Err(refused(COMPROMISED.to_owned()));
                }
            }
            engine.hash(&password).map_err(AuthError::Unexpected)
        });
        hash.await?
    }
}
