//! The viewer: who is calling, and with which session.

use async_graphql::{Context, Object, SimpleObject};

use crate::graphql::access::{AccessLevel, access};
use crate::graphql::account::user::User;
use crate::graphql::engine::caller::{of, viewer};
use crate::graphql::error::ApiError;
use crate::graphql::session::session::Session;
use crate::service::Sessions;

/// Who is calling, and with which session.
#[derive(SimpleObject)]
pub struct Viewer {
    user: User,
    session: Session,
}

#[derive(Default)]
pub struct ViewerQuery;

#[Object]
impl ViewerQuery {
    /// Who is calling, also before their address is verified: the place to learn which address waits for that.
    #[graphql(directive = access::apply(AccessLevel::Authenticated))]
    async fn viewer(&self, ctx: &Context<'_>) -> Result<Viewer, ApiError> {
        let viewer = viewer(ctx).await?;
        Ok(Viewer {
            user: User::of_self(viewer.user.clone()),
            session: Session::new(of::<Sessions>(ctx)?, viewer.session.clone(), true),
        })
    }
}
