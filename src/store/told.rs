//! What people are told of a change in their organization, written with it: events, and letters.

use uuid::Uuid;

use super::outbox::NewMessage;
use crate::domain::SecurityEvent;

/// A message to a user, to be written in the transaction that gives rise to it, to the address that they
/// have proved by then.
#[derive(Clone, Debug)]
pub struct NewLetter {
    pub user_id: Uuid,
    pub message: NewMessage,
}

/// What was written.
#[derive(Clone, Debug, Default)]
pub struct Told {
    pub events: Vec<SecurityEvent>,
    /// Where each letter went; `None` if its user has no proved address.
    pub recipients: Vec<Option<String>>,
}

/// Writes events and letters inside the caller's transaction.
macro_rules! tell {
    ($store:expr, $tx:ident, $events:expr, $letters:expr) => {{
        let events: Vec<$crate::domain::SecurityEvent> = $events;
        let letters: &[$crate::store::NewLetter] = $letters;
        $crate::store::security_events::insert_events!($tx, &events);
        let mut recipients = Vec::with_capacity(letters.len());
        for letter in letters {
            recipients.push($crate::store::outbox::insert_letter!($store, $tx, letter));
        }
        $crate::store::Told { events, recipients }
    }};
}
pub(super) use tell;
