//! The claim of another account on an address.

use chrono::{DateTime, Utc};
use sqlx::FromRow;

use crate::domain::{EmailAddress, UserId};
use crate::store::database::{Query, Statement, Store, StoreError, Transaction};

/// Finds whether another account has the address, or had it so recently that it may still take it back. An unverified
/// account that had enough time to verify it does not count.
const FIND_CLAIM: Statement = Statement::new(
    "SELECT EXISTS (SELECT 1 FROM users WHERE email_canonical = $1 AND id <> $2 \
             AND (email_verified_at IS NOT NULL OR created_at >= $4)) AS is_taken, \
         (SELECT MAX(expires_at) FROM security_notices \
          WHERE email_canonical = $1 AND user_id <> $2 AND expires_at > $3) AS reserved_until",
);

#[cfg(test)]
pub const STATEMENTS: &[(&str, Statement)] = &[("FIND_CLAIM", FIND_CLAIM)];

/// A claim of another account on an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressClaim {
    /// An account has the address.
    Account,
    /// An account had the address, and may take it back until this moment.
    FormerOwner { until: DateTime<Utc> },
}

#[derive(FromRow)]
struct ClaimRow {
    is_taken: bool,
    reserved_until: Option<DateTime<Utc>>,
}

impl ClaimRow {
    fn claim(&self) -> Option<AddressClaim> {
        match self.reserved_until {
            _ if self.is_taken => Some(AddressClaim::Account),
            reserved => reserved.map(|until| AddressClaim::FormerOwner { until }),
        }
    }
}

impl Transaction {
    /// Finds the claim of any account but this user's on an address.
    pub(super) async fn find_claim(
        &mut self,
        canonical: &str,
        user_id: UserId,
        now: DateTime<Utc>,
        unverified_before: DateTime<Utc>,
    ) -> Result<Option<AddressClaim>, StoreError> {
        let query = self.query(&FIND_CLAIM);
        find_claim(query, canonical, user_id, now, unverified_before).await
    }
}

impl Store {
    /// Finds the claim of any account but this user's on an address.
    pub async fn find_address_claim(
        &self,
        email: &EmailAddress,
        user_id: UserId,
        now: DateTime<Utc>,
        unverified_before: DateTime<Utc>,
    ) -> Result<Option<AddressClaim>, StoreError> {
        let query = self.read.query(&FIND_CLAIM);
        find_claim(query, email.canonical(), user_id, now, unverified_before).await
    }
}

/// Binds the parameters of [`FIND_CLAIM`] and runs it.
async fn find_claim(
    query: Query<'_>,
    canonical: &str,
    user_id: UserId,
    now: DateTime<Utc>,
    unverified_before: DateTime<Utc>,
) -> Result<Option<AddressClaim>, StoreError> {
    let row: ClaimRow = query
        .bind(canonical)
        .bind(user_id)
        .bind(now)
        .bind(unverified_before)
        .one()
        .await?;
    Ok(row.claim())
}
