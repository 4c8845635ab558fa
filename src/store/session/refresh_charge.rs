//! The charge of a refresh. The bucket of a session is a column of its row, which a rotation changes in any case, so the
//! charge of a rotation takes no statement of its own.

use chrono::{DateTime, Utc};

use crate::domain::RateLimit;
use crate::store::database::Query;

/// Charges the bucket of a session, as [`push_charges`](crate::store::rate_limits::push_charges) does. The parameters from
/// `$2` to `$5` are those of a [`RefreshCharge`].
pub(super) const CHARGE: &str = "refreshes_full_at = CASE WHEN refreshes_full_at > $5 THEN $4 + CAST($3 AS BIGINT) \
     WHEN refreshes_full_at > $2 THEN refreshes_full_at + $3 ELSE $2 + CAST($3 AS BIGINT) END";

/// The condition that the bucket lets a refresh through.
pub(super) const IS_OPEN: &str = "(refreshes_full_at <= $4 OR refreshes_full_at > $5)";

/// The charge of a refresh to the bucket of its session. Times are milliseconds since 1970.
#[derive(Clone, Copy, Debug)]
pub struct RefreshCharge {
    charged_at: i64,
    step: i64,
    /// The latest level of the bucket that lets the refresh through.
    latest: i64,
    /// A higher level is from a node whose clock was wrong, or from before the limit was changed.
    max_level: i64,
}

impl RefreshCharge {
    /// The charge of a refresh that is not limited, or was charged already.
    pub const NONE: Self = Self {
        charged_at: 0,
        step: 0,
        latest: i64::MAX,
        max_level: i64::MAX,
    };

    #[must_use]
    pub fn new(limit: RateLimit, now: DateTime<Utc>) -> Self {
        let charged_at = now.timestamp_millis();
        Self {
            charged_at,
            step: limit.step(),
            latest: charged_at + limit.room(),
            max_level: charged_at + limit.max_lead(),
        }
    }

    /// Returns when a bucket with this level lets a refresh through.
    pub(super) fn retry_at(self, full_at: i64) -> DateTime<Utc> {
        let room = self.latest - self.charged_at;
        DateTime::from_timestamp_millis(full_at - room).unwrap_or_default()
    }

    /// Binds the parameters from `$2` to `$5`.
    pub(super) fn bind(self, query: Query<'_>) -> Query<'_> {
        query
            .bind(self.charged_at)
            .bind(self.step)
            .bind(self.latest)
            .bind(self.max_level)
    }
}
