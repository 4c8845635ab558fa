//! The list of a user's security events.

use async_graphql::{Context, Object};

use crate::domain::UserId;
use crate::graphql::access::{AccessLevel, access};
use crate::graphql::audit::event::SecurityEvent;
use crate::graphql::connections::{Connection, connection};
use crate::graphql::engine::caller::{services, viewer};
use crate::graphql::error::ApiError;
use crate::graphql::input::parse_page;
use crate::graphql::scalars::count;

type SecurityEventConnection = Connection<SecurityEvent, SecurityEventList>;

/// The list of a user's security events.
pub struct SecurityEventList {
    user_id: UserId,
}

#[Object]
impl SecurityEventList {
    /// The number of events on all pages. Select it only if you show it: it costs another database statement.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<i32, ApiError> {
        let events = &services(ctx)?.audit;
        Ok(count(events.count(self.user_id).await?))
    }
}

#[derive(Default)]
pub struct SecurityEventQuery;

#[Object]
impl SecurityEventQuery {
    /// The history of the signed-in user's account, latest event first.
    ///
    /// A page has 50 events unless `first` or `last` says otherwise, and at most 100. An attempt that was refused is listed a
    /// moment later.
    ///
    /// Errors: VALIDATION_FAILED.
    #[graphql(directive = access::apply(AccessLevel::Verified))]
    async fn security_events(
        &self,
        ctx: &Context<'_>,
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
    ) -> Result<SecurityEventConnection, ApiError> {
        let request = parse_page(after.as_deref(), before.as_deref(), first, last)?;
        let user_id = viewer(ctx).await?.user.id;
        let page = services(ctx)?.audit.list(user_id, &request).await?;
        let all_events = SecurityEventList { user_id };
        connection(ctx, page, all_events, |event| {
            (event.id, SecurityEvent::from(event))
        })
        .await
    }
}
