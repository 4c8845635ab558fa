//! A new password in the place of a forgotten one, by a mailed link.

use async_graphql::{Context, InputObject, Object, SimpleObject};

use crate::graphql::access::{AccessLevel, access};
use crate::graphql::account::user::User;
use crate::graphql::engine::caller::{client, of};
use crate::graphql::error::ApiError;
use crate::graphql::password::check::new_password;
use crate::service::PasswordChanges;

/// A new password for a forgotten one.
#[derive(InputObject)]
pub struct ResetPasswordInput {
    /// From the mailed link, `lkm_…`. Good for one use, for 30 minutes unless the operator changed
    /// that, and until a newer link is asked for. A password that is refused does not use it up.
    token: String,
    /// Hard to guess, and 8 (unless the operator asks for more) to 256 characters of any kind.
    new_password: String,
}

/// The user, whose address is verified now.
#[derive(SimpleObject)]
pub struct ResetPasswordPayload {
    user: User,
}

#[derive(Default)]
pub struct ResetPasswordMutation;

#[Object]
impl ResetPasswordMutation {
    /// Sets the password and ends every session.
    ///
    /// Also verifies the address that the link was mailed to, since it proves possession.
    /// For a year after `secureAccount`, refuses the passwords that the account had: somebody else may know them.
    ///
    /// Errors: AUTH_LINK_INVALID, VALIDATION_FAILED, RATE_LIMITED, OVERLOADED.
    #[graphql(directive = access::apply(AccessLevel::Public))]
    async fn reset_password(
        &self,
        ctx: &Context<'_>,
        input: ResetPasswordInput,
    ) -> Result<ResetPasswordPayload, ApiError> {
        let new = new_password(ctx, &input.new_password)?;
        let user = of::<PasswordChanges>(ctx)?
            .reset(&input.token, new, client(ctx)?)
            .await?;
        Ok(ResetPasswordPayload {
            user: User::of_self(user),
        })
    }
}
