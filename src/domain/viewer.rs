//! Who is calling.

use super::{Session, User};

/// The caller: a user, and the session that the request came with.
#[derive(Clone, Debug)]
pub struct Viewer {
    pub user: User,
    pub session: Session,
}
