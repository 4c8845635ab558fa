//! Buckets of attempts, shared by all nodes.

use chrono::{DateTime, Utc};
use sqlx::{Database, Encode, QueryBuilder, Type};

use super::StoreError;
use super::pool::{Store, on, statements};
use crate::domain::RateLimit;

/// One bucket that an attempt is charged to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Charge {
    /// Names the bucket, and tells nothing of whom it is for.
    pub bucket: [u8; 32],
    pub limit: RateLimit,
    /// Whether it is charged only if every bucket of the attempt that is not gated lets it through.
    pub is_gated: bool,
}

/// The buckets of a charge, locked in their order: see [`charge_statement`].
pub(super) const GIVE_BACK_ON_POSTGRES: &str = "UPDATE rate_limits SET full_at = full_at - step WHERE bucket IN \
         (SELECT bucket FROM rate_limits WHERE bucket IN ($1, $2, $3) ORDER BY bucket FOR UPDATE)";

statements! {
    /// Takes back one charge of each bucket.
    GIVE_BACK =
        "UPDATE rate_limits SET full_at = full_at - step WHERE bucket IN ($1, $2, $3)";
    HAS_PASS =
        "SELECT EXISTS (SELECT 1 FROM rate_limits WHERE bucket IN ($1, $2) AND full_at > $3) AS good";
}

/// Binds the names of the buckets that a login was charged to, of which there are at most three.
macro_rules! bind_buckets {
    ($query:expr, $buckets:expr) => {{
        let buckets: &[[u8; 32]] = $buckets;
        let bucket = |place: usize| buckets.get(place).map(|bucket| bucket.to_vec());
        $query.bind(bucket(0)).bind(bucket(1)).bind(bucket(2))
    }};
}
pub(super) use bind_buckets;

impl Store {
    /// Writes passes, each good until the given moment. A pass is a row among the buckets: it is full until
    /// then, and is purged with them.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn insert_passes(
        &self,
        passes: &[[u8; 32]],
        until: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let until = until.timestamp_millis();
        on!(&self.write, |db| {
            pass_statement(passes, until)
                .build()
                .execute(db)
                .await
                .map(|_| ())
        })
    }

    /// Takes back one charge of each of these buckets, three at most.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn give_back(&self, buckets: &[[u8; 32]]) -> Result<(), StoreError> {
        let statement = self.engines(GIVE_BACK, GIVE_BACK_ON_POSTGRES);
        on!(&self.write, |db| {
            bind_buckets!(sqlx::query(statement), buckets)
                .execute(db)
                .await
                .map(|_| ())
        })
    }

    /// Whether one of two passes is good now.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn has_pass(
        &self,
        passes: [Option<[u8; 32]>; 2],
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let [first, second] = passes.map(|pass| pass.map(|pass| pass.to_vec()));
        on!(&self.read, |db| {
            sqlx::query_scalar(HAS_PASS)
                .bind(&first)
                .bind(&second)
                .bind(now.timestamp_millis())
                .fetch_one(db)
                .await
        })
    }

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
        let has_gate = charges.iter().any(|charge| charge.is_gated);
        let is_postgres = self.is_postgres();
        let passed: Vec<Vec<u8>> = on!(&self.write, |db| {
            let mut statement = match (has_gate, is_postgres) {
                (false, _) => charge_statement(charges, now),
                (true, false) => gated_statement_on_sqlite(charges, now),
                (true, true) => gated_statement_on_postgres(charges, now),
            };
            statement.build_query_scalar().fetch_all(db).await
        })?;
        let mut refused = charges.to_vec();
        refused.retain(|charge| !passed.iter().any(|it| *it == charge.bucket));
        // If one of the others refuses, those that are gated were not charged, so they are not reported.
        if refused.iter().any(|charge| !charge.is_gated) {
            refused.retain(|charge| !charge.is_gated);
        }
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

/// How far ahead of now a bucket may be. One that is further was written by a node whose clock was wrong. It is full at room and
/// step, and refuses while it is more than room ahead; so with room twice, it refuses for its period at most. Five seconds
/// are for clocks that differ a little, and for attempts that overtake one another, where a period is short or a bucket
/// holds one attempt.
const LATEST: &str = "excluded.room + excluded.step + CASE WHEN excluded.room > 5000 THEN excluded.room \
     WHEN excluded.room + excluded.step < 5000 THEN excluded.room + excluded.step ELSE 5000 END + ";

/// The same in milliseconds.
fn latest(limit: RateLimit) -> i64 {
    let (room, period) = (limit.room(), limit.room() + limit.step());
    period + if room > 5000 { room } else { period.min(5000) }
}

/// How a statement that writes buckets begins; their rows follow.
const INSERT: &str = "INSERT INTO rate_limits (bucket, full_at, step, room) ";

/// In the order of the buckets, so that of two attempts one waits for the other, and never both.
///
/// A bucket that would refuse for longer than its own period was charged by a clock that was ahead. It lets this attempt
/// through and counts as full from then on.
pub(super) fn charge_statement<DB: Database>(charges: &[Charge], now: i64) -> QueryBuilder<DB>
where
    i64: for<'q> Encode<'q, DB> + Type<DB>,
    Vec<u8>: for<'q> Encode<'q, DB> + Type<DB>,
{
    let mut charges = charges.to_vec();
    charges.sort();
    let mut query = QueryBuilder::new(INSERT);
    push_rows(&mut query, &charges, now);
    push_charging(&mut query, now);
    query
}

