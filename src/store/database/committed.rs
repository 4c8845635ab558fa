//! The outcome of a transaction: its value, and the events and the mail that it wrote.

use std::fmt;

use crate::domain::SecurityEvent;

/// The value of a committed transaction, with the events and the mail that it wrote.
#[derive(Debug)]
#[must_use = "publish it: its events belong in the log, and its mail waits to be sent"]
pub struct Committed<T> {
    pub value: T,
    pub events: Vec<SecurityEvent>,
    pub mail: Vec<QueuedEmail>,
}

impl<T> Committed<T> {
    /// Wraps the value of an operation that wrote nothing.
    pub(in crate::store) fn unwritten(value: T) -> Self {
        Self {
            value,
            events: Vec::new(),
            mail: Vec::new(),
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
