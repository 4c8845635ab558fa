//! Founding an organization.

use super::Organizations;
use crate::domain::{Client, Organization, OrganizationName, ReservedNames, Slug, Viewer};
use crate::platform::clock::Clock;
use crate::platform::random::Random;
use crate::service::error::AuthError;
use crate::service::limits::Attempt;
use crate::store::NewOrganization;

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
}

/// Makes an organization that is to be founded: its slug is the one that the name gives, or else one that is surely
/// free.
pub fn new_organization(
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
