//! The list of a user's sessions.

use async_graphql::{Context, Object};

use crate::domain::UserId;
use crate::graphql::access::{AccessLevel, access};
use crate::graphql::connections::{Connection, connection};
use crate::graphql::engine::caller::{services, viewer};
use crate::graphql::error::ApiError;
use crate::graphql::input::parse_page;
use crate::graphql::scalars::count;
use crate::graphql::session::types::Session;

type SessionConnection = Connection<Session, SessionList>;

/// The list of a user's sessions.
pub struct SessionList {
    user_id: UserId,
    include_expired: bool,
}

#[Object]
impl SessionList {
    /// The number of sessions on all pages. Select it only if you show it: it costs another database statement.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<i32, ApiError> {
        let sessions = &services(ctx)?.sessions;
        let total = sessions.count(self.user_id, self.include_expired).await?;
        Ok(count(total))
    }
}

#[derive(Default)]
pub struct SessionQuery;

#[Object]
impl SessionQuery {
    /// The signed-in user's sessions, newest first. Only live ones, unless `includeExpired` is true.
    ///
    /// A page has 50 sessions unless `first` or `last` says otherwise, and at most 100.
    ///
    /// Errors: VALIDATION_FAILED.
    #[graphql(directive = access::apply(AccessLevel::Verified))]
    async fn sessions(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            default = false,
            desc = "Whether to include sessions that have ended. They are listed for 90 days unless the operator changed that."
        )]
        include_expired: bool,
        #[graphql(
            desc = "The cursor after which the page begins: the `endCursor` of the page before it."
        )]
        after: Option<String>,
        #[graphql(
            desc = "The cursor before which the page ends: the `startCursor` of the page after it."
        )]
        before: Option<String>,
        #[graphql(
            desc = "The size of a page from the start of the list: 0 to 100, 50 if neither `first` nor `last` is given."
        )]
        first: Option<i32>,
        #[graphql(
            desc = "The size of a page from the end of the list: 0 to 100. Not together with `first`."
        )]
        last: Option<i32>,
    ) -> Result<SessionConnection, ApiError> {
        let request = parse_page(after.as_deref(), before.as_deref(), first, last)?;
        let viewer = viewer(ctx).await?;
        let sessions = &services(ctx)?.sessions;
        let user_id = viewer.user.id;
        let page = sessions.list(user_id, include_expired, &request).await?;
        let all_sessions = SessionList {
            user_id,
            include_expired,
        };
        connection(ctx, page, all_sessions, |session| {
            let (id, current) = (session.id, session.id == viewer.session.id);
            (id, Session::new(sessions, session, current))
        })
        .await
    }
}
