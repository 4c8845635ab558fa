//! The invitation, its preview by the mailed token, and the queries for both.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, SimpleObject};
use uuid::Uuid;

use crate::domain;
use crate::graphql::access::{AccessLevel, access};
use crate::graphql::account::user::User;
use crate::graphql::engine::budget::Budget;
use crate::graphql::engine::caller::{client, of, viewer};
use crate::graphql::error::ApiError;
use crate::graphql::loaders::Loaders;
use crate::graphql::membership::read::OrganizationRole;
use crate::graphql::organization::read::Organization;
use crate::graphql::scalars::DateTime;
use crate::service::Invitations;

/// That whoever has an address may join an organization. It waits for 48 hours unless the operator
/// changed that.
pub struct Invitation {
    invitation: domain::Invitation,
    seen_by: Uuid,
}

impl Invitation {
    pub fn seen_by(invitation: domain::Invitation, seen_by: Uuid) -> Self {
        Self {
            invitation,
            seen_by,
        }
    }
}

/// That whoever has an address may join an organization. It waits for 48 hours unless the operator
/// changed that.
#[Object]
impl Invitation {
    pub async fn id(&self) -> ID {
        self.invitation.id.into()
    }

    /// To whom is invited it shows its name, and no members.
    async fn organization(&self, ctx: &Context<'_>) -> Result<Organization, ApiError> {
        let id = self.invitation.organization_id;
        let organization = of::<Loaders>(ctx)?.organization(id).await?;
        Ok(Organization::seen_by(organization, self.seen_by))
    }

    /// To which address.
    async fn email(&self) -> &str {
        &self.invitation.email
    }

    /// As what to join.
    async fn role(&self) -> OrganizationRole {
        self.invitation.role.into()
    }

    /// Who invites.
    async fn invited_by(&self, ctx: &Context<'_>) -> Result<Option<User>, ApiError> {
        let user = of::<Loaders>(ctx)?.user(self.invitation.invited_by).await?;
        Ok(Some(User::seen_by(user, self.seen_by)))
    }

    async fn created_at(&self) -> DateTime {
        DateTime(self.invitation.created_at)
    }

    /// Until when it can be accepted.
    async fn expires_at(&self) -> DateTime {
        DateTime(self.invitation.expires_at)
    }
}

/// What an invitation is for, as the holder of its mailed token sees it: show it before they accept it or register.
#[derive(SimpleObject)]
pub struct InvitationPreview {
    /// Show it as text, never as a link, like every name here: somebody else chose it.
    organization_name: String,
    /// The role that the new member gets.
    role: OrganizationRole,
    /// The display name of the inviter, else their username; null if it is not on record.
    invited_by_name: Option<String>,
    /// The address that is invited.
    email: String,
    /// When the invitation expires.
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
    /// What an invitation is for, by its mailed token: to be shown before `acceptInvitation`, or before `register` with the
    /// same token.
    ///
    /// Does not use the invitation up. May stand once in an operation, and needs POST: a token must not stand in a URL.
    ///
    /// Errors: AUTH_LINK_INVALID (unknown, answered, withdrawn or expired), RATE_LIMITED.
    #[graphql(directive = access::apply(AccessLevel::Public))]
    async fn invitation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "From the mail, `lkm_…`.")] token: String,
    ) -> Result<Option<InvitationPreview>, ApiError> {
        let invitations = of::<Invitations>(ctx)?;
        let found = invitations.preview(&token, client(ctx)?).await?;
        Ok(Some(found.into()))
    }

    /// Invitations to the signed-in user's address that still wait for an answer.
    #[graphql(directive = access::apply(AccessLevel::Verified))]
    async fn invitations(&self, ctx: &Context<'_>) -> Result<Vec<Invitation>, ApiError> {
        let viewer = viewer(ctx).await?;
        let found = of::<Invitations>(ctx)?.list(&viewer).await?;
        of::<Arc<Budget>>(ctx)?.take_objects(found.len())?;
        let invitation = |invitation| Invitation::seen_by(invitation, viewer.user.id);
        Ok(found.into_iter().map(invitation).collect())
    }
}
