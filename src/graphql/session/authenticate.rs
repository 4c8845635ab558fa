//! The viewer: the caller of a request, and their session.

use async_graphql::{Context, Object, SimpleObject};

use crate::graphql::access::{AccessLevel, access};
use crate::graphql::account::user::User;
use crate::graphql::engine::caller::{services, viewer};
use crate::graphql::error::ApiError;
use crate::graphql::session::types::Session;

/// The caller of a request, and their session.
#[derive(SimpleObject)]
pub struct Viewer {
    /// The signed-in user.
    user: User,
    /// The session of the access token that the request was sent with.
    session: Session,
}

#[derive(Default)]
pub struct ViewerQuery;

#[Object]
impl ViewerQuery {
    /// The signed-in user and their session, also before their email address is verified. Read it to see which address is to be
    /// verified.
    #[graphql(directive = access::apply(AccessLevel::Authenticated))]
    async fn viewer(&self, ctx: &Context<'_>) -> Result<Viewer, ApiError> {
        let viewer = viewer(ctx).await?;
        Ok(Viewer {
            user: User::of_self(viewer.user.clone()),
            session: Session::new(&services(ctx)?.sessions, viewer.session.clone(), true),
        })
    }
}
