//! Invitations into an organization.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use uuid::Uuid;

use super::access::{AccessLevel, access};
use super::budget::Budget;
use super::caller::{client, of, viewer};
use super::error::ApiError;
use super::input::{id, invalid};
use super::loaders::Loaders;
use super::memberships::{Membership, OrganizationRole};
use super::organizations::Organization;
use super::scalars::DateTime;
use super::users::User;
use crate::domain::{self, EmailAddress};
use crate::service::{AuthError, Invitations, Invite};

/// That whoever has an address may join an organization. It waits for 48 hours unless the operator
/// changed that.
pub struct Invitation {
    invitation: domain::Invitation,
    seen_by: Uuid,
}

impl Invitation {
    pub(super) fn seen_by(invitation: domain::Invitation, seen_by: Uuid) -> Self {
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
    pub(super) async fn id(&self) -> ID {
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

/// Which invitation to withdraw.
#[derive(InputObject)]
pub struct RevokeInvitationInput {
    invitation_id: ID,
}

/// The invitation is gone, and its link is void.
#[derive(SimpleObject)]
pub struct RevokeInvitationPayload {
    revoked_invitation_id: ID,
}

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

#[derive(Default)]
pub struct InvitationMutation;

#[Object]
impl InvitationMutation {
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

    /// Withdraws an invitation: its link is void. For those who may make such a one.
    ///
    /// Errors: INVITATION_NOT_FOUND, ORGANIZATION_ROLE_INSUFFICIENT, AUTH_TOKEN_STALE, RATE_LIMITED.
    #[graphql(directive = access::apply(AccessLevel::Verified))]
    async fn revoke_invitation(
        &self,
        ctx: &Context<'_>,
        input: RevokeInvitationInput,
    ) -> Result<RevokeInvitationPayload, ApiError> {
        let named = id(&input.invitation_id).ok_or(AuthError::InvitationNotFound)?;
        let viewer = viewer(ctx).await?;
        let invitations = of::<Invitations>(ctx)?;
        invitations.revoke(&viewer, client(ctx)?, named).await?;
        Ok(RevokeInvitationPayload {
            revoked_invitation_id: named.into(),
        })
    }

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
