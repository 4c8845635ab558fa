//! Memberships: the members of organizations and their roles. `change_role` gives a member another role, `remove` ends
//! a membership, and `read` reads memberships as far as the viewer may see them.

pub mod change_role;
pub mod read;
pub mod remove;

use std::sync::Arc;

use crate::domain::{Member, MembershipId};
use crate::service::core::Core;
use crate::service::error::AuthError;

/// The rules about memberships. Cheap to clone.
#[derive(Clone)]
pub struct Memberships {
    core: Arc<Core>,
}

impl Memberships {
    #[must_use]
    pub fn new(core: Arc<Core>) -> Self {
        Self { core }
    }

    async fn find(&self, membership_id: MembershipId) -> Result<Member, AuthError> {
        let member = self.core.store.find_member(membership_id).await?;
        member.ok_or(AuthError::MembershipNotFound)
    }
}
