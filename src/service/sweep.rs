//! Removing what nobody needs to see any more.

use chrono::TimeDelta;

use super::AuthError;
use crate::clock::Clock;
use crate::store::Store;

/// How long things are kept after they are over.
#[derive(Clone, Copy, Debug)]
pub struct SweepOptions {
    /// Ended sessions stay listed so long.
    pub session_retention: TimeDelta,
}

/// Removes old rows. Any number of nodes may sweep at once.
#[derive(Clone)]
pub struct Sweeper {
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) options: SweepOptions,
}

impl Sweeper {
    /// Sweeps once.
    ///
    /// # Errors
    /// When the store fails; the next sweep finds the rest.
    pub async fn sweep(&self) -> Result<(), AuthError> {
        let now = self.clock.now();
        let cutoff = now - self.options.session_retention;
        let sessions = self.store.delete_sessions_over_before(cutoff).await?;
        let links = self.store.delete_verifications_expired_before(now).await?;
        if sessions + links > 0 {
            tracing::info!(sessions, links, "swept what was over");
        }
        Ok(())
    }
}
