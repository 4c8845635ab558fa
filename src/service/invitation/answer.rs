//! The answer to an invitation: yes, which makes a member, or no.

use uuid::Uuid;

use super::Invitations;
use crate::domain::{Client, Invitation, InvitationKey, Membership, Role, Viewer};
use crate::service::error::AuthError;
use crate::service::limits::Attempt;
use crate::service::mail::read_token;
use crate::service::organization::mail::MAX_OWNERS_TOLD;
use crate::store::{AcceptanceError, NewLetter};

/// The part of an invitation by which somebody who answers it names it.
#[derive(Clone, Debug)]
pub enum Invite {
    /// The text of the mailed token.
    Token(String),
    Id(Uuid),
}

impl Invite {
    /// Returns the refusal when there is none such that waits for an answer.
    fn missing(&self) -> AuthError {
        match self {
            Self::Token(_) => AuthError::LinkInvalid,
            Self::Id(_) => AuthError::InvitationNotFound,
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
    /// Makes the viewer a member.
    ///
    /// # Errors
    /// `LinkInvalid`, `InvitationNotFound`; `InvitationEmailMismatch`; `MembershipExists`;
    /// `RateLimited`.
    pub async fn accept(
        &self,
        viewer: &Viewer,
        client: &Client,
        invite: &Invite,
    ) -> Result<Membership, AuthError> {
        let attempt = Attempt::AcceptInvitation;
        let invitation = self.find(attempt, viewer, client, invite).await?;
        let user = &viewer.user;
        let letters = self
            .letters_to_owners(&invitation, user.id, &user.username, client)
            .await?;
        let deed = self.events.deed(client);
        let accepted = self
            .store
            .accept_invitation(
                viewer.user.id,
                &invitation,
                self.random.id(deed.at),
                &deed,
                &letters,
            )
            .await;
        let (membership, told) = accepted.map_err(|error| match error {
            AcceptanceError::Gone => invite.missing(),
            AcceptanceError::MemberExists => AuthError::MembershipExists,
            AcceptanceError::Store(error) => error.into(),
        })?;
        self.letters.announce(&letters, &told);
        Ok(membership)
    }

    /// Composes the mails to the owners of an organization if an invitation makes somebody another one.
    pub(in crate::service) async fn letters_to_owners(
        &self,
        invitation: &Invitation,
        user_id: Uuid,
        username: &str,
        client: &Client,
    ) -> Result<Vec<NewLetter>, AuthError> {
        if invitation.role != Role::Owner {
            return Ok(Vec::new());
        }
        let id = invitation.organization_id;
        let others = self
            .store
            .list_other_owners(id, user_id, MAX_OWNERS_TOLD)
            .await?;
        let found = self.store.list_organizations(&[id], None).await?;
        let name = found.first().map_or("", |organization| &organization.name);
        self.letters
            .compose_owner_added(&others, name, client, username)
    }

    /// Declines an invitation, and returns its id.
    ///
    /// # Errors
    /// `LinkInvalid`, `InvitationNotFound`; `InvitationEmailMismatch`; `RateLimited`.
    pub async fn decline(
        &self,
        viewer: &Viewer,
        client: &Client,
        invite: &Invite,
    ) -> Result<Uuid, AuthError> {
        let attempt = Attempt::DeclineInvitation;
        let invitation = self.find(attempt, viewer, client, invite).await?;
        let deed = self.events.deed(client);
        let user_id = viewer.user.id;
        let declined = self
            .store
            .decline_invitation(user_id, &invitation, &deed)
            .await?;
        let told = declined.ok_or_else(|| invite.missing())?;
        self.letters.announce(&[], &told);
        Ok(invitation.id)
    }

    /// Finds an invitation that the viewer may answer.
    async fn find(
        &self,
        attempt: Attempt,
        viewer: &Viewer,
        client: &Client,
        invite: &Invite,
    ) -> Result<Invitation, AuthError> {
        self.limits.charge(attempt, client, &[], None).await?;
        let key = invite.key()?;
        let now = self.clock.now();
        let found = self.store.find_invitation(&key, viewer.user.id, now);
        let found = found.await?.ok_or_else(|| invite.missing())?;
        match invite {
            _ if found.is_own => Ok(found.invitation),
            // A user who has the token has read the mail, and may know.
            Invite::Token(_) => Err(AuthError::InvitationEmailMismatch),
            Invite::Id(_) => Err(AuthError::InvitationNotFound),
        }
    }
}
