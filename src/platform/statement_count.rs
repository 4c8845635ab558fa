//! How many SQL statements one request takes, for the access log.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

tokio::task_local! {
    /// The count of the request that the task works for.
    static COUNT: StatementCount;
}

/// The statements of one request so far. Clones count together.
#[derive(Clone, Debug, Default)]
pub struct StatementCount(Arc<AtomicU32>);

impl StatementCount {
    /// The count of the request that the caller works for; a new one if there is none.
    #[must_use]
    pub fn current() -> Self {
        COUNT.try_with(Clone::clone).unwrap_or_default()
    }

    /// Counts what a future executes.
    pub async fn count<F: Future>(&self, work: F) -> F::Output {
        COUNT.scope(self.clone(), work).await
    }

    #[must_use]
    pub fn get(&self) -> u32 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Notes that a statement is executed. Nobody counts those that no request is waiting for.
pub fn executed() {
    let _ = COUNT.try_with(|count| count.0.fetch_add(1, Ordering::Relaxed));
}
