//! The deletion of an account by its user.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

use crate::graphql::access::{AccessLevel, access};
use crate::graphql::engine::caller::{client, of, refresh_tokens, viewer};
use crate::graphql::error::ApiError;
use crate::service::Accounts;

/// Who wants to be deleted.
#[derive(InputObject)]
pub struct DeleteAccountInput {
    password: String,
}

/// The account is gone.
#[derive(SimpleObject)]
pub struct DeleteAccountPayload {
    deleted_user_id: ID,
}

#[derive(Default)]
pub struct DeleteAccountMutation;

#[Object]
impl DeleteAccountMutation {
    /// Deletes the account and everything about its user; nothing brings it back.
    ///
    /// Organizations that nobody else belongs to go with it. The sessions end with ACCOUNT_DELETED.
    ///
    /// Errors: AUTH_INVALID_CREDENTIALS; ORGANIZATION_LAST_OWNER when others would be left in an
    /// organization without an owner; RATE_LIMITED, OVERLOADED.
    #[graphql(directive = access::apply(AccessLevel::Authenticated))]
    async fn delete_account(
        &self,
        ctx: &Context<'_>,
        input: DeleteAccountInput,
    ) -> Result<DeleteAccountPayload, ApiError> {
        let viewer = viewer(ctx).await?;
        let accounts = of::<Accounts>(ctx)?;
        accounts
            .delete(&viewer, client(ctx)?, &input.password)
            .await?;
        refresh_tokens(ctx)?.forget(viewer.session.id);
        Ok(DeleteAccountPayload {
            deleted_user_id: viewer.user.id.into(),
        })
    }
}
