//! The profile: what a user is called.

use async_graphql::{Context, InputObject, MaybeUndefined, Object, SimpleObject};

use crate::domain::{DisplayName, ProfileChange, Username};
use crate::graphql::access::{AccessLevel, access};
use crate::graphql::account::user::User;
use crate::graphql::engine::caller::{client, of, viewer};
use crate::graphql::error::ApiError;
use crate::graphql::input::Problems;
use crate::service::Accounts;

/// What to change; what is left out stays.
#[derive(InputObject)]
pub struct UpdateProfileInput {
    /// Left out or null: unchanged. Access tokens carry the new name from the next refresh on.
    username: Option<String>,
    /// Left out: unchanged; null: removed.
    display_name: MaybeUndefined<String>,
}

/// The changed user.
#[derive(SimpleObject)]
pub struct UpdateProfilePayload {
    user: User,
}

#[derive(Default)]
pub struct ProfileMutation;

#[Object]
impl ProfileMutation {
    /// Changes what the logged-in user is called.
    ///
    /// Errors: AUTH_USERNAME_EXISTS, RATE_LIMITED, VALIDATION_FAILED.
    #[graphql(directive = access::apply(AccessLevel::Verified))]
    async fn update_profile(
        &self,
        ctx: &Context<'_>,
        input: UpdateProfileInput,
    ) -> Result<UpdateProfilePayload, ApiError> {
        let mut problems = Problems::default();
        let username = input.username.as_deref();
        let username = problems.take_optional("username", username, Username::parse);
        let display_name = match &input.display_name {
            MaybeUndefined::Undefined => None,
            MaybeUndefined::Null => Some(None),
            MaybeUndefined::Value(name) => {
                Some(problems.take("displayName", DisplayName::parse(name)))
            }
        };
        problems.check()?;
        let change = ProfileChange {
            username,
            display_name,
        };
        let viewer = viewer(ctx).await?;
        let user = of::<Accounts>(ctx)?
            .update_profile(&viewer, client(ctx)?, &change)
            .await?;
        Ok(UpdateProfilePayload {
            user: User::of_self(user),
        })
    }
}
