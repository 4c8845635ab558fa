//! A batch of a purge, in a transaction whose duration its caller bounds.

use std::time::Duration;

use tokio::time::Instant;

use super::database::{StoreError, Transaction};

/// A batch that a purge has finished.
#[derive(Clone, Copy, Debug)]
pub struct PurgeBatch {
    /// The number of rows that it removed or changed.
    pub rows: u64,
    /// Whether it was the last one.
    pub is_last: bool,
    /// The time for which it held the single writer of SQLite, or its locks on PostgreSQL.
    pub held: Duration,
}

impl Transaction {
    /// Commits a batch of a transaction that began at a moment.
    pub(super) async fn commit_batch(
        self,
        began: Instant,
        rows: u64,
        is_last: bool,
    ) -> Result<PurgeBatch, StoreError> {
        self.commit_unrecorded(()).await?;
        let held = began.elapsed();
        Ok(PurgeBatch {
            rows,
            is_last,
            held,
        })
    }
}
