//! Removals of members.

use super::Memberships;
use crate::domain::{Client, MembershipId, Viewer};
use crate::service::error::AuthError;
use crate::service::mail::Template;
use crate::service::organization::member_email;
use crate::service::rate_limits::RateLimitedAction;

impl Memberships {
    /// Ends a membership. Every member may end their own; a member whom another one removes gets a mail.
    ///
    /// # Errors
    /// `MembershipNotFound`, `RoleInsufficient`, `TokenStale`; `LastOwner`; `RateLimited`.
    pub async fn remove(
        &self,
        viewer: &Viewer,
        client: &Client,
        membership_id: MembershipId,
    ) -> Result<(), AuthError> {
        self.core
            .rate_limits
            .charge_account(RateLimitedAction::RemoveMember, client, viewer.user.id)
            .await?;
        let member = self.find(membership_id).await?;
        let mut emails = Vec::new();
        if member.user.id != viewer.user.id {
            let (template, user) = (Template::MemberRemoved, &member.user);
            let name = &member.organization_name;
            emails.push(member_email::compose(
                &self.core, template, user, name, client,
            )?);
        }
        let audit = self.core.audit.begin(client);
        let actor = viewer.actor();
        let store = &self.core.store;
        let removed = store
            .delete_membership(&actor, membership_id, &audit, &emails)
            .await?;
        self.core.audit.publish(removed);
        Ok(())
    }
}
