//! Answers to invitations: accepting one makes a member, declining one does not.

use super::Invitations;
use crate::domain::{
    Client, Id, Invitation, InvitationId, InvitationKey, Membership, Role, UserId, Viewer,
};
use crate::service::error::AuthError;
use crate::service::mail::read_token;
use crate::service::organization::member_email;
use crate::service::rate_limits::RateLimitedAction;
use crate::store::{AnswerError, NewMemberEmail};

/// The reference by which an answer names its invitation.
#[derive(Clone, Debug)]
pub enum InvitationRef {
    /// The mailed token.
    Token(String),
    Id(InvitationId),
}

impl InvitationRef {
    /// Returns the error for an invitation that is not pending.
    fn not_found(&self) -> AuthError {
        match self {
            Self::Token(_) => AuthError::LinkInvalid,
            Self::Id(_) => AuthError::InvitationNotFound,
        }
    }

    /// Returns the error for an answer that the store refused.
    fn refusal(&self, error: AnswerError) -> AuthError {
        match error {
            AnswerError::Gone => self.not_found(),
            AnswerError::MemberExists => AuthError::MembershipExists,
            AnswerError::Store(error) => error.into(),
        }
    }

    fn key(&self) -> Result<InvitationKey, AuthError> {
        Ok(match self {
            Self::Token(text) => InvitationKey::Token(read_token(text)?),
            Self::Id(id) => InvitationKey::Id(*id),
        })
    }
}

impl Invitations {
    /// Accepts an invitation: makes the viewer a member.
    ///
    /// # Errors
    /// `LinkInvalid`, `InvitationNotFound`; `InvitationEmailMismatch`; `MembershipExists`;
    /// `RateLimited`.
    pub async fn accept(
        &self,
        viewer: &Viewer,
        client: &Client,
        reference: &InvitationRef,
    ) -> Result<Membership, AuthError> {
        let action = RateLimitedAction::AcceptInvitation;
        let invitation = self.find(action, viewer, client, reference).await?;
        let user = &viewer.user;
        let emails = self
            .emails_to_owners(&invitation, user.id, &user.username, client)
            .await?;
        let audit = self.core.audit.begin(client);
        let membership_id = Id::new(self.core.random.id(audit.at));
        let store = &self.core.store;
        let accepted = store
            .accept_invitation(user.id, &invitation, membership_id, &audit, &emails)
            .await
            .map_err(|error| reference.refusal(error))?;
        Ok(self.core.audit.publish(accepted))
    }

    /// Composes the mails to the other owners of an organization, if an invitation makes an owner.
    pub(in crate::service) async fn emails_to_owners(
        &self,
        invitation: &Invitation,
        user_id: UserId,
        username: &str,
        client: &Client,
    ) -> Result<Vec<NewMemberEmail>, AuthError> {
        if invitation.role != Role::Owner {
            return Ok(Vec::new());
        }
        let (core, id) = (&self.core, invitation.organization_id);
        let owners = member_email::list_mailed_owners(core, id, user_id).await?;
        let organizations = core.store.list_organizations(&[id], None).await?;
        let name = organizations
            .first()
            .map_or("", |organization| &organization.name);
        member_email::compose_about_new_owner(core, &owners, name, client, username)
    }

    /// Declines an invitation, and returns its id.
    ///
    /// # Errors
    /// `LinkInvalid`, `InvitationNotFound`; `InvitationEmailMismatch`; `RateLimited`.
    pub async fn decline(
        &self,
        viewer: &Viewer,
        client: &Client,
        reference: &InvitationRef,
    ) -> Result<InvitationId, AuthError> {
        let action = RateLimitedAction::DeclineInvitation;
        let invitation = self.find(action, viewer, client, reference).await?;
        let audit = self.core.audit.begin(client);
        let store = &self.core.store;
        let declined = store
            .decline_invitation(viewer.user.id, &invitation, &audit)
            .await
            .map_err(|error| reference.refusal(error))?;
        self.core.audit.publish(declined);
        Ok(invitation.id)
    }

    /// Finds an invitation that the viewer may answer.
    async fn find(
        &self,
        action: RateLimitedAction,
        viewer: &Viewer,
        client: &Client,
        reference: &InvitationRef,
    ) -> Result<Invitation, AuthError> {
        self.core.rate_limits.charge_network(action, client).await?;
        let key = reference.key()?;
        let (store, now) = (&self.core.store, self.core.clock.now());
        let invitation = store
            .find_invitation(&key, Some(viewer.user.id), now)
            .await?
            .ok_or_else(|| reference.not_found())?;
        match reference {
            _ if invitation.is_own => Ok(invitation.invitation),
            // A user who has the token has read the mail, so the error may reveal the invitation.
            InvitationRef::Token(_) => Err(AuthError::InvitationEmailMismatch),
            InvitationRef::Id(_) => Err(AuthError::InvitationNotFound),
        }
    }
}
