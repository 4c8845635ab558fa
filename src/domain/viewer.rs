//! Who is calling.

use super::{Acting, Actor, Session, User};

/// The caller: a user, and the session that the request came with.
#[derive(Clone, Debug)]
pub struct Viewer {
    pub user: User,
    pub session: Session,
    /// The session's generation when the request's access token was made.
    pub generation: i64,
    /// The organization that the request's access token is for.
    pub acting: Option<Acting>,
}

impl Viewer {
    /// The caller as one who does something in an organization.
    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor {
            user_id: self.user.id,
            acting: self.acting.clone(),
        }
    }
}
