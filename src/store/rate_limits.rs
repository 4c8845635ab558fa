//! Rate-limit buckets, shared by all nodes.

use chrono::{DateTime, Utc};

use super::database::{Engine, Query, Statement, Store, StoreError};
use crate::domain::{BucketName, RateLimit};

/// Takes one charge back from each bucket. On PostgreSQL, locks the buckets in order: see [`push_charges`].
pub(super) const GIVE_BACK: Statement = Statement::of_each(
    "UPDATE rate_limits SET full_at = full_at - step WHERE bucket IN ($1, $2, $3)",
    "UPDATE rate_limits SET full_at = full_at - step WHERE bucket IN \
         (SELECT bucket FROM rate_limits WHERE bucket IN ($1, $2, $3) ORDER BY bucket FOR UPDATE)",
);

const HAS_PASS: Statement = Statement::new(
    "SELECT EXISTS (SELECT 1 FROM rate_limits WHERE bucket IN ($1, $2) AND full_at > $3) AS is_valid",
);

#[cfg(test)]
pub(super) const STATEMENTS: &[(&str, Statement)] =
    &[("GIVE_BACK", GIVE_BACK), ("HAS_PASS", HAS_PASS)];

/// The charge of an attempt to one bucket.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Charge {
    pub bucket: BucketName,
    pub limit: RateLimit,
    /// Whether the bucket is charged only if all other buckets of the attempt, which are not gated, let it through.
    pub is_gated: bool,
}

/// A bucket that lets no attempt through at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FullBucket {
    pub bucket: BucketName,
    /// When the bucket lets an attempt through again, unless a charge is given back before.
    pub retry_at: DateTime<Utc>,
}

impl Store {
    /// Inserts passes that are valid until the given moment. A pass is a bucket that is full until then, and is purged
    /// like any other.
    pub async fn insert_passes(
        &self,
        passes: &[BucketName],
        until: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let mut query = self.write.empty_query();
        push_passes(&mut query, passes, until.timestamp_millis());
        query.remembered().execute().await?;
        Ok(())
    }

    /// Takes one charge back from each of these buckets, of which there are at most three.
    pub async fn give_back(&self, buckets: &[BucketName]) -> Result<(), StoreError> {
        let [first, second, third] = three_buckets(buckets);
        let give_back = GIVE_BACK.sql(self.engine());
        let mut query = self.write.relaxed_query().with_text(give_back);
        query.push(" AND ").push_relaxed_condition();
        query.bind(first).bind(second).bind(third).execute().await?;
        Ok(())
    }

    /// Returns whether one of two passes is valid now.
    pub async fn has_pass(
        &self,
        passes: [Option<BucketName>; 2],
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let [first, second] = passes;
        self.read
            .query(&HAS_PASS)
            .bind(first)
            .bind(second)
            .bind(now.timestamp_millis())
            .scalar()
            .await
    }

    /// Charges an attempt to each of these buckets that lets it through, in one statement. Returns the buckets that do
    /// not.
    pub async fn charge(
        &self,
        charges: &[Charge],
        now: DateTime<Utc>,
    ) -> Result<Vec<FullBucket>, StoreError> {
        let now = now.timestamp_millis();
        let passed = self.charge_open(charges, now).await?;
        let mut refused = charges.to_vec();
        refused.retain(|charge| !passed.contains(&charge.bucket));
        // If a bucket that is not gated refuses, the gated ones were not charged, so they are not reported.
        if refused.iter().any(|charge| !charge.is_gated) {
            refused.retain(|charge| !charge.is_gated);
        }
        if refused.is_empty() {
            return Ok(Vec::new());
        }
        let mut query = self.write.empty_query();
        push_full_buckets(&mut query, &refused);
        let full: Vec<(BucketName, i64)> = query.remembered().all().await?;
        let full_bucket = |charge: Charge| {
            let row = full.iter().find(|(bucket, _)| *bucket == charge.bucket);
            // A missing bucket was purged in between, and lets the attempt through now.
            let millis = row.map_or(now, |(_, full_at)| full_at - charge.limit.room());
            FullBucket {
                bucket: charge.bucket,
                retry_at: DateTime::from_timestamp_millis(millis).unwrap_or_default(),
            }
        };
        Ok(refused.into_iter().map(full_bucket).collect())
    }

    /// Charges the buckets that let an attempt through, and returns their names.
    async fn charge_open(
        &self,
        charges: &[Charge],
        now: i64,
    ) -> Result<Vec<BucketName>, StoreError> {
        let has_gate = charges.iter().any(|charge| charge.is_gated);
        let mut query = self.write.relaxed_query();
        match (has_gate, self.engine()) {
            (false, _) => push_charges(&mut query, charges, now),
            (true, Engine::Sqlite) => push_gated_charges_on_sqlite(&mut query, charges, now),
            (true, Engine::Postgres) => push_gated_charges_on_postgres(&mut query, charges, now),
        }
        query.remembered().all_scalars().await
    }
}

/// Returns the names of the buckets that a login was charged to as three parameters. There are at most three.
pub(super) fn three_buckets(buckets: &[BucketName]) -> [Option<BucketName>; 3] {
    [0, 1, 2].map(|index: usize| buckets.get(index).copied())
}

