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
    /// those that do not.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn charge(
        &self,
        charges: &[Charge],
        now: DateTime<Utc>,
    ) -> Result<Vec<[u8; 32]>, StoreError> {
        let now = now.timestamp_millis();
        let passed: Vec<Vec<u8>> = on!(&self.write, |db| {
            charge_statement(charges, now)
                .build_query_scalar()
                .fetch_all(db)
                .await
        })?;
        let refused = charges.iter().map(|charge| charge.bucket);
        Ok(refused
            .filter(|bucket| !passed.iter().any(|it| it == bucket))
            .collect())
    }

    /// When the last of these buckets lets an attempt through again.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn find_passage(&self, buckets: &[[u8; 32]]) -> Result<DateTime<Utc>, StoreError> {
        let millis: Option<i64> = on!(&self.write, |db| {
            passage_statement(buckets)
                .build_query_scalar()
                .fetch_one(db)
                .await
        })?;
        let passage = millis.and_then(DateTime::from_timestamp_millis);
        Ok(passage.unwrap_or_default())
    }
}

/// In the order of the buckets, so that no two attempts wait for one another.
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

pub(super) fn passage_statement<DB: Database>(buckets: &[[u8; 32]]) -> QueryBuilder<DB>
where
    Vec<u8>: for<'q> Encode<'q, DB> + Type<DB>,
{
    let mut query = QueryBuilder::new(
        "SELECT MAX(full_at - room) AS passage FROM rate_limits WHERE bucket IN (",
    );
    let mut list = query.separated(", ");
    for bucket in buckets {
        list.push_bind(bucket.to_vec());
    }
    query.push(")");
    query
}
