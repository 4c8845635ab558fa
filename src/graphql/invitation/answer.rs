//! The answer to an invitation: yes or no.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

use crate::graphql::access::{AccessLevel, access};
use crate::graphql::engine::caller::{client, of, viewer};
use crate::graphql::error::ApiError;
use crate::graphql::input::{id, invalid};
use crate::graphql::membership::read::Membership;
use crate::service::{AuthError, Invitations, Invite};

/// Which invitation to accept.
#[derive(InputObject)]
pub struct AcceptInvitationInput {
    /// From the mail; or give invitationId.
    token: Option<String>,
    /// From the query `invitations`; or give the token.
    invitation_id: Option<ID>,
}

/// The logged-in user belongs to the organization.
#[derive(SimpleObject)]
pub struct AcceptInvitationPayload {
    membership: Membership,
}

/// Which invitation to decline.
#[derive(InputObject)]
pub struct DeclineInvitationInput {
    /// From the mail; or give invitationId.
    token: Option<String>,
    /// From the query `invitations`; or give the token.
    invitation_id: Option<ID>,
}

/// The invitation is gone.
#[derive(SimpleObject)]
pub struct DeclineInvitationPayload {
    declined_invitation_id: ID,
}

#[derive(Default)]
pub struct AnswerInvitationMutation;

#[Object]
impl AnswerInvitationMutation {
    /// Makes the logged-in user a member, if the invitation is to their address.
    ///
    /// Errors: AUTH_LINK_INVALID (used, withdrawn or expired), INVITATION_NOT_FOUND (likewise, by id),
    /// INVITATION_EMAIL_MISMATCH, MEMBERSHIP_EXISTS, VALIDATION_FAILED, RATE_LIMITED.
    #[graphql(directive = access::apply(AccessLevel::Verified))]
    async fn accept_invitation(
        &self,
        ctx: &Context<'_>,
        input: AcceptInvitationInput,
    ) -> Result<AcceptInvitationPayload, ApiError> {
        let invite = invite(input.token, input.invitation_id)?;
        let viewer = viewer(ctx).await?;
        let invitations = of::<Invitations>(ctx)?;
        let joined = invitations.accept(&viewer, client(ctx)?, &invite).await?;
        Ok(AcceptInvitationPayload {
            membership: Membership::seen_by(joined, viewer.user.id),
        })
    }

    /// Says no to an invitation to the logged-in user's address.
    ///
    /// Errors: AUTH_LINK_INVALID (used, withdrawn or expired), INVITATION_NOT_FOUND (likewise, by id),
    /// INVITATION_EMAIL_MISMATCH, VALIDATION_FAILED, RATE_LIMITED.
    #[graphql(directive = access::apply(AccessLevel::Verified))]
    async fn decline_invitation(
        &self,
        ctx: &Context<'_>,
        input: DeclineInvitationInput,
    ) -> Result<DeclineInvitationPayload, ApiError> {
        let invite = invite(input.token, input.invitation_id)?;
        let viewer = viewer(ctx).await?;
        let invitations = of::<Invitations>(ctx)?;
        let declined = invitations.decline(&viewer, client(ctx)?, &invite).await?;
        Ok(DeclineInvitationPayload {
            declined_invitation_id: declined.into(),
        })
    }
}

/// What an answer names its invitation by.
fn invite(token: Option<String>, named: Option<ID>) -> Result<Invite, ApiError> {
    match (token, named) {
        (Some(token), None) => Ok(Invite::Token(token)),
        (None, Some(named)) => Ok(Invite::Id(id(&named).ok_or(AuthError::InvitationNotFound)?)),
        _ => Err(invalid(
            "token",
            "or the invitation id must be given, and not both",
        )),
    }
}
