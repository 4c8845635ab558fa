//! The first password of an account that has none.

use async_graphql::{Context, InputObject, Object, SimpleObject};

use crate::graphql::access::{AccessLevel, access};
use crate::graphql::account::user::User;
use crate::graphql::engine::caller::{client, services, viewer};
use crate::graphql::error::ApiError;
use crate::graphql::input::invalid;

/// The input of `setPassword`.
#[derive(InputObject)]
pub struct SetPasswordInput {
    /// The password: hard to guess, and 8 (unless the operator requires more) to 256 characters of any kind. See
    /// `passwordPolicy` and `checkPassword`.
    password: String,
}

/// The result of `setPassword`.
#[derive(SimpleObject)]
pub struct SetPasswordPayload {
    /// The user, who can log in with the password from now on.
    user: User,
}

#[derive(Default)]
pub struct SetPasswordMutation;

#[Object]
impl SetPasswordMutation {
    /// Gives a password to the signed-in user's account, which has none. A notice is mailed to the user. To replace a password,
    /// call `changePassword`.
    ///
    /// Errors: VALIDATION_FAILED (also if the account has a password), RATE_LIMITED, OVERLOADED.
    #[graphql(directive = access::apply(AccessLevel::Fresh))]
    async fn set_password(
        &self,
        ctx: &Context<'_>,
        input: SetPasswordInput,
    ) -> Result<SetPasswordPayload, ApiError> {
        let viewer = viewer(ctx).await?;
        let passwords = &services(ctx)?.passwords;
        let password = passwords.parse(&input.password);
        let password = password.map_err(|error| invalid("password", error))?;
        passwords.set(&viewer, client(ctx)?, password).await?;
        Ok(SetPasswordPayload {
            user: User::new(viewer.user.clone(), viewer.user.id),
        })
    }
}
