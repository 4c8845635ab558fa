//! The removal of passkeys.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

use crate::graphql::access::{AccessLevel, access};
use crate::graphql::engine::caller::{client, services, viewer};
use crate::graphql::error::ApiError;
use crate::graphql::input::parse_id;

/// The input of `removePasskey`.
#[derive(InputObject)]
pub struct RemovePasskeyInput {
    /// The id of the passkey.
    passkey_id: ID,
}

/// The result of `removePasskey`.
#[derive(SimpleObject)]
pub struct RemovePasskeyPayload {
    /// The id of the passkey that was removed.
    removed_passkey_id: ID,
}

#[derive(Default)]
pub struct RemovePasskeyMutation;

#[Object]
impl RemovePasskeyMutation {
    /// Removes a passkey of the signed-in user: it no longer signs in, and no other session counts as signed in with a second factor
    /// or as fresh because of a passkey. A notice is mailed to the user. The password manager still has the
    /// passkey: ask the user to delete it there.
    ///
    /// Errors: PASSKEY_NOT_FOUND, LAST_SIGN_IN_METHOD (set a password or add another passkey first), RATE_LIMITED.
    #[graphql(directive = access::apply(AccessLevel::Fresh))]
    async fn remove_passkey(
        &self,
        ctx: &Context<'_>,
        input: RemovePasskeyInput,
    ) -> Result<RemovePasskeyPayload, ApiError> {
        let viewer = viewer(ctx).await?;
        let passkeys = &services(ctx)?.passkeys;
        let id = parse_id(&input.passkey_id);
        passkeys.remove(&viewer, client(ctx)?, id).await?;
        Ok(RemovePasskeyPayload {
            removed_passkey_id: input.passkey_id,
        })
    }
}
