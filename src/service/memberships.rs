//! Memberships: another role, and the end.

use uuid::Uuid;

use super::letters::{Letters, MOST_OWNERS_TOLD};
use super::mail::Template;
use super::{Attempt, AuthError, Limits, SecurityEvents};
use crate::domain::{Client, Membership, Role, Viewer};
use crate::store::{Member, MembershipError, NewLetter, Store};

/// The rules about memberships. Cheap to clone.
#[derive(Clone)]
pub struct Memberships {
    pub(crate) store: Store,
    pub(crate) letters: Letters,
    pub(crate) limits: Limits,
    pub(crate) events: SecurityEvents,
}

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

    /// Ends a membership, which everybody may of their own. Who is removed hears of it.
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

    async fn find(&self, membership_id: Uuid) -> Result<Member, AuthError> {
        let found = self.store.find_member(membership_id).await?;
        found.ok_or(AuthError::MembershipNotFound)
    }

    /// To the owners that there were, but for whoever does it.
    async fn letters_of_owner(
        &self,
        viewer: &Viewer,
        client: &Client,
        member: &Member,
    ) -> Result<Vec<NewLetter>, AuthError> {
        let organization_id = member.membership.organization_id;
        let others = self
            .store
            .list_other_owners(organization_id, viewer.user.id, MOST_OWNERS_TOLD)
            .await?;
        self.letters.compose_owner_added(
            &others,
            &member.organization_name,
            client,
            &member.user.username,
        )
    }
}

impl From<MembershipError> for AuthError {
    fn from(error: MembershipError) -> Self {
        match error {
            MembershipError::NotFound => Self::MembershipNotFound,
            MembershipError::Denied(denied) => denied.into(),
            MembershipError::LastOwner(organization) => Self::LastOwner(vec![organization]),
            MembershipError::Store(error) => error.into(),
        }
    }
}
