//! Organizations: founded, renamed, deleted.

use uuid::Uuid;

use super::letters::{Letters, MOST_OWNERS_TOLD};
use super::mail::Template;
use super::{Attempt, AuthError, Limits, SecurityEvents};
use crate::clock::Clock;
use crate::domain::{Client, Organization, OrganizationName, Slug, Viewer};
use crate::random::Random;
use crate::store::{NewOrganization, OrganizationChanged, Store};

/// The rules about organizations. Cheap to clone.
#[derive(Clone)]
pub struct Organizations {
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) random: Random,
    pub(crate) letters: Letters,
    pub(crate) limits: Limits,
    pub(crate) events: SecurityEvents,
}

impl Organizations {
    /// Founds an organization, which its founder owns. Its slug is made of its name.
    ///
    /// # Errors
    /// `RateLimited`.
    pub async fn create(
        &self,
        viewer: &Viewer,
        client: &Client,
        name: OrganizationName,
    ) -> Result<Organization, AuthError> {
        self.limits
            .charge_account(Attempt::CreateOrganization, client, viewer.user.id)
            .await?;
        let new = new_organization(&self.clock, &self.random, name);
        let deed = self.events.deed(client);
        let made = self
            .store
            .insert_organization(viewer.user.id, &new, &deed)
            .await?;
        let (organization, told) = made.ok_or(AuthError::Unauthenticated)?;
        self.letters.announce(&[], &told);
        Ok(organization)
    }

    /// Gives an organization another name or slug, or both; `None` keeps what is there.
    ///
    /// # Errors
    /// `OrganizationNotFound`, `RoleInsufficient`, `TokenStale`, `SlugExists`, `RateLimited`.
    pub async fn update(
        &self,
        viewer: &Viewer,
        client: &Client,
        id: Uuid,
        name: Option<&OrganizationName>,
        slug: Option<&Slug>,
    ) -> Result<Organization, AuthError> {
        self.limits
            .charge_account(Attempt::UpdateOrganization, client, viewer.user.id)
            .await?;
        let deed = self.events.deed(client);
        let changed = self
            .store
            .update_organization(&viewer.actor(), id, name, slug, &deed)
            .await?;
        match changed {
            OrganizationChanged::Done(organization, told) => {
                self.letters.announce(&[], &told);
                Ok(organization)
            }
            OrganizationChanged::Denied(denied) => Err(denied.into()),
            OrganizationChanged::SlugTaken => Err(AuthError::SlugExists),
        }
    }

    /// Deletes an organization with its memberships and invitations. Its other owners hear of it.
    ///
    /// # Errors
    /// `OrganizationNotFound`, `RoleInsufficient`, `TokenStale`, `RateLimited`.
    pub async fn delete(
        &self,
        viewer: &Viewer,
        client: &Client,
        id: Uuid,
    ) -> Result<(), AuthError> {
        self.limits
            .charge_account(Attempt::DeleteOrganization, client, viewer.user.id)
            .await?;
        let seen_by = Some(viewer.user.id);
        let found = self.store.list_organizations(&[id], seen_by).await?;
        let mut letters = Vec::new();
        for organization in &found {
            let others = self
                .store
                .list_other_owners(id, viewer.user.id, MOST_OWNERS_TOLD)
                .await?;
            let (template, name) = (Template::OrganizationDeleted, &organization.name);
            for owner in &others {
                letters.push(self.letters.compose(template, owner, name, client)?);
            }
        }
        let deed = self.events.deed(client);
        let told = self
            .store
            .delete_organization(&viewer.actor(), id, &deed, &letters)
            .await??;
        self.letters.announce(&letters, &told);
        Ok(())
    }
}

/// An organization to be founded: its slug is the one that the name gives, or else one that is surely
/// free.
pub(super) fn new_organization(
    clock: &Clock,
    random: &Random,
    name: OrganizationName,
) -> NewOrganization {
    let now = clock.now();
    let slug = Slug::of_name(name.as_str());
    let numbered = slug.numbered(u64::from_be_bytes(random.bytes()));
    NewOrganization {
        id: random.id(now),
        name,
        slugs: [slug, numbered],
        membership_id: random.id(now),
    }
}
