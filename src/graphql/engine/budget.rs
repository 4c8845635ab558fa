//! The budget of a response: how much it may hold. The query limits bound a document, and pages are bounded one by one, but
//! lists within lists multiply: their sum is known only while the response is made.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use serde::Serialize;
use tokio::sync::{OnceCell, OwnedSemaphorePermit, Semaphore};

use crate::graphql::error::ApiError;

/// The bytes of a usual response, reserved at once.
const USUAL_BYTES: usize = 512;

/// The limits of a response.
#[derive(Clone, Copy, Debug)]
pub struct ResponseLimits {
    /// Objects in all lists, however they are nested.
    pub objects: usize,
    /// Fields of all objects.
    pub values: usize,
    /// Bytes of the whole response.
    pub bytes: usize,
}

/// The number of objects above which a response is large.
const MANY_OBJECTS: usize = 500;

/// The number of large responses that are made at the same time. An object takes 5 KiB while it is resolved, so that a crowd of
/// large responses would take all memory.
const LARGE_AT_ONCE: usize = 2;

/// The turns of large responses.
#[derive(Clone)]
pub struct LargeResponses(Arc<Semaphore>);

impl Default for LargeResponses {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(LARGE_AT_ONCE)))
    }
}

/// The memory that responses share until clients have read them.
pub trait ResponseRoom: Send + Sync {
    /// Returns whether there is room for a response of this many bytes at least.
    fn has_room(&self, bytes: usize) -> bool;
}

/// The part of its budget that a request has left.
pub struct Budget {
    /// The objects in lists that may still come.
    objects: AtomicUsize,
    /// The fields of objects that may still come.
    values: AtomicUsize,
    /// The bytes of text that may still come.
    text: AtomicUsize,
    /// Whether one of these was too little. The whole response is then refused.
    exceeded: AtomicBool,
    limits: ResponseLimits,
    large_responses: LargeResponses,
    /// The turn of this response, once it is large. `None` if there are no turns any more.
    turn: OnceCell<Option<OwnedSemaphorePermit>>,
}

impl Budget {
    pub fn new(limits: ResponseLimits, large_responses: LargeResponses) -> Self {
        Self {
            objects: AtomicUsize::new(limits.objects),
            values: AtomicUsize::new(limits.values),
            text: AtomicUsize::new(limits.bytes),
            exceeded: AtomicBool::new(false),
            limits,
            large_responses,
            turn: OnceCell::new(),
        }
    }

    /// Takes the objects of a list. Waits for the response's turn if they make it a large one.
    ///
    /// # Errors
    /// When they are too many. The whole response is then refused, so that no client sees this error.
    pub async fn take_objects(&self, count: usize) -> Result<(), ApiError> {
        if !self.take(&self.objects, count) {
            return Err(self.refusal());
        }
        let left = self.objects.load(Ordering::Relaxed);
        if self.limits.objects - left > MANY_OBJECTS {
            let turns = || Arc::clone(&self.large_responses.0);
            let turn = || async { turns().acquire_owned().await.ok() };
            self.turn.get_or_init(turn).await;
        }
        Ok(())
    }

    /// Takes the value of a field. `false` means that the budget is exceeded, so that resolving can stop.
    pub fn take_value(&self) -> bool {
        self.take(&self.values, 1)
    }

    /// Takes the bytes of a text, since one text may weigh as much as a thousand names. `false` means that the budget is
    /// exceeded, so that resolving can stop.
    pub fn take_text(&self, text: &str) -> bool {
        self.take(&self.text, text.len())
    }

    /// Returns the bytes that the response has at least: those of its texts.
    pub fn text_bytes(&self) -> usize {
        let left = self.text.load(Ordering::Relaxed);
        self.limits.bytes.saturating_sub(left)
    }

    /// Writes a response as JSON; `None` if it is too large.
    pub fn write(&self, response: &impl Serialize) -> Option<Vec<u8>> {
        let mut json = Bounded {
            bytes: Vec::with_capacity(self.limits.bytes.min(USUAL_BYTES)),
            max: self.limits.bytes,
        };
        serde_json::to_writer(&mut json, response).ok()?;
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

    /// Whether the response needs more than its budget.
    pub fn is_exceeded(&self) -> bool {
        self.exceeded.load(Ordering::Relaxed)
    }

    /// The error that stands in the place of the response.
    pub fn refusal(&self) -> ApiError {
        let ResponseLimits {
            objects,
            values,
            bytes,
        } = self.limits;
        let message = format!(
            "asks for lists of more than {objects} objects together, for more than {values} values, or for an \
             answer of more than {bytes} bytes: ask for smaller pages"
        );
        ApiError::invalid(vec![("query".to_owned(), message)])
    }
}

/// A writer that refuses to grow beyond its maximum.
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
