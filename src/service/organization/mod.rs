//! Organizations: `create`, `update` and `delete` change them, `read` reads them as far as the viewer may see them, and
//! `member_email` composes mail to owners and members about them.

pub mod create;
pub mod delete;
pub mod member_email;
pub mod read;
pub mod update;

use std::sync::Arc;

use crate::service::core::Core;

/// The rules about organizations. Cheap to clone.
#[derive(Clone)]
pub struct Organizations {
    core: Arc<Core>,
}

impl Organizations {
    #[must_use]
    pub fn new(core: Arc<Core>) -> Self {
        Self { core }
    }
}
