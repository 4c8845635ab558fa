//! A registration whose address nobody has verified yet.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::Device;

/// Who registered with an address, when, and from where: enough for the owner of the mailbox to tell whether it
/// was them.
#[derive(Clone, Debug)]
pub struct PendingRegistration {
    pub user_id: Uuid,
    /// As the user wrote it.
    pub email: String,
    pub username: String,
    pub registered_at: DateTime<Utc>,
    /// The device that registered; unknown once the event of the registration is purged.
    pub device: Device,
}
