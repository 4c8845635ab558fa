//! Removing what nobody needs to see any more.

use chrono::TimeDelta;

use super::AuthError;
use crate::clock::Clock;
use crate::store::{Over, Store};

/// How long things are kept after they are over.
#[derive(Clone, Copy, Debug)]
pub struct SweepOptions {
    /// Ended sessions stay listed so long.
    pub session_retention: TimeDelta,
    /// Mail that was sent, given up or captured is kept so long.
    pub mail_retention: TimeDelta,
    /// What happened to an account stays listed so long.
    pub event_retention: TimeDelta,
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
        let ended = now - self.options.session_retention;
        let mut swept = store.sweep(Over::Sessions, ended).await?;
        swept += store.sweep(Over::Tombstones, ended).await?;
        for links in [
            Over::Verifications,
            Over::EmailChanges,
            Over::PasswordResets,
            Over::Invitations,
            Over::SecurityNotices,
        ] {
            swept += store.sweep(links, now).await?;
        }
        swept += store.sweep(Over::RateLimits, now).await?;
        let kept = now - self.options.mail_retention;
        swept += store.sweep(Over::Mail, kept).await?;
        let kept = now - self.options.event_retention;
        swept += store.sweep(Over::SecurityEvents, kept).await?;
        let cutoff = now - self.options.unverified_ttl;
        loop {
            let deleted = store.delete_concealed_before(cutoff, now).await?;
            swept += deleted;
            if deleted == 0 {
                break;
            }
        }
        if swept > 0 {
            tracing::info!(rows = swept, "swept what was over");
        }
        Ok(())
    }
}
