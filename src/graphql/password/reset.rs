//! The reset of a forgotten password by a mailed link.

use async_graphql::{Context, InputObject, Object, SimpleObject};

use crate::graphql::access::{AccessLevel, access};
use crate::graphql::account::user::User;
use crate::graphql::engine::caller::{client, services};
use crate::graphql::error::ApiError;
use crate::graphql::password::check::parse_new_password;

/// The input of `resetPassword`.
#[derive(InputObject)]
pub struct ResetPasswordInput {
    /// The token from the mailed link, `lkm_…`. It is valid for one use, within 30 minutes unless the operator changed that,
    /// and until another link is requested. A new password that is refused does not use it up.
    token: String,
    /// The new password: hard to guess, and 8 (unless the operator requires more) to 256 characters of any kind. See
    /// `passwordPolicy` and `checkPassword`.
    new_password: String,
}

/// The result of `resetPassword`.
#[derive(SimpleObject)]
pub struct ResetPasswordPayload {
    /// The user, whose email address is verified now.
    user: User,
}

#[derive(Default)]
pub struct ResetPasswordMutation;

#[Object]
impl ResetPasswordMutation {
    /// Sets a new password with the token from the mailed link, and ends every session of the user. Call `login` next.
    ///
    /// It also verifies the email address that the link was mailed to. Passkeys stay: show the user their list. For a year
    /// after `secureAccount`, it refuses earlier passwords of the account, since somebody else may know them.
    ///
    /// Errors: AUTH_LINK_INVALID, VALIDATION_FAILED, RATE_LIMITED, OVERLOADED.
    #[graphql(directive = access::apply(AccessLevel::Public))]
    async fn reset_password(
        &self,
        ctx: &Context<'_>,
        input: ResetPasswordInput,
    ) -> Result<ResetPasswordPayload, ApiError> {
        let new_password = parse_new_password(ctx, &input.new_password)?;
        let user = services(ctx)?
            .passwords
            .reset(&input.token, new_password, client(ctx)?)
            .await?;
        Ok(ResetPasswordPayload {
            user: User::of_self(user),
        })
    }
}
