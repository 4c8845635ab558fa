//! The delivery of a mail.

use chrono::{DateTime, Utc};

/// The state of the delivery of a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryState {
    /// It waits for its first or next attempt.
    Waiting { due_at: DateTime<Utc> },
    /// A mail server accepted it.
    Sent,
    /// It was given up.
    Failed,
    /// It stays in the outbox, because there is no mail server.
    Captured,
}

impl DeliveryState {
    /// Returns the name of the state for people.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting { .. } => "waiting",
            Self::Sent => "sent",
            Self::Failed => "failed",
            Self::Captured => "captured",
        }
    }
}
