//! The profile: a user's username and display name.

use async_graphql::{Context, InputObject, MaybeUndefined, Object, SimpleObject};

use crate::domain::{Change, DisplayName, ProfileChange, Username};
use crate::graphql::access::{AccessLevel, access};
use crate::graphql::account::user::User;
use crate::graphql::engine::caller::{client, services, viewer};
use crate::graphql::error::ApiError;
use crate::graphql::input::ValidationErrors;

/// The input of `updateProfile`. Fields that are left out stay as they are.
#[derive(InputObject)]
pub struct UpdateProfileInput {
    /// The new username: 2 to 32 letters, digits, `.`, `_` or `-`, beginning with a letter or digit; unique whatever the
    /// letter case. Null changes nothing. Access tokens have the new name from the next `refresh` on.
    username: Option<String>,
    /// The new display name: 1 to 100 characters of any script. Null removes it.
    display_name: MaybeUndefined<String>,
}

/// The result of `updateProfile`.
#[derive(SimpleObject)]
pub struct UpdateProfilePayload {
    /// The user with their new names.
    user: User,
}

#[derive(Default)]
pub struct ProfileMutation;

#[Object]
impl ProfileMutation {
    /// Changes the username or the display name of the signed-in user, or both.
    ///
    /// Errors: AUTH_USERNAME_EXISTS, RATE_LIMITED, VALIDATION_FAILED.
    #[graphql(directive = access::apply(AccessLevel::Verified))]
    async fn update_profile(
        &self,
        ctx: &Context<'_>,
        input: UpdateProfileInput,
    ) -> Result<UpdateProfilePayload, ApiError> {
        let mut errors = ValidationErrors::default();
        let username = input.username.as_deref();
        let username = errors.collect_optional("username", username, Username::parse);
        let display_name = match &input.display_name {
            MaybeUndefined::Undefined => Change::Keep,
            MaybeUndefined::Null => Change::Clear,
            MaybeUndefined::Value(name) => errors
                .collect("displayName", DisplayName::parse(name))
                .map_or(Change::Keep, Change::Set),
        };
        errors.check()?;
        let change = ProfileChange {
            username,
            display_name,
        };
        let viewer = viewer(ctx).await?;
        let user = services(ctx)?
            .accounts
            .update_profile(&viewer, client(ctx)?, &change)
            .await?;
        Ok(UpdateProfilePayload {
            user: User::of_self(user),
        })
    }
}
