//! Another role for a member.

use uuid::Uuid;

use super::Memberships;
use crate::domain::{Client, Member, Membership, Role, Viewer};
use crate::service::error::AuthError;
use crate::service::limits::Attempt;
use crate::service::organization::mail::MAX_OWNERS_TOLD;
use crate::store::NewLetter;

impl Memberships {
    /// Gives a member another role. They hear of it, and the other owners of a new owner.
    ///
    /// # Errors
    /// `MembershipNotFound`, `RoleInsufficient`, `TokenStale`; `LastOwner`; `RateLimited`.
    pub async fn change_role(
        &self,
        viewer: &Viewer,
        client: &Client,
        membership_id: Uuid,
        role: Role,
    ) -> Result<Membership, AuthError> {
        self.limits
            .charge_account(Attempt::UpdateMemberRole, client, viewer.user.id)
            .await?;
        let member = self.find(membership_id).await?;
        let organization = &member.organization_name;
        let mut letters = Vec::new();
        if member.user.id != viewer.user.id {
            let letter =
                self.letters
                    .compose_role_changed(&member.user, organization, client, role)?;
            letters.push(letter);
        }
        if role == Role::Owner && member.membership.role != role {
            letters.extend(self.letters_of_owner(viewer, client, &member).await?);
        }
        let deed = self.events.deed(client);
        let (membership, told) = self
            .store
            .change_role(&viewer.actor(), membership_id, role, &deed, &letters)
            .await?;
        self.letters.announce(&letters, &told);
        Ok(membership)
    }

    /// Composes the mails about a new owner to the owners before, but for the viewer.
    async fn letters_of_owner(
        &self,
        viewer: &Viewer,
        client: &Client,
        member: &Member,
    ) -> Result<Vec<NewLetter>, AuthError> {
        let organization_id = member.membership.organization_id;
        let others = self
            .store
            .list_other_owners(organization_id, viewer.user.id, MAX_OWNERS_TOLD)
            .await?;
        self.letters.compose_owner_added(
            &others,
            &member.organization_name,
            client,
            &member.user.username,
        )
    }
}
