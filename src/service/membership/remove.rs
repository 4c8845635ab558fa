//! The end of a membership.

use uuid::Uuid;

use super::Memberships;
use crate::domain::{Client, Viewer};
use crate::service::error::AuthError;
use crate::service::limits::Attempt;
use crate::service::mail::Template;

impl Memberships {
    /// Ends a membership, which everybody may of their own. A member who is removed hears of it.
    ///
    /// # Errors
    /// `MembershipNotFound`, `RoleInsufficient`, `TokenStale`; `LastOwner`; `RateLimited`.
    pub async fn remove(
        &self,
        viewer: &Viewer,
        client: &Client,
        membership_id: Uuid,
    ) -> Result<(), AuthError> {
        self.limits
            .charge_account(Attempt::RemoveMember, client, viewer.user.id)
            .await?;
        let member = self.find(membership_id).await?;
        let mut letters = Vec::new();
        if member.user.id != viewer.user.id {
            let (template, organization) = (Template::MemberRemoved, &member.organization_name);
            let letter = self
                .letters
                .compose(template, &member.user, organization, client)?;
            letters.push(letter);
        }
        let deed = self.events.deed(client);
        let told = self
            .store
            .delete_membership(&viewer.actor(), membership_id, &deed, &letters)
            .await?;
        self.letters.announce(&letters, &told);
        Ok(())
    }
}
