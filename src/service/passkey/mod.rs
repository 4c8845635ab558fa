//! Passkeys: their registration, their answers, their names and their removal.
//!
//! `ceremony` starts a ceremony, with the options that a page hands to the browser, and `purpose` has what ceremonies are for.
//! `register` finishes a registration, and `check` checks the answer of a passkey, for logins and step-ups. `rename` and
//! `remove` are for the list of passkeys, which `list` reads.

pub mod ceremony;
pub mod check;
pub mod list;
pub mod purpose;
pub mod register;
pub mod remove;
pub mod rename;

use std::sync::Arc;

pub use self::ceremony::PasskeyCeremony;
pub use self::purpose::PasskeyPurpose;
use crate::service::core::Core;

/// The rules about passkeys. Cheap to clone.
#[derive(Clone)]
pub struct Passkeys {
    core: Arc<Core>,
}

impl Passkeys {
    #[must_use]
    pub fn new(core: Arc<Core>) -> Self {
        Self { core }
    }
}
