//! The invitation of an email address to an organization.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

use crate::domain::EmailAddress;
use crate::graphql::access::{AccessLevel, access};
use crate::graphql::engine::caller::{client, services, viewer};
use crate::graphql::error::ApiError;
use crate::graphql::input::{invalid, parse_id};
use crate::graphql::invitation::read::Invitation;
use crate::graphql::membership::read::OrganizationRole;
use crate::service::AuthError;

/// The input of `inviteMember`.
#[derive(InputObject)]
pub struct InviteMemberInput {
    /// The id of the organization to invite to.
    organization_id: ID,
    /// The email address to invite: at most 254 characters. It needs no account yet.
    email: String,
    /// The role of the new member. Owners may invite with every role, admins with ADMIN and MEMBER.
    #[graphql(default_with = "OrganizationRole::Member")]
    role: OrganizationRole,
}

/// The result of `inviteMember`.
#[derive(SimpleObject)]
pub struct InviteMemberPayload {
    /// The new invitation, which is mailed to the address.
    invitation: Invitation,
}

#[derive(Default)]
pub struct InviteMemberMutation;

#[Object]
impl InviteMemberMutation {
    /// Invites an email address to an organization and mails a link to it. Only owners and admins may.
    ///
    /// The answer is the same whether or not the address has an account. An invitation to an address without an account
    /// waits, and is among `invitations` once a user has verified the address. It is revoked when the inviter loses the role
    /// that it takes to send it.
    ///
    /// Errors: ORGANIZATION_NOT_FOUND, ORGANIZATION_ROLE_INSUFFICIENT, MEMBERSHIP_EXISTS (also for your own address),
    /// INVITATION_EXISTS, AUTH_TOKEN_STALE, VALIDATION_FAILED, RATE_LIMITED.
    #[graphql(directive = access::apply(AccessLevel::Verified))]
    async fn invite_member(
        &self,
        ctx: &Context<'_>,
        input: InviteMemberInput,
    ) -> Result<InviteMemberPayload, ApiError> {
        let email = EmailAddress::parse(&input.email).map_err(|error| invalid("email", error))?;
        let id = parse_id(&input.organization_id).ok_or(AuthError::OrganizationNotFound)?;
        let viewer = viewer(ctx).await?;
        let invitation = services(ctx)?
            .invitations
            .invite(&viewer, client(ctx)?, id, email, input.role.into())
            .await?;
        Ok(InviteMemberPayload {
            invitation: Invitation::new(invitation, viewer.user.id),
        })
    }
}