/// Charges the gated buckets only if all others let the attempt through. PostgreSQL runs the second part once
/// the first has locked its rows and is done, so that attempts that come together find the gate as it is.
/// Names of gated buckets sort behind all others, which keeps the order of locks.
pub(super) fn gated_statement_on_postgres<DB: Database>(
    charges: &[Charge],
    now: i64,
) -> QueryBuilder<DB>
where
    i64: for<'q> Encode<'q, DB> + Type<DB>,
    Vec<u8>: for<'q> Encode<'q, DB> + Type<DB>,
{
    let (gated, mut open) = parted(charges);
    open.sort();
    let mut query = QueryBuilder::new("WITH passed AS (");
    query.push(INSERT);
    push_rows(&mut query, &open, now);
    push_charging(&mut query, now);
    query.push("), gated AS (").push(INSERT);
    for (place, charge) in gated.iter().enumerate() {
        query.push(if place == 0 { "" } else { " UNION ALL " });
        push_row(&mut query, charge, now);
        query
            .push(" WHERE (SELECT COUNT(*) FROM passed) = ")
            .push(open.len());
    }
    push_charging(&mut query, now);
    query.push(") SELECT bucket FROM passed UNION ALL SELECT bucket FROM gated");
    query
}

/// The same for SQLite, which reads all before it writes, and has one writer.
pub(super) fn gated_statement_on_sqlite<DB: Database>(
    charges: &[Charge],
    now: i64,
) -> QueryBuilder<DB>
where
    i64: for<'q> Encode<'q, DB> + Type<DB>,
    Vec<u8>: for<'q> Encode<'q, DB> + Type<DB>,
{
    let (gated, open) = parted(charges);
    let mut query = QueryBuilder::new(INSERT);
    for charge in &open {
        push_row(&mut query, charge, now);
        query.push(" WHERE TRUE UNION ALL ");
    }
    for (place, charge) in gated.iter().enumerate() {
        query.push(if place == 0 { "" } else { " UNION ALL " });
        push_row(&mut query, charge, now);
        query.push(" WHERE NOT EXISTS (SELECT 1 FROM rate_limits AS gate WHERE FALSE");
        for gate in &open {
            query
                .push(" OR (gate.bucket = ")
                .push_bind(gate.bucket.to_vec())
                .push(" AND gate.full_at > ")
                .push_bind(gate.limit.room() + now)
                .push(" AND gate.full_at <= ")
                .push_bind(latest(gate.limit) + now)
                .push(")");
        }
        query.push(")");
    }
    push_charging(&mut query, now);
    query
}

/// The gated charges, and the others.
fn parted(charges: &[Charge]) -> (Vec<Charge>, Vec<Charge>) {
    charges.iter().cloned().partition(|charge| charge.is_gated)
}

fn push_rows<DB: Database>(query: &mut QueryBuilder<DB>, charges: &[Charge], now: i64)
where
    i64: for<'q> Encode<'q, DB> + Type<DB>,
    Vec<u8>: for<'q> Encode<'q, DB> + Type<DB>,
{
    query.push_values(charges, |mut row, charge| {
        let step = charge.limit.step();
        row.push_bind(charge.bucket.to_vec())
            .push_bind(now + step)
            .push_bind(step)
            .push_bind(charge.limit.room());
    });
}

fn push_row<DB: Database>(query: &mut QueryBuilder<DB>, charge: &Charge, now: i64)
where
    i64: for<'q> Encode<'q, DB> + Type<DB>,
    Vec<u8>: for<'q> Encode<'q, DB> + Type<DB>,
{
    let step = charge.limit.step();
    query.push("SELECT ").push_bind(charge.bucket.to_vec());
    for number in [now + step, step, charge.limit.room()] {
        query.push(", ").push_bind(number);
    }
}

fn push_charging<DB: Database>(query: &mut QueryBuilder<DB>, now: i64)
where
    i64: for<'q> Encode<'q, DB> + Type<DB>,
{
    query
        .push(" ON CONFLICT (bucket) DO UPDATE SET full_at = CASE WHEN rate_limits.full_at > ")
        .push(LATEST)
        .push_bind(now)
        .push(" THEN excluded.room + excluded.step + ")
        .push_bind(now)
        .push(" WHEN rate_limits.full_at > ")
        .push_bind(now)
        .push(" THEN rate_limits.full_at + excluded.step ELSE excluded.step + ")
        .push_bind(now)
        .push(
            " END, step = excluded.step, room = excluded.room \
             WHERE rate_limits.full_at <= excluded.room + ",
        )
        .push_bind(now)
        .push(" OR rate_limits.full_at > ")
        .push(LATEST)
        .push_bind(now)
        .push(" RETURNING bucket");
}

pub(super) fn pass_statement<DB: Database>(passes: &[[u8; 32]], until: i64) -> QueryBuilder<DB>
where
    i64: for<'q> Encode<'q, DB> + Type<DB>,
    Vec<u8>: for<'q> Encode<'q, DB> + Type<DB>,
{
    let mut passes = passes.to_vec();
    passes.sort_unstable();
    let mut query = QueryBuilder::new(INSERT);
    query.push_values(&passes, |mut row, pass| {
        row.push_bind(pass.to_vec())
            .push_bind(until)
            .push("0")
            .push("0");
    });
    query.push(" ON CONFLICT (bucket) DO UPDATE SET full_at = excluded.full_at");
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
