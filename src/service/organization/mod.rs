//! Organizations: `create`, `update` and `delete` do what they are called, `read` is for their members, and `mail` writes
//! to owners and members about what others do in their organization.

pub mod create;
pub mod delete;
pub mod mail;
pub mod read;
pub mod update;

use std::sync::Arc;

pub use self::mail::Letters;
use crate::domain::ReservedNames;
use crate::platform::clock::Clock;
use crate::platform::random::Random;
use crate::service::audit::SecurityEvents;
use crate::service::limits::Limits;
use crate::store::Store;

/// The rules about organizations. Cheap to clone.
#[derive(Clone)]
pub struct Organizations {
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) random: Random,
    pub(crate) letters: Letters,
    pub(crate) limits: Limits,
    pub(crate) events: SecurityEvents,
    pub(crate) reserved: Arc<ReservedNames>,
}
