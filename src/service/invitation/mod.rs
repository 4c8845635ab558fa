//! Invitations into organizations. `invite` makes and mails one, `answer` accepts or declines it, `revoke` withdraws
//! it, and `read` reads the invitations that a user may see.

pub mod answer;
pub mod invite;
pub mod read;
pub mod revoke;

use std::sync::Arc;

pub use self::answer::InvitationRef;
use crate::service::core::Core;

/// The rules about invitations. Cheap to clone.
#[derive(Clone)]
pub struct Invitations {
    core: Arc<Core>,
}

impl Invitations {
    #[must_use]
    pub fn new(core: Arc<Core>) -> Self {
        Self { core }
    }
}
