//! The answer to an invitation: acceptance or refusal.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

use crate::graphql::access::{AccessLevel, access};
use crate::graphql::engine::caller::{client, services, viewer};
use crate::graphql::error::ApiError;
use crate::graphql::input::{invalid, parse_id};
use crate::graphql::membership::read::Membership;
use crate::service::{AuthError, InvitationRef};

/// The input of `acceptInvitation`: either the token or the id of an invitation.
#[derive(InputObject)]
pub struct AcceptInvitationInput {
    /// The token from the mailed link, `lkm_…`. Give this or `invitationId`.
    token: Option<String>,
    /// The id of the invitation, from the query `invitations`. Give this or `token`.
    invitation_id: Option<ID>,
}

/// The result of `acceptInvitation`.
#[derive(SimpleObject)]
pub struct AcceptInvitationPayload {
    /// The signed-in user's new membership.
    membership: Membership,
}

/// The input of `declineInvitation`: either the token or the id of an invitation.
#[derive(InputObject)]
pub struct DeclineInvitationInput {
    /// The token from the mailed link, `lkm_…`. Give this or `invitationId`.
    token: Option<String>,
    /// The id of the invitation, from the query `invitations`. Give this or `token`.
    invitation_id: Option<ID>,
}

/// The result of `declineInvitation`.
#[derive(SimpleObject)]
pub struct DeclineInvitationPayload {
    /// The id of the invitation, which no longer exists.
    declined_invitation_id: ID,
}

#[derive(Default)]
pub struct AnswerInvitationMutation;

#[Object]
impl AnswerInvitationMutation {
    /// Accepts an invitation to the signed-in user's email address and makes them a member of the organization.
    ///
    /// Errors: AUTH_LINK_INVALID (the token is used, revoked or expired), INVITATION_NOT_FOUND (the same, by id),
    /// INVITATION_EMAIL_MISMATCH, MEMBERSHIP_EXISTS, VALIDATION_FAILED, RATE_LIMITED.
    #[graphql(directive = access::apply(AccessLevel::Verified))]
    async fn accept_invitation(
        &self,
        ctx: &Context<'_>,
        input: AcceptInvitationInput,
    ) -> Result<AcceptInvitationPayload, ApiError> {
        let invite = parse_invite(input.token, input.invitation_id)?;
        let viewer = viewer(ctx).await?;
        let invitations = &services(ctx)?.invitations;
        let membership = invitations.accept(&viewer, client(ctx)?, &invite).await?;
        Ok(AcceptInvitationPayload {
            membership: Membership::new(membership, viewer.user.id),
        })
    }

    /// Declines an invitation to the signed-in user's email address.
    ///
    /// Errors: AUTH_LINK_INVALID (the token is used, revoked or expired), INVITATION_NOT_FOUND (the same, by id),
    /// INVITATION_EMAIL_MISMATCH, VALIDATION_FAILED, RATE_LIMITED.
    #[graphql(directive = access::apply(AccessLevel::Verified))]
    async fn decline_invitation(
        &self,
        ctx: &Context<'_>,
        input: DeclineInvitationInput,
    ) -> Result<DeclineInvitationPayload, ApiError> {
        let invite = parse_invite(input.token, input.invitation_id)?;
        let viewer = viewer(ctx).await?;
        let invitations = &services(ctx)?.invitations;
        let invitation_id = invitations.decline(&viewer, client(ctx)?, &invite).await?;
        Ok(DeclineInvitationPayload {
            declined_invitation_id: invitation_id.into(),
        })
    }
}

/// Parses the token or the id of an invitation.
fn parse_invite(token: Option<String>, id: Option<ID>) -> Result<InvitationRef, ApiError> {
    match (token, id) {
        (Some(token), None) => Ok(InvitationRef::Token(token)),
        (None, Some(id)) => {
            let id = parse_id(&id).ok_or(AuthError::InvitationNotFound)?;
            Ok(InvitationRef::Id(id))
        }
        _ => Err(invalid(
            "token",
            "or the invitation id must be given, and not both",
        )),
    }
}
