//! The invitation of an address.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

use crate::domain::EmailAddress;
use crate::graphql::access::{AccessLevel, access};
use crate::graphql::engine::caller::{client, of, viewer};
use crate::graphql::error::ApiError;
use crate::graphql::input::{id, invalid};
use crate::graphql::invitation::read::Invitation;
use crate::graphql::membership::read::OrganizationRole;
use crate::service::{AuthError, Invitations};

/// Whom to invite.
#[derive(InputObject)]
pub struct InviteMemberInput {
    organization_id: ID,
    /// At most 254 characters. It need not have an account yet.
    email: String,
    /// Admins may invite admins and members.
    #[graphql(default_with = "OrganizationRole::Member")]
    role: OrganizationRole,
}

/// The invitation, which is mailed.
#[derive(SimpleObject)]
pub struct InviteMemberPayload {
    invitation: Invitation,
}

#[derive(Default)]
pub struct InviteMemberMutation;

#[Object]
impl InviteMemberMutation {
    /// Invites an address into an organization, and mails a link. For its owners and admins.
    ///
    /// The answer is the same whether or not the address has an account. An invitation to an address
    /// that has none yet waits, and is among `invitations` once the address is verified. It is withdrawn
    /// when whoever made it loses the role to.
    ///
    /// Errors: ORGANIZATION_NOT_FOUND, ORGANIZATION_ROLE_INSUFFICIENT, MEMBERSHIP_EXISTS (oneself, too),
    /// INVITATION_EXISTS, AUTH_TOKEN_STALE, VALIDATION_FAILED, RATE_LIMITED.
    #[graphql(directive = access::apply(AccessLevel::Verified))]
    async fn invite_member(
        &self,
        ctx: &Context<'_>,
        input: InviteMemberInput,
    ) -> Result<InviteMemberPayload, ApiError> {
        let email =
            EmailAddress::parse(&input.email).map_err(|message| invalid("email", &message))?;
        let named = id(&input.organization_id).ok_or(AuthError::OrganizationNotFound)?;
        let viewer = viewer(ctx).await?;
        let made = of::<Invitations>(ctx)?
            .invite(&viewer, client(ctx)?, named, email, input.role.into())
            .await?;
        Ok(InviteMemberPayload {
            invitation: Invitation::seen_by(made, viewer.user.id),
        })
    }
}
