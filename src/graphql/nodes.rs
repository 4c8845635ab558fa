//! The query for any object by its id alone.

use std::sync::Arc;

use async_graphql::{Context, ID, Interface, Object};

use crate::domain::{self, NodeId};
use crate::graphql::access::{AccessLevel, access};
use crate::graphql::account::user::User;
use crate::graphql::engine::budget::Budget;
use crate::graphql::engine::caller::{data, services, viewer};
use crate::graphql::error::ApiError;
use crate::graphql::invitation::read::Invitation;
use crate::graphql::loaders::Loaders;
use crate::graphql::membership::read::Membership;
use crate::graphql::organization::read::Organization;
use crate::graphql::session::types::Session;

/// An object with a unique id. The query `node` loads it by this id.
#[derive(Interface)]
#[graphql(field(
    name = "id",
    ty = "ID",
    desc = "The id of the object, unique among objects of all types."
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
    /// The object with this id; null if it does not exist or the viewer may not see it. A viewer may see users and memberships
    /// of their organizations, these organizations, their own sessions, invitations to their email address, and invitations
    /// to organizations that they manage.
    ///
    /// Errors: AUTH_TOKEN_STALE.
    #[graphql(directive = access::apply(AccessLevel::Verified))]
    async fn node(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The id of the object.")] id: ID,
    ) -> Result<Option<Node>, ApiError> {
        let viewer = viewer(ctx).await?;
        let Ok(id) = id.parse() else {
            return Ok(None);
        };
        data::<Arc<Budget>>(ctx)?.take_objects(1).await?;
        match services(ctx)?.directory.node(id).await? {
            Some(id) => load(ctx, id, &viewer).await,
            None => Ok(None),
        }
    }
}

/// Loads an object, if the viewer may see it.
async fn load(
    ctx: &Context<'_>,
    id: NodeId,
    viewer: &domain::Viewer,
) -> Result<Option<Node>, ApiError> {
    let viewer_id = viewer.user.id;
    let loaders = data::<Loaders>(ctx)?;
    Ok(match id {
        NodeId::User(id) => {
            let user = loaders.visible_user(id, viewer_id).await?;
            user.map(|user| Node::User(User::new(user, viewer_id)))
        }
        NodeId::Organization(id) => {
            let organization = loaders.visible_organization(id, viewer_id).await?;
            let node = |organization| Organization::new(organization, viewer_id);
            organization.map(node).map(Node::Organization)
        }
        NodeId::Session(id) => {
            let sessions = &services(ctx)?.sessions;
            let session = sessions.find(viewer_id, id).await?;
            let current = id == viewer.session.id;
            session.map(|session| Node::Session(Session::new(sessions, session, current)))
        }
        NodeId::Membership(id) => {
            let membership = services(ctx)?.directory.membership(id, viewer_id).await?;
            let node = |membership| Membership::new(membership, viewer_id);
            membership.map(node).map(Node::Membership)
        }
        NodeId::Invitation(id) => {
            let invitations = &services(ctx)?.invitations;
            let invitation = invitations.find_visible(viewer, id).await?;
            let node = |invitation| Invitation::new(invitation, viewer_id);
            invitation.map(node).map(Node::Invitation)
        }
    })
}
