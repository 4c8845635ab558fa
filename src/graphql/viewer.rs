//! The caller.

use async_graphql::{Context, Object, SimpleObject};

use super::access::{AccessLevel, access};
use super::caller::{of, viewer};
use super::error::ApiError;
use super::sessions::Session;
use super::users::User;
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
