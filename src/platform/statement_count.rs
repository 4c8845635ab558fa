//! The number of SQL statements that a request executes, for the access log.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

tokio::task_local! {
    /// The count of the request that the current task works for.
    static COUNT: StatementCount;
}

/// The number of statements that one request has executed so far. Clones share the count.
#[derive(Clone, Debug, Default)]
pub struct StatementCount(Arc<AtomicU32>);

impl StatementCount {
    /// Returns the count of the request that the current task works for, or a new one if there is none.
    #[must_use]
    pub fn current() -> Self {
        COUNT.try_with(Clone::clone).unwrap_or_default()
    }

    /// Runs a future and counts the statements that it executes.
    pub async fn count<F: Future>(&self, work: F) -> F::Output {
        COUNT.scope(self.clone(), work).await
    }

    #[must_use]
    pub fn get(&self) -> u32 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Counts one statement. Statements outside of a request are not counted.
pub fn executed() {
    let _ = COUNT.try_with(|count| count.0.fetch_add(1, Ordering::Relaxed));
}
