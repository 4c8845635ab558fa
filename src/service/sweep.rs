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
    /// Mail that was sent, given up or captured is kept so long.
    pub mail_retention: TimeDelta,
    /// A registration without a claim on its address goes after so long.
    pub unverified_ttl: TimeDelta,
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
        let store = &self.store;
        let cutoff = now - self.options.session_retention;
        let sessions = store.delete_sessions_over_before(cutoff).await?
            + store.delete_tombstones_before(cutoff).await?;
        let links = store.delete_verifications_expired_before(now).await?
            + store.delete_email_changes_expired_before(now).await?
            + store.delete_resets_expired_before(now).await?
            + store.delete_notices_expired_before(now).await?;
        let cutoff = now - self.options.mail_retention;
        let messages = store.delete_messages_before(cutoff).await?;
        let cutoff = now - self.options.unverified_ttl;
        let mut registrations = 0;
        loop {
            let deleted = store.delete_concealed_before(cutoff, now).await?;
            registrations += deleted;
            if deleted == 0 {
                break;
            }
        }
        if sessions + links + messages + registrations > 0 {
            tracing::info!(
                sessions,
                links,
                messages,
                registrations,
                "swept what was over"
            );
        }
        Ok(())
    }
}
