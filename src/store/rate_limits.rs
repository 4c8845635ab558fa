//! Buckets of attempts, shared by all nodes.

use chrono::{DateTime, Utc};

use super::database::{Engine, Query, Statement, Store, StoreError};
use crate::domain::RateLimit;

/// Takes back one charge of each bucket. On PostgreSQL, locks the buckets in their order: see [`push_charges`].
pub(super) const GIVE_BACK: Statement = Statement::of_each(
    "UPDATE rate_limits SET full_at = full_at - step WHERE bucket IN ($1, $2, $3)",
    "UPDATE rate_limits SET full_at = full_at - step WHERE bucket IN \
         (SELECT bucket FROM rate_limits WHERE bucket IN ($1, $2, $3) ORDER BY bucket FOR UPDATE)",
);

const HAS_PASS: Statement = Statement::new(
    "SELECT EXISTS (SELECT 1 FROM rate_limits WHERE bucket IN ($1, $2) AND full_at > $3) AS good",
);

#[cfg(test)]
pub(super) const STATEMENTS: &[(&str, Statement)] =
    &[("GIVE_BACK", GIVE_BACK), ("HAS_PASS", HAS_PASS)];

/// One bucket that an attempt is charged to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Charge {
    /// Names the bucket, and tells nothing of whom it is for.
    pub bucket: [u8; 32],
    pub limit: RateLimit,
    /// Whether it is charged only if every bucket of the attempt that is not gated lets it through.
    pub is_gated: bool,
}

impl Store {
    /// Writes passes, each good until the given moment. A pass is a row among the buckets: it is full until
    /// then, and is purged with them.
    pub async fn insert_passes(
        &self,
        passes: &[[u8; 32]],
        until: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let mut query = self.write.empty_query();
        push_passes(&mut query, passes, until.timestamp_millis());
        query.remembered().execute().await?;
        Ok(())
    }

    /// Takes back one charge of each of these buckets, three at most.
    pub async fn give_back(&self, buckets: &[[u8; 32]]) -> Result<(), StoreError> {
        let [first, second, third] = three_buckets(buckets);
        self.write
            .query(&GIVE_BACK)
            .bind(first)
            .bind(second)
            .bind(third)
            .execute()
            .await?;
        Ok(())
    }

    /// Whether one of two passes is good now.
    pub async fn has_pass(
        &self,
        passes: [Option<[u8; 32]>; 2],
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let [first, second] = passes.map(|pass| pass.map(|pass| pass.to_vec()));
        self.read
            .query(&HAS_PASS)
            .bind(first)
            .bind(second)
            .bind(now.timestamp_millis())
            .scalar()
            .await
    }

    /// Charges an attempt to each of these buckets that lets it through, in one statement. Returns
    /// those that do not, and when they will.
    pub async fn charge(
        &self,
        charges: &[Charge],
        now: DateTime<Utc>,
    ) -> Result<Vec<(Charge, DateTime<Utc>)>, StoreError> {
        let now = now.timestamp_millis();
        let passed = self.charge_open(charges, now).await?;
        let mut refused = charges.to_vec();
        refused.retain(|charge| !passed.iter().any(|it| *it == charge.bucket));
        // If one of the others refuses, those that are gated were not charged, so they are not reported.
        if refused.iter().any(|charge| !charge.is_gated) {
            refused.retain(|charge| !charge.is_gated);
        }
        if refused.is_empty() {
            return Ok(Vec::new());
        }
        let mut query = self.write.empty_query();
        push_full_buckets(&mut query, &refused);
        let full: Vec<(Vec<u8>, i64)> = query.remembered().all().await?;
        let passage = |charge: Charge| {
            let found = full.iter().find(|(bucket, _)| *bucket == charge.bucket);
            // Purged in between: it lets everything through again.
            let millis = found.map_or(now, |(_, full_at)| full_at - charge.limit.room());
            (
                charge,
                DateTime::from_timestamp_millis(millis).unwrap_or_default(),
            )
        };
        Ok(refused.into_iter().map(passage).collect())
    }

    /// Charges the buckets that let an attempt through, and returns their names.
    async fn charge_open(&self, charges: &[Charge], now: i64) -> Result<Vec<Vec<u8>>, StoreError> {
        let has_gate = charges.iter().any(|charge| charge.is_gated);
        let mut query = self.write.empty_query();
        match (has_gate, self.engine()) {
            (false, _) => push_charges(&mut query, charges, now),
            (true, Engine::Sqlite) => push_gated_charges_on_sqlite(&mut query, charges, now),
            (true, Engine::Postgres) => push_gated_charges_on_postgres(&mut query, charges, now),
        }
        query.remembered().all_scalars().await
    }
}

/// Returns the names of the buckets that a login was charged to, of which there are at most three, as parameters.
pub(super) fn three_buckets(buckets: &[[u8; 32]]) -> [Option<Vec<u8>>; 3] {
    [0, 1, 2].map(|place: usize| buckets.get(place).map(|bucket| bucket.to_vec()))
}

