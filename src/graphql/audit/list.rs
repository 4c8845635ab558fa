//! The list of a user's security events.

use async_graphql::{Context, Object};
use uuid::Uuid;

use crate::graphql::access::{AccessLevel, access};
use crate::graphql::audit::event::SecurityEvent;
use crate::graphql::connections::{Connection, connection};
use crate::graphql::engine::caller::{of, viewer};
use crate::graphql::error::ApiError;
use crate::graphql::input::page;
use crate::graphql::scalars::count;
use crate::service::SecurityEvents;

type SecurityEventConnection = Connection<SecurityEvent, SecurityEventTotal>;

/// What a page of events is a page of.
pub struct SecurityEventTotal {
    user_id: Uuid,
}

#[Object]
impl SecurityEventTotal {
    /// How many events there are on all pages. Costs a statement of its own.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<i32, ApiError> {
        let events = of::<SecurityEvents>(ctx)?;
        Ok(count(events.count(self.user_id).await?))
    }
}

#[derive(Default)]
pub struct SecurityEventQuery;

#[Object]
impl SecurityEventQuery {
    /// What happened to the logged-in user's account, the latest first.
    ///
    /// A page has 50 events unless `first` or `last` says otherwise, and never more than 100. What was
    /// tried and refused is there a moment after it was.
    #[graphql(directive = access::apply(AccessLevel::Verified))]
    async fn security_events(
        &self,
        ctx: &Context<'_>,
        after: Option<String>,
        before: Option<String>,
        first: Option<i32>,
        last: Option<i32>,
    ) -> Result<SecurityEventConnection, ApiError> {
        let request = page(after.as_deref(), before.as_deref(), first, last)?;
        let user_id = viewer(ctx).await?.user.id;
        let found = of::<SecurityEvents>(ctx)?.list(user_id, &request).await?;
        let total = SecurityEventTotal { user_id };
        connection(ctx, found, total, |event| {
            (event.id, SecurityEvent::from(event))
        })
    }
}
