//! Buckets of attempts, shared by all nodes.

use chrono::{DateTime, Utc};
use sqlx::{Database, Encode, QueryBuilder, Type};

use super::StoreError;
use super::pool::{Store, on};
use crate::domain::RateLimit;

/// One bucket that an attempt is charged to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Charge {
    /// Names the bucket, and tells nothing of whom it is for.
    pub bucket: [u8; 32],
    pub limit: RateLimit,
}

impl Store {
    /// Charges an attempt to each of these buckets that lets it through, in one statement. Answers
    /// those that do not, and when they will.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn charge(
        &self,
        charges: &[Charge],
        now: DateTime<Utc>,
    ) -> Result<Vec<(Charge, DateTime<Utc>)>, StoreError> {
        let now = now.timestamp_millis();
        let passed: Vec<Vec<u8>> = on!(&self.write, |db| {
            charge_statement(charges, now)
                .build_query_scalar()
                .fetch_all(db)
                .await
        })?;
        let mut refused = charges.to_vec();
        refused.retain(|charge| !passed.iter().any(|it| *it == charge.bucket));
        if refused.is_empty() {
            return Ok(Vec::new());
        }
        let full: Vec<(Vec<u8>, i64)> = on!(&self.write, |db| {
            full_statement(&refused)
                .build_query_as()
                .fetch_all(db)
                .await
        })?;
        let passage = |charge: Charge| {
            let found = full.iter().find(|(bucket, _)| *bucket == charge.bucket);
            // Swept in between: it lets everything through again.
            let millis = found.map_or(now, |(_, full_at)| full_at - charge.limit.room());
            (
                charge,
                DateTime::from_timestamp_millis(millis).unwrap_or_default(),
            )
        };
        Ok(refused.into_iter().map(passage).collect())
    }
}

/// In the order of the buckets, so that of two attempts one waits for the other, and never both.
pub(super) fn charge_statement<DB: Database>(charges: &[Charge], now: i64) -> QueryBuilder<DB>
where
    i64: for<'q> Encode<'q, DB> + Type<DB>,
    Vec<u8>: for<'q> Encode<'q, DB> + Type<DB>,
{
    let mut charges = charges.to_vec();
    charges.sort();
    let mut query = QueryBuilder::new("INSERT INTO rate_limits (bucket, full_at, step, room) ");
    query.push_values(&charges, |mut row, charge| {
        let step = charge.limit.step();
        row.push_bind(charge.bucket.to_vec())
            .push_bind(now + step)
            .push_bind(step)
            .push_bind(charge.limit.room());
    });
    query
        .push(" ON CONFLICT (bucket) DO UPDATE SET full_at = CASE WHEN rate_limits.full_at > ")
        .push_bind(now)
        .push(" THEN rate_limits.full_at ELSE ")
        .push_bind(now)
        .push(
            " END + excluded.step, step = excluded.step, room = excluded.room \
             WHERE rate_limits.full_at <= excluded.room + ",
        )
        .push_bind(now)
        .push(" RETURNING bucket");
    query
}

pub(super) fn full_statement<DB: Database>(charges: &[Charge]) -> QueryBuilder<DB>
where
    Vec<u8>: for<'q> Encode<'q, DB> + Type<DB>,
{
    let mut query = QueryBuilder::new("SELECT bucket, full_at FROM rate_limits WHERE bucket IN (");
    let mut list = query.separated(", ");
    for charge in charges {
        list.push_bind(charge.bucket.to_vec());
    }
    query.push(")");
    query
}
