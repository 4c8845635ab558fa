//! The change of a password by a user who knows the current one.

use async_graphql::{Context, InputObject, Object, SimpleObject};

use crate::graphql::access::{AccessLevel, access};
use crate::graphql::engine::caller::{client, services, viewer};
use crate::graphql::error::ApiError;
use crate::graphql::password::check::parse_new_password;
use crate::graphql::scalars::count;

/// The input of `changePassword`.
#[derive(InputObject)]
pub struct ChangePasswordInput {
    /// The user's current password. May be left out in a fresh session: see `reauthenticate`.
    current_password: Option<String>,
    /// The new password: hard to guess, and 8 (unless the operator requires more) to 256 characters of any kind. See
    /// `passwordPolicy` and `checkPassword`.
    new_password: String,
    /// Whether to end all sessions of the user except the current one.
    #[graphql(default = true)]
    revoke_other_sessions: bool,
}

/// The result of `changePassword`.
#[derive(SimpleObject)]
pub struct ChangePasswordPayload {
    /// The number of other sessions that ended. Above 10,000, it may be too low.
    revoked_sessions: i32,
}

#[derive(Default)]
pub struct ChangePasswordMutation;

#[Object]
impl ChangePasswordMutation {
    /// Changes the signed-in user's password, after checking the current one, or without it in a fresh session.
    ///
    /// Errors: AUTH_INVALID_CREDENTIALS, AUTH_REAUTHENTICATION_REQUIRED, VALIDATION_FAILED, RATE_LIMITED, OVERLOADED.
    #[graphql(directive = access::apply(AccessLevel::Verified))]
    async fn change_password(
        &self,
        ctx: &Context<'_>,
        input: ChangePasswordInput,
    ) -> Result<ChangePasswordPayload, ApiError> {
        let viewer = viewer(ctx).await?;
        let new_password = parse_new_password(ctx, &input.new_password)?;
        let revoked = services(ctx)?
            .passwords
            .change(
                &viewer,
                client(ctx)?,
                input.current_password.as_deref(),
                new_password,
                input.revoke_other_sessions,
            )
            .await?;
        Ok(ChangePasswordPayload {
            revoked_sessions: count(revoked),
        })
    }
}
