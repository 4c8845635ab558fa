//! The user, as others and they themselves see them, and the query for oneself.

use async_graphql::{Context, ID, Object};
use uuid::Uuid;

use crate::domain;
use crate::graphql::access::{AccessLevel, access};
use crate::graphql::engine::caller::{of, viewer};
use crate::graphql::error::ApiError;
use crate::graphql::federation::key;
use crate::graphql::loaders::Loaders;
use crate::graphql::membership::read::Membership;
use crate::graphql::scalars::DateTime;

/// A registered person.
pub struct User {
    user: domain::User,
    /// Who looks: of others, a viewer sees only what they share.
    seen_by: Uuid,
}

impl User {
    pub fn of_self(user: domain::User) -> Self {
        Self {
            seen_by: user.id,
            user,
        }
    }

    pub fn seen_by(user: domain::User, seen_by: Uuid) -> Self {
        Self { user, seen_by }
    }
}

/// A registered person.
#[Object(directive = key::apply("id".to_owned()))]
impl User {
    pub async fn id(&self) -> ID {
        self.user.id.into()
    }

    /// As the user wrote it.
    async fn email(&self) -> &str {
        &self.user.email
    }

    /// Whether the user has proved that the address is theirs.
    async fn email_verified(&self) -> bool {
        self.user.email_verified_at.is_some()
    }

    /// 2 to 32 letters, digits, `.`, `_` or `-`; unique whatever the letter case.
    async fn username(&self) -> &str {
        &self.user.username
    }

    /// How the user wants to be called: 1 to 100 characters of any script.
    async fn display_name(&self) -> Option<&str> {
        self.user.display_name.as_deref()
    }

    /// When the user registered.
    async fn created_at(&self) -> DateTime {
        DateTime(self.user.created_at)
    }

    /// When anything above last changed.
    async fn updated_at(&self) -> DateTime {
        DateTime(self.user.updated_at)
    }

    /// Where the user belongs, oldest first. Of others one sees only what one shares with them.
    async fn memberships(&self, ctx: &Context<'_>) -> Result<Vec<Membership>, ApiError> {
        let loaders = of::<Loaders>(ctx)?;
        let found = loaders.memberships(self.user.id, self.seen_by).await?;
        let membership = |membership| Membership::seen_by(membership, self.seen_by);
        Ok(found.into_iter().map(membership).collect())
    }
}

#[derive(Default)]
pub struct UserQuery;

#[Object]
impl UserQuery {
    /// The logged-in user.
    #[graphql(directive = access::apply(AccessLevel::Verified))]
    async fn me(&self, ctx: &Context<'_>) -> Result<User, ApiError> {
        Ok(User::of_self(viewer(ctx).await?.user.clone()))
    }
}
