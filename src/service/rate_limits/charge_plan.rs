//! The charge plan of an attempt: its buckets, and those of them that are charged while others are full.

use chrono::{DateTime, Utc};

use super::RateLimits;
use super::charge::Charged;
use super::table::{LimitScope, RateLimitedAction};
use crate::domain::Client;
use crate::store::Charge;

/// The planned charges of an attempt.
pub(super) struct ChargePlan {
    pub(super) charges: Vec<Charge>,
    /// The names of the buckets that count mail.
    mail: Vec<[u8; 32]>,
    /// Whether the first charge is to the bucket of the network alone.
    has_network: bool,
}

impl RateLimits {
    /// Plans the charges of an attempt. A scope without a party is not charged.
    pub(super) fn plan_charges(
        &self,
        action: RateLimitedAction,
        client: &Client,
        parties: &[(LimitScope, &str)],
    ) -> ChargePlan {
        let (mut charges, mut mail) = (Vec::new(), Vec::new());
        for (bucket, charge) in self.charges_by_bucket(action, client, parties) {
            if bucket.counts_mail() {
                mail.push(charge.bucket);
            }
            charges.push(charge);
        }
        let mut buckets = action.buckets().iter();
        ChargePlan {
            charges,
            mail,
            has_network: buckets.any(|bucket| bucket.scope().is_none()),
        }
    }
}

impl ChargePlan {
    /// Returns whether a charge is to the bucket of the network alone.
    pub(super) fn is_network(&self, charge: &Charge) -> bool {
        self.has_network && self.charges.first() == Some(charge)
    }

    /// Returns the charges to make while these buckets are known to be full. A refused attempt is still charged to its
    /// other buckets: so a flood on one name also fills its network's bucket, and then costs nothing. But it sends no
    /// mail and does not pass the gate, so it is not charged to the buckets of mail and the gated ones.
    pub(super) fn open_charges(&self, full: &[(Charge, DateTime<Utc>)]) -> Vec<Charge> {
        let is_refused = full.iter().any(|(charge, _)| !charge.is_gated);
        let is_charged = |charge: &&Charge| {
            let is_full = full.iter().any(|(other, _)| other == *charge);
            let needs_success = charge.is_gated || self.mail.contains(&charge.bucket);
            !(is_full || is_refused && needs_success)
        };
        self.charges.iter().filter(is_charged).cloned().collect()
    }

    /// Returns the buckets of mail that a refused attempt was charged to, and that must get the charge back.
    pub(super) fn mail_to_give_back(
        &self,
        charges: &[Charge],
        full: &[(Charge, DateTime<Utc>)],
    ) -> Vec<[u8; 32]> {
        let was_charged = |bucket: &[u8; 32]| charges.iter().any(|charge| charge.bucket == *bucket);
        let is_full = |bucket: &[u8; 32]| full.iter().any(|(charge, _)| charge.bucket == *bucket);
        let mut buckets = self.mail.clone();
        buckets.retain(|bucket| was_charged(bucket) && !is_full(bucket));
        buckets
    }

    /// Returns the buckets of an attempt that was let through.
    pub(super) fn charged(self) -> Charged {
        let buckets = self.charges.iter().map(|charge| charge.bucket).collect();
        Charged {
            buckets,
            mail: self.mail,
        }
    }
}