/// How far ahead of now a bucket may be. One that is further was written by a node whose clock was wrong. It is full at room and
/// step, and refuses while it is more than room ahead; so with room twice, it refuses for its period at most. Five seconds
/// are for clocks that differ a little, and for attempts that overtake one another, where a period is short or a bucket
/// holds one attempt.
const LATEST: &str = "excluded.room + excluded.step + CASE WHEN excluded.room > 5000 THEN excluded.room \
     WHEN excluded.room + excluded.step < 5000 THEN excluded.room + excluded.step ELSE 5000 END + ";

/// Returns the same in milliseconds.
fn latest(limit: RateLimit) -> i64 {
    let (room, period) = (limit.room(), limit.room() + limit.step());
    period + if room > 5000 { room } else { period.min(5000) }
}

/// How a statement that writes buckets begins; their rows follow.
const INSERT: &str = "INSERT INTO rate_limits (bucket, full_at, step, room) ";

/// Charges buckets in the order of their names, so that of two attempts one waits for the other, and never both.
///
/// A bucket that would refuse for longer than its own period was charged by a clock that was ahead. It lets this attempt
/// through and counts as full from then on.
pub(super) fn push_charges(query: &mut Query<'_>, charges: &[Charge], now: i64) {
    let mut charges = charges.to_vec();
    charges.sort();
    query.push(INSERT);
    push_rows(query, &charges, now);
    push_charging(query, now);
}

/// Charges the gated buckets only if all others let the attempt through. PostgreSQL runs the second part once
/// the first has locked its rows and is done, so that attempts that come together find the gate as it is.
/// Names of gated buckets sort behind all others, which keeps the order of locks.
pub(super) fn push_gated_charges_on_postgres(query: &mut Query<'_>, charges: &[Charge], now: i64) {
    let (gated, mut open) = parted(charges);
    open.sort();
    query.push("WITH passed AS (").push(INSERT);
    push_rows(query, &open, now);
    push_charging(query, now);
    query.push("), gated AS (").push(INSERT);
    for (place, charge) in gated.iter().enumerate() {
        query.push(if place == 0 { "" } else { " UNION ALL " });
        push_row(query, charge, now);
        query
            .push(" WHERE (SELECT COUNT(*) FROM passed) = ")
            .push_bind((open.len() as u64).cast_signed());
    }
    push_charging(query, now);
    query.push(") SELECT bucket FROM passed UNION ALL SELECT bucket FROM gated");
}

/// Does the same on SQLite, which reads all before it writes, and has one writer.
pub(super) fn push_gated_charges_on_sqlite(query: &mut Query<'_>, charges: &[Charge], now: i64) {
    let (gated, open) = parted(charges);
    query.push(INSERT);
    for charge in &open {
        push_row(query, charge, now);
        query.push(" WHERE TRUE UNION ALL ");
    }
    for (place, charge) in gated.iter().enumerate() {
        query.push(if place == 0 { "" } else { " UNION ALL " });
        push_row(query, charge, now);
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
    push_charging(query, now);
}

/// Returns the gated charges, and the others.
fn parted(charges: &[Charge]) -> (Vec<Charge>, Vec<Charge>) {
    charges.iter().cloned().partition(|charge| charge.is_gated)
}

fn push_rows(query: &mut Query<'_>, charges: &[Charge], now: i64) {
    query.push("VALUES ").push_list(charges, |query, charge| {
        query.push("(");
        push_row_values(query, charge, now);
        query.push(")");
    });
}

fn push_row(query: &mut Query<'_>, charge: &Charge, now: i64) {
    query.push("SELECT ");
    push_row_values(query, charge, now);
}

fn push_row_values(query: &mut Query<'_>, charge: &Charge, now: i64) {
    let step = charge.limit.step();
    query.push_bind(charge.bucket.to_vec());
    for number in [now + step, step, charge.limit.room()] {
        query.push(", ").push_bind(number);
    }
}

fn push_charging(query: &mut Query<'_>, now: i64) {
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

/// Writes passes, in the order of their names.
pub(super) fn push_passes(query: &mut Query<'_>, passes: &[[u8; 32]], until: i64) {
    let mut passes = passes.to_vec();
    passes.sort_unstable();
    query
        .push(INSERT)
        .push("VALUES ")
        .push_list(&passes, |query, pass| {
            query
                .push("(")
                .push_bind(pass.to_vec())
                .push(", ")
                .push_bind(until)
                .push(", 0, 0)");
        })
        .push(" ON CONFLICT (bucket) DO UPDATE SET full_at = excluded.full_at");
}

/// Finds the `full_at` of buckets.
pub(super) fn push_full_buckets(query: &mut Query<'_>, charges: &[Charge]) {
    query
        .push("SELECT bucket, full_at FROM rate_limits WHERE bucket IN (")
        .push_list(charges, |query, charge| {
            query.push_bind(charge.bucket.to_vec());
        })
        .push(")");
}
