//! Email addresses of accounts: verification and changes.
//!
//! `verify` verifies an address by a mailed link, which `verification` composes. `change` changes a verified address, and
//! `correct` replaces an address that was never verified.

pub mod change;
pub mod correct;
pub mod verification;
pub mod verify;

use std::sync::Arc;

use crate::service::core::Core;
use crate::service::password::Passwords;

/// The rules about addresses. Cheap to clone.
#[derive(Clone)]
pub struct EmailAddresses {
    core: Arc<Core>,
    passwords: Passwords,
}

impl EmailAddresses {
    #[must_use]
    pub fn new(core: Arc<Core>, passwords: Passwords) -> Self {
        Self { core, passwords }
    }
}
