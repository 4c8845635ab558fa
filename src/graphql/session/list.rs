//! The list of a user's sessions.

use async_graphql::{Context, Object};
use uuid::Uuid;

use crate::graphql::access::{AccessLevel, access};
use crate::graphql::connections::{Connection, connection};
use crate::graphql::engine::caller::{of, viewer};
use crate::graphql::error::ApiError;
use crate::graphql::input::page;
use crate::graphql::scalars::count;
use crate::graphql::session::session::Session;
use crate::service::Sessions;

type SessionConnection = Connection<Session, SessionTotal>;

/// What a page of sessions is a page of.
pub struct SessionTotal {
    user_id: Uuid,
    include_expired: bool,
}

#[Object]
impl SessionTotal {
    /// How many sessions there are on all pages. Costs a statement of its own.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<i32, ApiError> {
        let sessions = of::<Sessions>(ctx)?;
        let total = sessions.count(self.user_id, self.include_expired).await?;
        Ok(count(total))
    }
}

#[derive(Default)]
pub struct SessionQuery;

#[Object]
impl SessionQuery {
    /// The signed-in user's sessions, newest first. Only live ones, unless `includeExpired`.
    ///
    /// A page has 50 sessions unless `first` or `last` says otherwise, and never more than 100.
    #[graphql(directive = access::apply(AccessLevel::Verified))]
    async fn sessions(
        &self,
        ctx: &Context<'_>,
        #[graphql(default = false)] include_expired: bool,
        after: Option<String>,
        before: Option<String>,
        first: Option<i32>,
        last: Option<i32>,
    ) -> Result<SessionConnection, ApiError> {
        let request = page(after.as_deref(), before.as_deref(), first, last)?;
        let viewer = viewer(ctx).await?;
        let sessions = of::<Sessions>(ctx)?;
        let user_id = viewer.user.id;
        let found = sessions.list(user_id, include_expired, &request).await?;
        let total = SessionTotal {
            user_id,
            include_expired,
        };
        connection(ctx, found, total, |session| {
            let (id, current) = (session.id, session.id == viewer.session.id);
            (id, Session::new(sessions, session, current))
        })
    }
}
