//! How much one answer may hold. The screen bounds a document, and pages are bounded one by one, but lists
//! within lists multiply: what comes of them is known only while it is found out.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::error::ApiError;
use super::screen::Limits;

/// What may still be answered to one request.
pub(super) struct Budget {
    /// Objects in lists.
    objects: AtomicUsize,
    /// Fields of all objects.
    values: AtomicUsize,
    exceeded: AtomicBool,
    limits: Limits,
}

impl Budget {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            objects: AtomicUsize::new(limits.objects),
            values: AtomicUsize::new(limits.values),
            exceeded: AtomicBool::new(false),
            limits,
        }
    }

    /// To be called with the length of each list that is answered.
    ///
    /// # Errors
    /// When it is too much: then the whole answer is refused, and this error is never seen.
    pub(super) fn take_objects(&self, count: usize) -> Result<(), ApiError> {
        if self.take(&self.objects, count) {
            return Ok(());
        }
        Err(self.refusal())
    }

    /// To be called for each field that is answered. `false`: there is no need to go on.
    pub(super) fn take_value(&self) -> bool {
        self.take(&self.values, 1)
    }

    fn take(&self, left: &AtomicUsize, count: usize) -> bool {
        let (set, fetch) = (Ordering::Relaxed, Ordering::Relaxed);
        let taken = left.fetch_update(set, fetch, |left| left.checked_sub(count));
        if taken.is_err() {
            self.exceeded.store(true, Ordering::Relaxed);
        }
        taken.is_ok() && !self.is_exceeded()
    }

    pub(super) fn is_exceeded(&self) -> bool {
        self.exceeded.load(Ordering::Relaxed)
    }

    /// What is answered instead.
    pub(super) fn refusal(&self) -> ApiError {
        let Limits {
            objects, values, ..
        } = self.limits;
        let message = format!(
            "asks for lists of more than {objects} objects together, or for more than {values} values: \
             ask for smaller pages"
        );
        ApiError::invalid(vec![("query".to_owned(), message)])
    }
}
