//! Everything that people are told of a change in their organization, written with it: events, and letters.

use uuid::Uuid;

use super::StoreError;
use super::database::Transaction;
use super::outbox::NewMessage;
use crate::domain::SecurityEvent;

/// A message to a user, to be written in the transaction that gives rise to it, to the address that they
/// have verified by then.
#[derive(Clone, Debug)]
pub struct NewLetter {
    pub user_id: Uuid,
    pub message: NewMessage,
}

/// The events and letters that were written.
#[derive(Clone, Debug, Default)]
pub struct Told {
    pub events: Vec<SecurityEvent>,
    /// Where each letter went; `None` if its user has no verified address.
    pub recipients: Vec<Option<String>>,
}

impl Transaction {
    /// Writes events and letters.
    pub(super) async fn record(
        &mut self,
        events: Vec<SecurityEvent>,
        letters: &[NewLetter],
    ) -> Result<Told, StoreError> {
        self.insert_events(&events).await?;
        let mut recipients = Vec::with_capacity(letters.len());
        for letter in letters {
            recipients.push(self.insert_letter(letter).await?);
        }
        Ok(Told { events, recipients })
    }
}
