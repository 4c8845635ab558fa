//! Organizations: founded, renamed, deleted.

use std::sync::Arc;

use uuid::Uuid;

use super::letters::{Letters, MOST_OWNERS_TOLD};
use super::mail::Template;
use super::{Attempt, AuthError, Limits, SecurityEvents};
use crate::clock::Clock;
use crate::domain::{Client, Organization, OrganizationName, ReservedNames, Slug, Viewer};
use crate::random::Random;
use crate::store::{NewOrganization, OrganizationError, Store};

/// The rules about organizations. Cheap to clone.
#[derive(Clone)]
pub struct Organizations {
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) random: Random,
    pub(crate) letters: Letters,
    pub(crate) limits: Limits,
    pub(crate) events: SecurityEvents,
    pub(crate) reserved: Arc<ReservedNames>,
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
        let new = new_organization(&self.clock, &self.random, &self.reserved, name);
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
        if let Some(slug) = slug
            && self.reserved.contains(slug.as_str())
            && !self.has_slug(viewer, id, slug).await?
        {
            return Err(reserved("slug"));
        }
        let deed = self.events.deed(client);
        let (organization, told) = self
            .store
            .update_organization(&viewer.actor(), id, name, slug, &deed)
            .await?;
        self.letters.announce(&[], &told);
        Ok(organization)
    }

    /// Whether an organization has this slug already, which it then may keep.
    async fn has_slug(&self, viewer: &Viewer, id: Uuid, slug: &Slug) -> Result<bool, AuthError> {
        let seen_by = Some(viewer.user.id);
        let found = self.store.list_organizations(&[id], seen_by).await?;
        Ok(found.iter().any(|it| it.slug == slug.as_str()))
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
            .await?;
        self.letters.announce(&letters, &told);
        Ok(())
    }
}

impl From<OrganizationError> for AuthError {
    fn from(error: OrganizationError) -> Self {
        match error {
            OrganizationError::Denied(denied) => denied.into(),
            OrganizationError::SlugTaken => Self::SlugExists,
            OrganizationError::Store(error) => error.into(),
        }
    }
}

/// The refusal of a name that nobody may have.
pub(super) fn reserved(field: &'static str) -> AuthError {
    AuthError::Invalid {
        field,
        message: "is reserved: choose another".to_owned(),
    }
}

/// An organization to be founded: its slug is the one that the name gives, or else one that is surely
/// free.
pub(super) fn new_organization(
    clock: &Clock,
    random: &Random,
    reserved: &ReservedNames,
    name: OrganizationName,
) -> NewOrganization {
    let now = clock.now();
    let slug = Slug::of_name(name.as_str());
    let numbered = || slug.numbered(u64::from_be_bytes(random.bytes()));
    let slugs = if reserved.contains(slug.as_str()) {
        [numbered(), numbered()]
    } else {
        [slug.clone(), numbered()]
    };
    NewOrganization {
        id: random.id(now),
        name,
        slugs,
        membership_id: random.id(now),
    }
}
