//! Invitations of an address into an organization.

use super::Invitations;
use crate::domain::{
    Client, EmailAddress, Id, Identifier, Invitation, InvitationConflict, Organization,
    OrganizationId, Role, UserId, Viewer,
};
use crate::service::error::AuthError;
use crate::service::mail::{Content, Template};
use crate::service::rate_limits::{LimitScope, RateLimitedAction};
use crate::store::{InvitationError, NewInvitation};

impl Invitations {
    /// Invites an address into an organization. Does not reveal whether the address has an account.
    ///
    /// # Errors
    /// `OrganizationNotFound`, `RoleInsufficient`, `TokenStale`; `MembershipExists`,
    /// `InvitationExists`; `RateLimited`.
    pub async fn invite(
        &self,
        viewer: &Viewer,
        client: &Client,
        organization_id: OrganizationId,
        email: EmailAddress,
        role: Role,
    ) -> Result<Invitation, AuthError> {
        let user_id = viewer.user.id;
        self.core
            .rate_limits
            .charge_account(RateLimitedAction::InviteMember, client, user_id)
            .await?;
        let (store, actor) = (&self.core.store, viewer.actor());
        let own_role = store.find_role(organization_id, user_id).await?;
        actor.with_role(organization_id, own_role, |own_role| own_role.manages(role))?;
        // Checked before the charge, so that an attempt that sends no mail does not use up the limit of the address.
        let now = self.core.clock.now();
        let conflict = store.find_conflict(organization_id, &email, now).await?;
        if let Some(conflict) = conflict {
            return Err(conflict_error(conflict));
        }
        self.charge_mail(user_id, client, &email).await?;
        let mut organizations = store
            .list_organizations(&[organization_id], Some(user_id))
            .await?;
        let organization = organizations.pop();
        let organization = organization.ok_or(AuthError::OrganizationNotFound)?;
        let new = self.compose(viewer, client, &organization, email, role)?;
        let audit = self.core.audit.begin(client);
        let invited = store.insert_invitation(&actor, &new, &audit).await?;
        Ok(self.core.audit.publish(invited))
    }

    /// Charges the mail of an invitation.
    async fn charge_mail(
        &self,
        user_id: UserId,
        client: &Client,
        email: &EmailAddress,
    ) -> Result<(), AuthError> {
        let action = RateLimitedAction::MailInvitation;
        let party = (LimitScope::Address, email.canonical());
        let account = Some(Identifier::Id(user_id));
        self.core
            .rate_limits
            .charge(action, client, &[party], account)
            .await?;
        Ok(())
    }

    /// Composes an invitation, with the mail that carries it.
    fn compose(
        &self,
        viewer: &Viewer,
        client: &Client,
        organization: &Organization,
        email: EmailAddress,
        role: Role,
    ) -> Result<NewInvitation, AuthError> {
        let user = &viewer.user;
        let inviter = user.display_name.as_deref().unwrap_or(&user.username);
        let content = Content {
            // Anyone can found an organization, and must not be able to mail links in its name.
            organization: Some(organization.name.clone()),
            inviter: Some(inviter.to_owned()),
            role: Some(role.as_str().to_owned()),
            ..Content::default()
        };
        let template = Template::Invitation;
        let link = self.core.mail.compose_link(template, client, content)?;
        Ok(NewInvitation {
            id: Id::new(self.core.random.id(link.created_at)),
            organization_id: organization.id,
            email,
            role,
            link,
        })
    }
}

impl From<InvitationError> for AuthError {
    fn from(error: InvitationError) -> Self {
        match error {
            InvitationError::Denied(denied) => denied.into(),
            InvitationError::Conflict(conflict) => conflict_error(conflict),
            InvitationError::Store(error) => error.into(),
        }
    }
}

/// Returns the error for an address that needs no invitation.
fn conflict_error(conflict: InvitationConflict) -> AuthError {
    match conflict {
        InvitationConflict::Member => AuthError::MembershipExists,
        InvitationConflict::Invited => AuthError::InvitationExists,
    }
}
