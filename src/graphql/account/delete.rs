//! The deletion of an account by its owner.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

use crate::graphql::access::{AccessLevel, access};
use crate::graphql::engine::caller::{client, refresh_tokens, services, viewer};
use crate::graphql::error::ApiError;

/// The input of `deleteAccount`.
#[derive(InputObject)]
pub struct DeleteAccountInput {
    /// The user's current password. May be left out in a fresh session: see `reauthenticate`.
    password: Option<String>,
}

/// The result of `deleteAccount`.
#[derive(SimpleObject)]
pub struct DeleteAccountPayload {
    /// The id of the user whose account was deleted.
    deleted_user_id: ID,
}

#[derive(Default)]
pub struct DeleteAccountMutation;

#[Object]
impl DeleteAccountMutation {
    /// Deletes the signed-in user's account and all of their data, after checking their password, or without it in a fresh session. It cannot be undone.
    ///
    /// Organizations without other members are deleted, too. The sessions end with the reason ACCOUNT_DELETED.
    ///
    /// Errors: AUTH_INVALID_CREDENTIALS, AUTH_REAUTHENTICATION_REQUIRED, ORGANIZATION_LAST_OWNER (an organization with other members would have no owner),
    /// RATE_LIMITED, OVERLOADED.
    #[graphql(directive = access::apply(AccessLevel::Authenticated))]
    async fn delete_account(
        &self,
        ctx: &Context<'_>,
        input: DeleteAccountInput,
    ) -> Result<DeleteAccountPayload, ApiError> {
        let viewer = viewer(ctx).await?;
        let accounts = &services(ctx)?.accounts;
        accounts
            .delete(&viewer, client(ctx)?, input.password.as_deref())
            .await?;
        refresh_tokens(ctx)?.forget(viewer.session.id);
        Ok(DeleteAccountPayload {
            deleted_user_id: viewer.user.id.into(),
        })
    }
}