/// [`RateLimit::max_lead`] of a row's own limit, plus the current time, which follows.
const MAX_LEAD: &str = "excluded.room + excluded.step + CASE WHEN excluded.room > 5000 THEN excluded.room \
     WHEN excluded.room + excluded.step < 5000 THEN excluded.room + excluded.step ELSE 5000 END + ";

/// The start of a statement that writes buckets; their rows follow.
const INSERT: &str = "INSERT INTO rate_limits (bucket, full_at, step, room) ";

/// Appends the statement that charges buckets. It locks them in the order of their names, to prevent deadlocks.
///
/// A bucket that would refuse for longer than its own period was charged by a node whose clock was ahead. It lets this
/// attempt through and is full after it.
pub(super) fn push_charges(query: &mut Query<'_>, charges: &[Charge], now: i64) {
    let mut charges = charges.to_vec();
    charges.sort();
    query.push(INSERT);
    push_rows(query, &charges, now);
    push_charging(query, now);
}

/// Appends the statement that charges the gated buckets only if all others let the attempt through. PostgreSQL runs the
/// second part after the first has locked and changed its rows, so simultaneous attempts see the current buckets. The
/// names of gated buckets sort after all others, which keeps the order of locks.
pub(super) fn push_gated_charges_on_postgres(query: &mut Query<'_>, charges: &[Charge], now: i64) {
    let (gated, mut open) = partition_gated(charges);
    open.sort();
    query.push("WITH passed AS (").push(INSERT);
    push_rows(query, &open, now);
    push_charging(query, now);
    query.push("), gated AS (").push(INSERT);
    for (index, charge) in gated.iter().enumerate() {
        query.push(if index == 0 { "" } else { " UNION ALL " });
        push_row(query, charge, now);
        query
            .push(" WHERE (SELECT COUNT(*) FROM passed) = ")
            .push_bind((open.len() as u64).cast_signed());
    }
    push_charging(query, now);
    query.push(") SELECT bucket FROM passed UNION ALL SELECT bucket FROM gated");
}

/// Appends the same statement for SQLite, which reads all rows before it writes, and has one writer.
pub(super) fn push_gated_charges_on_sqlite(query: &mut Query<'_>, charges: &[Charge], now: i64) {
    let (gated, open) = partition_gated(charges);
    query.push(INSERT);
    push_rows(query, &open, now);
    for charge in &gated {
        query.push(" UNION ALL ");
        push_row(query, charge, now);
        query.push(" WHERE NOT EXISTS (SELECT 1 FROM rate_limits AS gate WHERE FALSE");
        for gate in &open {
            query
                .push(" OR (gate.bucket = ")
                .push_bind(gate.bucket)
                .push(" AND gate.full_at > ")
                .push_bind(gate.limit.room() + now)
                .push(" AND gate.full_at <= ")
                .push_bind(gate.limit.max_lead() + now)
                .push(")");
        }
        query.push(")");
    }
    push_charging(query, now);
}

/// Returns the gated charges, and the others.
fn partition_gated(charges: &[Charge]) -> (Vec<Charge>, Vec<Charge>) {
    charges.iter().cloned().partition(|charge| charge.is_gated)
}

/// Appends the rows of charges that are not gated. Each row has the relaxed condition, also that of a charge which is
/// refused: PostgreSQL commits its lock, and would wait for the disk.
fn push_rows(query: &mut Query<'_>, charges: &[Charge], now: i64) {
    for (index, charge) in charges.iter().enumerate() {
        query.push(if index == 0 { "" } else { " UNION ALL " });
        push_row(query, charge, now);
        query.push(" WHERE ").push_relaxed_condition();
    }
}

fn push_row(query: &mut Query<'_>, charge: &Charge, now: i64) {
    let step = charge.limit.step();
    query.push("SELECT ").push_bind(charge.bucket);
    for number in [now + step, step, charge.limit.room()] {
        query.push(", ").push_bind(number);
    }
}

fn push_charging(query: &mut Query<'_>, now: i64) {
    query
        .push(" ON CONFLICT (bucket) DO UPDATE SET full_at = CASE WHEN rate_limits.full_at > ")
        .push(MAX_LEAD)
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
        .push(MAX_LEAD)
        .push_bind(now)
        .push(" RETURNING bucket");
}

/// Appends the statement that inserts passes, in the order of their names.
pub(super) fn push_passes(query: &mut Query<'_>, passes: &[BucketName], until: i64) {
    let mut passes = passes.to_vec();
    passes.sort_unstable();
    query
        .push(INSERT)
        .push("VALUES ")
        .push_list(&passes, |query, pass| {
            query
                .push("(")
                .push_bind(*pass)
                .push(", ")
                .push_bind(until)
                .push(", 0, 0)");
        })
        .push(" ON CONFLICT (bucket) DO UPDATE SET full_at = excluded.full_at");
}

/// Appends the statement that reads the `full_at` of buckets.
pub(super) fn push_full_buckets(query: &mut Query<'_>, charges: &[Charge]) {
    query
        .push("SELECT bucket, full_at FROM rate_limits WHERE bucket IN (")
        .push_list(charges, |query, charge| {
            query.push_bind(charge.bucket);
        })
        .push(")");
}
