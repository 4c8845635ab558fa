//! Inviting an address into an organization.

use uuid::Uuid;

use super::Invitations;
use crate::domain::{
    Client, EmailAddress, Identifier, Invitation, InvitationConflict, Role, Viewer,
};
use crate::service::error::AuthError;
use crate::service::limits::{Attempt, Subject};
use crate::service::mail::{Composed, Content, Template};
use crate::store::{InvitationError, NewInvitation};

impl Invitations {
    /// Invites an address into an organization. Whether it has an account is not told.
    ///
    /// # Errors
    /// `OrganizationNotFound`, `RoleInsufficient`, `TokenStale`; `MembershipExists`,
    /// `InvitationExists`; `RateLimited`.
    pub async fn invite(
        &self,
        viewer: &Viewer,
        client: &Client,
        organization_id: Uuid,
        email: EmailAddress,
        role: Role,
    ) -> Result<Invitation, AuthError> {
        let user_id = viewer.user.id;
        self.limits
            .charge_account(Attempt::InviteMember, client, user_id)
            .await?;
        let actor = viewer.actor();
        let own = self.store.find_role(organization_id, user_id).await?;
        actor.with_role(organization_id, own, |own| own.manages(role))?;
        // Where no mail would go nothing is charged: an address is kept from nobody without mail to it.
        let now = self.clock.now();
        let standing = self
            .store
            .find_standing(organization_id, &email, now)
            .await?;
        if let Some(standing) = standing {
            return Err(needless(standing));
        }
        let subject = (Subject::Address, email.canonical());
        let whose = Some(Identifier::Id(user_id));
        self.limits
            .charge(Attempt::MailInvitation, client, &[subject], whose)
            .await?;
        let seen_by = Some(user_id);
        let mut found = self
            .store
            .list_organizations(&[organization_id], seen_by)
            .await?;
        let organization = found.pop().ok_or(AuthError::OrganizationNotFound)?;
        let (new, mail) = self.compose(
            viewer,
            client,
            (organization_id, &organization.name),
            email,
            role,
        )?;
        let deed = self.events.deed(client);
        let (invitation, told) = self.store.insert_invitation(&actor, &new, &deed).await?;
        self.letters.announce(&[], &told);
        self.mail.announce(&mail, Some(&invitation.email));
        Ok(invitation)
    }

    /// Makes an invitation and the mail that carries it.
    fn compose(
        &self,
        viewer: &Viewer,
        client: &Client,
        (organization_id, organization): (Uuid, &str),
        email: EmailAddress,
        role: Role,
    ) -> Result<(NewInvitation, Composed), AuthError> {
        let now = self.clock.now();
        let expires_at = now + self.ttl;
        let user = &viewer.user;
        let inviter = user.display_name.as_deref().unwrap_or(&user.username);
        let mail = self.mail.compose(
            Template::Invitation,
            Content {
                // Anybody can found an organization, and must not have us mail links of theirs.
                organization: Some(organization.to_owned()),
                inviter: Some(inviter.to_owned()),
                role: Some(role.as_str().to_owned()),
                ..self.mail.content(client, expires_at)
            },
        )?;
        let new = NewInvitation {
            id: self.random.id(now),
            organization_id,
            email,
            role,
            token: mail.token.clone(),
            message: mail.message.clone(),
            expires_at,
        };
        Ok((new, mail))
    }
}

impl From<InvitationError> for AuthError {
    fn from(error: InvitationError) -> Self {
        match error {
            InvitationError::Denied(denied) => denied.into(),
            InvitationError::Needless(standing) => needless(standing),
            InvitationError::Store(error) => error.into(),
        }
    }
}

/// Returns why nobody is invited at this address.
fn needless(standing: InvitationConflict) -> AuthError {
    match standing {
        InvitationConflict::Member => AuthError::MembershipExists,
        InvitationConflict::Invited => AuthError::InvitationExists,
    }
}
