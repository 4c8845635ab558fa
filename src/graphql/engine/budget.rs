//! The budget of an answer: how much it may hold. The query limits bound a document, and pages are bounded one by one, but
//! lists within lists multiply: the sum is known only while the answer is made.

use std::io;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use serde::Serialize;

use super::limits::Limits;
use crate::graphql::error::ApiError;

/// The part of its budget that a request has left.
pub struct Budget {
    /// Objects in lists.
    objects: AtomicUsize,
    /// Fields of all objects.
    values: AtomicUsize,
    /// Bytes of text.
    text: AtomicUsize,
    exceeded: AtomicBool,
    limits: Limits,
}

impl Budget {
    pub fn new(limits: Limits) -> Self {
        Self {
            objects: AtomicUsize::new(limits.objects),
            values: AtomicUsize::new(limits.values),
            text: AtomicUsize::new(limits.bytes),
            exceeded: AtomicBool::new(false),
            limits,
        }
    }

    /// To be called with the length of each list that is answered.
    ///
    /// # Errors
    /// When it is too much: then the whole answer is refused, and this error is never seen.
    pub fn take_objects(&self, count: usize) -> Result<(), ApiError> {
        if self.take(&self.objects, count) {
            return Ok(());
        }
        Err(self.refusal())
    }

    /// To be called for each field that is answered. `false`: there is no need to go on.
    pub fn take_value(&self) -> bool {
        self.take(&self.values, 1)
    }

    /// To be called with each text that is answered: `_service` weighs as much as a thousand names. `false`: there
    /// is no need to go on.
    pub fn take_text(&self, text: &str) -> bool {
        self.take(&self.text, text.len())
    }

    /// Writes an answer as JSON; `None` if it is too large, whatever made it so.
    pub fn write(&self, answer: &impl Serialize) -> Option<Vec<u8>> {
        let mut json = Bounded {
            bytes: Vec::new(),
            max: self.limits.bytes,
        };
        serde_json::to_writer(&mut json, answer).ok()?;
        Some(json.bytes)
    }

    fn take(&self, left: &AtomicUsize, count: usize) -> bool {
        let (set, fetch) = (Ordering::Relaxed, Ordering::Relaxed);
        let taken = left.fetch_update(set, fetch, |left| left.checked_sub(count));
        if taken.is_err() {
            self.exceeded.store(true, Ordering::Relaxed);
        }
        taken.is_ok() && !self.is_exceeded()
    }

    pub fn is_exceeded(&self) -> bool {
        self.exceeded.load(Ordering::Relaxed)
    }

    /// The error that is answered instead.
    pub fn refusal(&self) -> ApiError {
        let Limits {
            objects,
            values,
            bytes,
            ..
        } = self.limits;
        let message = format!(
            "asks for lists of more than {objects} objects together, for more than {values} values, or for an \
             answer of more than {bytes} bytes: ask for smaller pages"
        );
        ApiError::invalid(vec![("query".to_owned(), message)])
    }
}

/// Takes no more than so many bytes.
struct Bounded {
    bytes: Vec<u8>,
    max: usize,
}

impl io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if bytes.len() > self.max.saturating_sub(self.bytes.len()) {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
