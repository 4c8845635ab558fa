//! Memberships: who belongs to an organization, in which role. `change_role` gives a member another role, `remove` ends a
//! membership, and `read` is for those who belong to the same organization.

pub mod change_role;
pub mod read;
pub mod remove;

use uuid::Uuid;

use crate::domain::Member;
use crate::service::audit::SecurityEvents;
use crate::service::error::AuthError;
use crate::service::limits::Limits;
use crate::service::organization::mail::Letters;
use crate::store::{MembershipError, Store};

/// The rules about memberships. Cheap to clone.
#[derive(Clone)]
pub struct Memberships {
    pub(crate) store: Store,
    pub(crate) letters: Letters,
    pub(crate) limits: Limits,
    pub(crate) events: SecurityEvents,
}

impl Memberships {
    async fn find(&self, membership_id: Uuid) -> Result<Member, AuthError> {
        let found = self.store.find_member(membership_id).await?;
        found.ok_or(AuthError::MembershipNotFound)
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
