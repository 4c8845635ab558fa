//! The limit of refreshes with genuine tokens. Its bucket is in the session, which the store changes in any case.

use chrono::{DateTime, Utc};

use super::RateLimits;
use super::charge::{refusal, warn_refused};
use super::charges::Charges;
use super::table::{Bucket, LimitScope, RateLimitedAction};
use crate::domain::{Client, SessionId};
use crate::service::error::AuthError;
use crate::store::{FullBucket, RefreshCharge};

const REFRESH: RateLimitedAction = RateLimitedAction::Refresh;

impl RateLimits {
    /// Returns the charge of a refresh, which the store makes together with the rotation.
    ///
    /// # Errors
    /// `RateLimited` while this node knows that the bucket is full, without a statement.
    pub(in crate::service) async fn refresh_charge(
        &self,
        session_id: SessionId,
        client: &Client,
        now: DateTime<Utc>,
    ) -> Result<RefreshCharge, AuthError> {
        if !self.is_enabled {
            return Ok(RefreshCharge::NONE);
        }
        let full = self
            .full
            .full_among(&self.of_session(session_id, client), now);
        if !full.is_empty() {
            return Err(refusal(&full, now).await);
        }
        let limit = self.buckets.limit(Bucket::RefreshSession);
        Ok(RefreshCharge::new(limit, now))
    }

    /// Remembers that the bucket of a session is full until a moment, and returns the refusal.
    pub(in crate::service) async fn refuse_refresh(
        &self,
        session_id: SessionId,
        client: &Client,
        retry_at: DateTime<Utc>,
    ) -> AuthError {
        let now = self.clock.now();
        let buckets = self.of_session(session_id, client).buckets();
        let full = buckets.into_iter();
        let full: Vec<_> = full.map(|bucket| FullBucket { bucket, retry_at }).collect();
        self.full.remember(&full, now);
        warn_refused(REFRESH, client);
        refusal(&full, now).await
    }

    /// Charges a refresh of a session that is no longer on record to a bucket of its own.
    ///
    /// # Errors
    /// `RateLimited`.
    pub(in crate::service) async fn charge_refresh_of_absent(
        &self,
        session_id: SessionId,
        client: &Client,
    ) -> Result<(), AuthError> {
        let party = (LimitScope::Session, &*session_id.to_string());
        self.charge(REFRESH, client, &[party], None).await?;
        Ok(())
    }

    fn of_session(&self, session_id: SessionId, client: &Client) -> Charges {
        let party = (LimitScope::Session, &*session_id.to_string());
        self.buckets.charges(REFRESH, client, &[party])
    }
}
