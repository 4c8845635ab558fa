//! Judging and hashing a new password, on the hashing threads.

use super::Passwords;
use super::identity::identity_of_user;
use crate::domain::{Password, User};
use crate::service::error::AuthError;
use crate::service::hasher::{Caller, Verdict};

/// The refusal of a password that the account had before "this was not me".
const COMPROMISED: &str =
    "must be new to this account: somebody else may know its former passwords";

impl Passwords {
    /// Judges and hashes the password of a new account. `field` is its name in the input; `identity` is what an
    /// attacker knows about its owner.
    ///
    /// # Errors
    /// `Invalid` when the password is too easy to guess; `Overloaded`.
    pub(in crate::service) async fn hash_first(
        &self,
        caller: Caller,
        field: &'static str,
        password: Password,
        identity: Vec<String>,
    ) -> Result<String, AuthError> {
        self.hash(caller, field, password, identity, Vec::new())
            .await
    }

    /// Judges and hashes the new password of an existing account. `field` is its name in the input.
    ///
    /// # Errors
    /// `Invalid` when the password is too easy to guess or compromised; `Overloaded`.
    pub(in crate::service) async fn hash_new(
        &self,
        user: &User,
        field: &'static str,
        password: Password,
    ) -> Result<String, AuthError> {
        let compromised = self.core.store.list_compromised_hashes(user.id).await?;
        let (caller, identity) = (Caller::Known(user.id), identity_of_user(user));
        self.hash(caller, field, password, identity, compromised)
            .await
    }

    /// Judges and hashes a password, both on a hashing thread: a malicious password can take longer to judge than to
    /// hash.
    async fn hash(
        &self,
        caller: Caller,
        field: &'static str,
        password: Password,
        identity: Vec<String>,
        compromised: Vec<String>,
    ) -> Result<String, AuthError> {
        let policy = self.policy;
        let hash = self.hasher.run(caller, move |engine| {
            let refused = |message| AuthError::Invalid { field, message };
            let problem = policy.enforce(&password, &identity);
            problem.map_err(|problem| refused(problem.to_string()))?;
            for hash in &compromised {
                if matches!(engine.verify(&password, Some(hash))?, Verdict::Right { .. }) {
                    return Err(refused(COMPROMISED.to_owned()));
                }
            }
            Ok(engine.hash(&password)?)
        });
        hash.await?
    }
}
