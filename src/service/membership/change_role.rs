//! Changes of a member's role.

use super::Memberships;
use crate::domain::{Client, Member, Membership, MembershipId, Role, Viewer};
use crate::service::error::AuthError;
use crate::service::organization::member_email;
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
        let mut emails = Vec::new();
        if member.user.id != viewer.user.id {
            let (core, user, name) = (&self.core, &member.user, &member.organization_name);
            let email = member_email::compose_about_new_role(core, user, name, client, role)?;
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
        let core = &self.core;
        let id = member.membership.organization_id;
        let owners = member_email::list_mailed_owners(core, id, viewer.user.id).await?;
        let (name, username) = (&member.organization_name, &member.user.username);
        member_email::compose_about_new_owner(core, &owners, name, client, username)
    }
}
