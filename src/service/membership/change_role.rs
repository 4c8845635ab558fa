//! Changes of a member's role.

use super::Memberships;
use crate::domain::{Client, Member, Membership, MembershipId, Role, Viewer};
use crate::service::error::AuthError;
use crate::service::organization::mail::MAX_MAILED_OWNERS;
use crate::service::rate_limits::RateLimitedAction;
use crate::store::NewMemberEmail;

impl Memberships {
    /// Gives a member another role, and mails them. A new owner is also announced to the other owners.
    ///
    /// # Errors
    /// `MembershipNotFound`, `RoleInsufficient`, `TokenStale`; `LastOwner`; `RateLimited`.
    pub async fn change_role(
        &self,
        viewer: &Viewer,
        client: &Client,
        membership_id: MembershipId,
        role: Role,
    ) -> Result<Membership, AuthError> {
        self.core
            .rate_limits
            .charge_account(RateLimitedAction::UpdateMemberRole, client, viewer.user.id)
            .await?;
        let member = self.find(membership_id).await?;
        let organization = &member.organization_name;
        let mut emails = Vec::new();
        if member.user.id != viewer.user.id {
            let email = self
                .core
                .compose_role_email(&member.user, organization, client, role)?;
            emails.push(email);
        }
        if role == Role::Owner && member.membership.role != role {
            emails.extend(self.emails_to_owners(viewer, client, &member).await?);
        }
        let audit = self.core.audit.begin(client);
        let actor = viewer.actor();
        let store = &self.core.store;
        let changed = store
            .change_role(&actor, membership_id, role, &audit, &emails)
            .await?;
        Ok(self.core.audit.publish(changed))
    }

    /// Composes the mails about a new owner to the current owners, except the viewer.
    async fn emails_to_owners(
        &self,
        viewer: &Viewer,
        client: &Client,
        member: &Member,
    ) -> Result<Vec<NewMemberEmail>, AuthError> {
        let organization_id = member.membership.organization_id;
        let others = self
            .core
            .store
            .list_other_owners(organization_id, viewer.user.id, MAX_MAILED_OWNERS)
            .await?;
        self.core.compose_owner_emails(
            &others,
            &member.organization_name,
            client,
            &member.user.username,
        )
    }
}
