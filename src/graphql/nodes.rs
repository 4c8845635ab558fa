//! Any object that the caller may see, by its id alone.

use std::sync::Arc;

use async_graphql::{Context, ID, Interface, Object};
use uuid::Uuid;

use crate::domain::{self, NodeKind};
use crate::graphql::access::{AccessLevel, access};
use crate::graphql::account::user::User;
use crate::graphql::engine::budget::Budget;
use crate::graphql::engine::caller::{of, viewer};
use crate::graphql::error::ApiError;
use crate::graphql::input::id;
use crate::graphql::invitation::read::Invitation;
use crate::graphql::loaders::Loaders;
use crate::graphql::membership::read::Membership;
use crate::graphql::organization::read::Organization;
use crate::graphql::session::session::Session;
use crate::service::{Directory, Invitations, Sessions};

/// An object with an id of its own.
#[derive(Interface)]
#[graphql(field(
    name = "id",
    ty = "ID",
    desc = "Names the object, among all objects of any type."
))]
enum Node {
    Invitation(Invitation),
    Membership(Membership),
    Organization(Organization),
    Session(Session),
    User(User),
}

#[derive(Default)]
pub struct NodeQuery;

#[Object]
impl NodeQuery {
    /// An object that the viewer may see, else null: a user or an organization that they share, one of their sessions, a
    /// membership in one of their organizations, an invitation to them or into an organization that they manage.
    ///
    /// Errors: AUTH_TOKEN_STALE.
    #[graphql(directive = access::apply(AccessLevel::Verified))]
    async fn node(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Node>, ApiError> {
        let viewer = viewer(ctx).await?;
        let Some(named) = self::id(&id) else {
            return Ok(None);
        };
        of::<Arc<Budget>>(ctx)?.take_objects(1)?;
        let kind = of::<Directory>(ctx)?.kind(named).await?;
        match kind {
            Some(kind) => find(ctx, kind, named, &viewer).await,
            None => Ok(None),
        }
    }
}

async fn find(
    ctx: &Context<'_>,
    kind: NodeKind,
    id: Uuid,
    viewer: &domain::Viewer,
) -> Result<Option<Node>, ApiError> {
    let seen_by = viewer.user.id;
    let loaders = of::<Loaders>(ctx)?;
    Ok(match kind {
        NodeKind::User => {
            let found = loaders.visible_user(id, seen_by).await?;
            found.map(|user| Node::User(User::seen_by(user, seen_by)))
        }
        NodeKind::Organization => {
            let found = loaders.visible_organization(id, seen_by).await?;
            found.map(|found| Node::Organization(Organization::seen_by(found, seen_by)))
        }
        NodeKind::Session => {
            let sessions = of::<Sessions>(ctx)?;
            let found = sessions.find(seen_by, id).await?;
            let current = id == viewer.session.id;
            found.map(|session| Node::Session(Session::new(sessions, session, current)))
        }
        NodeKind::Membership => {
            let found = of::<Directory>(ctx)?.membership(id, seen_by).await?;
            found.map(|found| Node::Membership(Membership::seen_by(found, seen_by)))
        }
        NodeKind::Invitation => {
            let found = of::<Invitations>(ctx)?.find_visible(viewer, id).await?;
            found.map(|found| Node::Invitation(Invitation::seen_by(found, seen_by)))
        }
    })
}
