//! The change of a password by somebody who knows the current one.

use async_graphql::{Context, InputObject, Object, SimpleObject};

use crate::graphql::access::{AccessLevel, access};
use crate::graphql::engine::caller::{client, of, viewer};
use crate::graphql::error::ApiError;
use crate::graphql::password::check::new_password;
use crate::graphql::scalars::count;
use crate::service::PasswordChanges;

/// A change of password.
#[derive(InputObject)]
pub struct ChangePasswordInput {
    current_password: String,
    /// Hard to guess, and 8 (unless the operator asks for more) to 256 characters of any kind.
    new_password: String,
    /// Whether every session but this one ends.
    #[graphql(default = true)]
    revoke_other_sessions: bool,
}

/// What a change of password did.
#[derive(SimpleObject)]
pub struct ChangePasswordPayload {
    /// How many other sessions ended; of more than 10,000, at least so many.
    revoked_sessions: i32,
}

#[derive(Default)]
pub struct ChangePasswordMutation;

#[Object]
impl ChangePasswordMutation {
    /// Sets a new password after checking the current one.
    ///
    /// Errors: AUTH_INVALID_CREDENTIALS, VALIDATION_FAILED, RATE_LIMITED, OVERLOADED.
    #[graphql(directive = access::apply(AccessLevel::Verified))]
    async fn change_password(
        &self,
        ctx: &Context<'_>,
        input: ChangePasswordInput,
    ) -> Result<ChangePasswordPayload, ApiError> {
        let viewer = viewer(ctx).await?;
        let new = new_password(ctx, &input.new_password)?;
        let revoked = of::<PasswordChanges>(ctx)?
            .change(
                &viewer,
                client(ctx)?,
                &input.current_password,
                new,
                input.revoke_other_sessions,
            )
            .await?;
        Ok(ChangePasswordPayload {
            revoked_sessions: count(revoked),
        })
    }
}
