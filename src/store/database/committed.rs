//! The outcome of a transaction: its value, and the record of the events, the mail and the deletions in it.

use std::fmt;

use crate::domain::{AccountDeletion, SecurityEvent};

/// The value of a committed transaction, with its record.
#[derive(Debug)]
#[must_use = "publish it: its record belongs in the log, and its mail waits to be sent"]
pub struct Committed<T> {
    pub value: T,
    pub record: Record,
}

/// The events and the mail that a transaction wrote, and the accounts that it deleted.
#[derive(Debug, Default)]
pub struct Record {
    pub events: Vec<SecurityEvent>,
    pub mail: Vec<QueuedEmail>,
    pub deletions: Vec<AccountDeletion>,
}

impl Record {
    /// Returns whether the transaction has nothing to publish.
    pub(super) fn is_empty(&self) -> bool {
        self.events.is_empty() && self.mail.is_empty() && self.deletions.is_empty()
    }
}

impl<T> Committed<T> {
    /// Wraps the value of an operation that wrote nothing.
    pub(in crate::store) fn unwritten(value: T) -> Self {
        Self {
            value,
            record: Record::default(),
        }
    }
}

/// The link in a captured message. It is a secret that only the log of captured mail shows.
#[derive(Clone)]
pub struct CapturedLink(pub String);

impl fmt::Debug for CapturedLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CapturedLink(…)")
    }
}

/// A message that a transaction has written to the outbox.
#[derive(Clone, Debug)]
pub struct QueuedEmail {
    pub template: &'static str,
    pub recipient: String,
    pub captured_link: Option<CapturedLink>,
}
