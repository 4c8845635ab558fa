//! The caller of a request.

use super::{ActiveOrganization, Actor, Session, User};

/// The caller: a user, and the session of their access token.
#[derive(Clone, Debug)]
pub struct Viewer {
    pub user: User,
    pub session: Session,
    /// The session's generation when the access token was issued.
    pub generation: i64,
    /// The active organization that the access token names.
    pub active_organization: Option<ActiveOrganization>,
}

impl Viewer {
    /// Returns the caller as the actor in an organization.
    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor {
            user_id: self.user.id,
            active_organization: self.active_organization.clone(),
        }
    }
}
