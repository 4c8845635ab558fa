//! The ways in which an account can be signed in to.

use super::Accounts;
use crate::domain::{SignInMethods, UserId};
use crate::service::core::Core;
use crate::service::error::AuthError;

impl Accounts {
    /// Finds the ways in which a user can sign in.
    ///
    /// # Errors
    /// `SessionEnded` when the account was deleted in the meantime.
    pub async fn sign_in_methods(&self, user_id: UserId) -> Result<SignInMethods, AuthError> {
        find_sign_in_methods(&self.core, user_id).await
    }
}

/// Finds the ways in which a user who is logged in can sign in.
///
/// # Errors
/// `SessionEnded` when the account was deleted in the meantime.
pub async fn find_sign_in_methods(
    core: &Core,
    user_id: UserId,
) -> Result<SignInMethods, AuthError> {
    let methods = core
        .store
        .find_sign_in_methods(user_id, &core.relying_party.id)
        .await?;
    methods.ok_or(AuthError::SessionEnded(None))
}
