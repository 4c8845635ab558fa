//! A registration with an unverified address.

use chrono::{DateTime, Utc};

use super::{Device, UserId};

/// An unverified registration, with the data by which the owner of the mailbox recognises it as theirs.
#[derive(Clone, Debug)]
pub struct PendingRegistration {
    pub user_id: UserId,
    /// The address as the user wrote it.
    pub email: String,
    pub username: String,
    pub registered_at: DateTime<Utc>,
    /// The device that registered; unknown once the event of the registration is purged.
    pub device: Device,
}
