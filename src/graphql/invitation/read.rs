//! The invitation, its preview by the mailed token, and the queries for both.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, SimpleObject};

use crate::domain;
use crate::domain::UserId;
use crate::graphql::access::{AccessLevel, access};
use crate::graphql::account::user::User;
use crate::graphql::engine::budget::Budget;
use crate::graphql::engine::caller::{client, data, services, viewer};
use crate::graphql::error::ApiError;
use crate::graphql::loaders::Loaders;
use crate::graphql::membership::read::OrganizationRole;
use crate::graphql::organization::read::Organization;
use crate::graphql::scalars::DateTime;

/// An invitation of an email address to an organization. It can be answered for 48 hours unless the operator changed that.
pub struct Invitation {
    invitation: domain::Invitation,
    viewer_id: UserId,
}

impl Invitation {
    pub fn new(invitation: domain::Invitation, viewer_id: UserId) -> Self {
        Self {
            invitation,
            viewer_id,
        }
    }
}

/// An invitation of an email address to an organization. It can be answered for 48 hours unless the operator changed that.
#[Object]
impl Invitation {
    /// The unique id of the invitation.
    pub async fn id(&self) -> ID {
        self.invitation.id.into()
    }

    /// The organization to join. The invited user sees its name, but no members before they accept.
    async fn organization(&self, ctx: &Context<'_>) -> Result<Organization, ApiError> {
        let id = self.invitation.organization_id;
        let organization = data::<Loaders>(ctx)?.organization(id).await?;
        Ok(Organization::new(organization, self.viewer_id))
    }

    /// The invited email address.
    async fn email(&self) -> &str {
        &self.invitation.email
    }

    /// The role that the new member gets.
    async fn role(&self) -> OrganizationRole {
        self.invitation.role.into()
    }

    /// The user who sent the invitation.
    async fn invited_by(&self, ctx: &Context<'_>) -> Result<Option<User>, ApiError> {
        let user = data::<Loaders>(ctx)?
            .user(self.invitation.invited_by)
            .await?;
        Ok(Some(User::new(user, self.viewer_id)))
    }

    /// The time at which the invitation was sent.
    async fn created_at(&self) -> DateTime {
        DateTime(self.invitation.created_at)
    }

    /// The time until which the invitation can be answered.
    async fn expires_at(&self) -> DateTime {
        DateTime(self.invitation.expires_at)
    }
}

/// An invitation as the holder of its mailed token sees it. Show it before they accept it or register.
#[derive(SimpleObject)]
pub struct InvitationPreview {
    /// The name of the organization to join. Show it as text, never as a link: somebody else chose it.
    organization_name: String,
    /// The role that the new member gets.
    role: OrganizationRole,
    /// The display name of the inviter, or their username if they have none; null if it is not on record. Show it as text,
    /// never as a link.
    invited_by_name: Option<String>,
    /// The invited email address.
    email: String,
    /// The time until which the invitation can be answered.
    expires_at: DateTime,
}

impl From<domain::InvitationPreview> for InvitationPreview {
    fn from(preview: domain::InvitationPreview) -> Self {
        Self {
            organization_name: preview.organization_name,
            role: preview.role.into(),
            invited_by_name: preview.invited_by_name,
            email: preview.email,
            expires_at: DateTime(preview.expires_at),
        }
    }
}

#[derive(Default)]
pub struct InvitationQuery;

#[Object]
impl InvitationQuery {
    /// The invitation of a mailed token. Show it before you call `acceptInvitation`, or `register` with the same token.
    ///
    /// Reading it does not use the token up. The field may stand once in an operation, and needs POST, so that the token is
    /// in no URL. It is null only together with an error.
    ///
    /// Errors: AUTH_LINK_INVALID (unknown, answered, revoked or expired), RATE_LIMITED.
    #[graphql(directive = access::apply(AccessLevel::Public))]
    async fn invitation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The token from the mailed link, `lkm_…`.")] token: String,
    ) -> Result<Option<InvitationPreview>, ApiError> {
        let invitations = &services(ctx)?.invitations;
        let preview = invitations.preview(&token, client(ctx)?).await?;
        Ok(Some(preview.into()))
    }

    /// The invitations to the signed-in user's email address that still wait for an answer.
    #[graphql(directive = access::apply(AccessLevel::Verified))]
    async fn invitations(&self, ctx: &Context<'_>) -> Result<Vec<Invitation>, ApiError> {
        let viewer = viewer(ctx).await?;
        let invitations = services(ctx)?.invitations.list(&viewer).await?;
        data::<Arc<Budget>>(ctx)?
            .take_objects(invitations.len())
            .await?;
        let invitation = |invitation| Invitation::new(invitation, viewer.user.id);
        Ok(invitations.into_iter().map(invitation).collect())
    }
}
