//! The user, as others and they themselves see them, and the query for the signed-in user.

use async_graphql::{Context, ID, Object};

use crate::domain;
use crate::domain::UserId;
use crate::graphql::access::{AccessLevel, access};
use crate::graphql::engine::caller::{data, viewer};
use crate::graphql::error::ApiError;
use crate::graphql::federation::key;
use crate::graphql::loaders::Loaders;
use crate::graphql::membership::read::Membership;
use crate::graphql::scalars::DateTime;

/// A person with an account.
pub struct User {
    user: domain::User,
    /// The viewer, who sees only the memberships that they share with the user.
    viewer_id: UserId,
}

impl User {
    /// The user as they see themselves.
    pub fn of_self(user: domain::User) -> Self {
        Self {
            viewer_id: user.id,
            user,
        }
    }

    pub fn new(user: domain::User, viewer_id: UserId) -> Self {
        Self { user, viewer_id }
    }
}

/// A person with an account.
#[Object(directive = key::apply("id".to_owned()))]
impl User {
    /// The unique id of the user.
    pub async fn id(&self) -> ID {
        self.user.id.into()
    }

    /// The user's email address, as they typed it.
    async fn email(&self) -> &str {
        &self.user.email
    }

    /// Whether the user has verified the email address with a mailed link.
    async fn email_verified(&self) -> bool {
        self.user.email_verified_at.is_some()
    }

    /// The username: 2 to 32 letters, digits, `.`, `_` or `-`; unique whatever the letter case.
    async fn username(&self) -> &str {
        &self.user.username
    }

    /// The user's name for people to read: 1 to 100 characters of any script. Null if they have set none: show the username
    /// then.
    async fn display_name(&self) -> Option<&str> {
        self.user.display_name.as_deref()
    }

    /// The time at which the user registered.
    async fn created_at(&self) -> DateTime {
        DateTime(self.user.created_at)
    }

    /// The time of the latest change to the fields above.
    async fn updated_at(&self) -> DateTime {
        DateTime(self.user.updated_at)
    }

    /// The user's memberships, oldest first. Of another user, only the memberships in organizations that you share with them.
    async fn memberships(&self, ctx: &Context<'_>) -> Result<Vec<Membership>, ApiError> {
        let loaders = data::<Loaders>(ctx)?;
        let memberships = loaders.memberships(self.user.id, self.viewer_id).await?;
        let membership = |membership| Membership::new(membership, self.viewer_id);
        Ok(memberships.into_iter().map(membership).collect())
    }
}

#[derive(Default)]
pub struct UserQuery;

#[Object]
impl UserQuery {
    /// The signed-in user. If their email address may be unverified, ask for `viewer` instead.
    #[graphql(directive = access::apply(AccessLevel::Verified))]
    async fn me(&self, ctx: &Context<'_>) -> Result<User, ApiError> {
        Ok(User::of_self(viewer(ctx).await?.user.clone()))
    }
}
