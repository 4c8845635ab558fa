//! The removal of the password of an account that is signed in to with a passkey.

use async_graphql::{Context, Object, SimpleObject};

use crate::graphql::access::{AccessLevel, access};
use crate::graphql::engine::caller::{client, services, viewer};
use crate::graphql::error::ApiError;

/// The result of `removePassword`.
#[derive(SimpleObject)]
pub struct RemovePasswordPayload {
    /// Whether there was a password to remove.
    removed: bool,
}

#[derive(Default)]
pub struct RemovePasswordMutation;

#[Object]
impl RemovePasswordMutation {
    /// Removes the password of the signed-in user, who has a passkey that signs in alone. A notice is mailed to the user. A user
    /// who has lost every passkey sets a new password with `requestPasswordReset`.
    ///
    /// Errors: LAST_SIGN_IN_METHOD (add a passkey first).
    #[graphql(directive = access::apply(AccessLevel::Fresh))]
    async fn remove_password(&self, ctx: &Context<'_>) -> Result<RemovePasswordPayload, ApiError> {
        let viewer = viewer(ctx).await?;
        let passwords = &services(ctx)?.passwords;
        let removed = passwords.remove(&viewer, client(ctx)?).await?;
        Ok(RemovePasswordPayload { removed })
    }
}
