//! The bill of one attempt: the buckets that it is to be charged to, and which of them while others are full.

use chrono::{DateTime, Utc};

use super::Limits;
use super::charge::Charged;
use super::table::{Attempt, Subject};
use crate::domain::Client;
use crate::store::Charge;

/// The charges of an attempt.
pub(super) struct Bill {
    pub(super) charges: Vec<Charge>,
    /// The names of the buckets that count mail.
    mail: Vec<[u8; 32]>,
    /// Whether the first charge is the network's.
    has_network: bool,
}

impl Limits {
    /// Makes the bill of an attempt. A subject that is left out is not charged.
    pub(super) fn bill(
        &self,
        attempt: Attempt,
        client: &Client,
        subjects: &[(Subject, &str)],
    ) -> Bill {
        let (mut charges, mut mail) = (Vec::new(), Vec::new());
        for (bucket, charge) in self.charges_by_bucket(attempt, client, subjects) {
            if bucket.counts_mail() {
                mail.push(charge.bucket);
            }
            charges.push(charge);
        }
        let mut buckets = attempt.buckets().iter();
        Bill {
            charges,
            mail,
            has_network: buckets.any(|bucket| bucket.subject().is_none()),
        }
    }
}

impl Bill {
    /// Whether a charge is the one to the network alone.
    pub(super) fn is_network(&self, charge: &Charge) -> bool {
        self.has_network && self.charges.first() == Some(charge)
    }

    /// Returns the charges to make while these buckets are known to be full. What is full for one reason still counts for
    /// the others: a flood on one name fills its network's bucket, and from then on costs nothing. An attempt that is
    /// refused sends no mail, and is not charged to what is gated.
    pub(super) fn open(&self, known: &[(Charge, DateTime<Utc>)]) -> Vec<Charge> {
        let is_refused = known.iter().any(|(full, _)| !full.is_gated);
        let is_open = |charge: &&Charge| {
            let is_full = known.iter().any(|(full, _)| full == *charge);
            let needs_passage = charge.is_gated || self.mail.contains(&charge.bucket);
            !(is_full || is_refused && needs_passage)
        };
        self.charges.iter().filter(is_open).cloned().collect()
    }

    /// Returns the buckets of mail that a refused attempt was charged to: they were open, and not full.
    pub(super) fn unsent(
        &self,
        open: &[Charge],
        full: &[(Charge, DateTime<Utc>)],
    ) -> Vec<[u8; 32]> {
        let was_open = |bucket: &[u8; 32]| open.iter().any(|it| it.bucket == *bucket);
        let is_full = |bucket: &[u8; 32]| full.iter().any(|(it, _)| it.bucket == *bucket);
        let mut unsent = self.mail.clone();
        unsent.retain(|bucket| was_open(bucket) && !is_full(bucket));
        unsent
    }

    /// Returns the receipt of an attempt that is let through.
    pub(super) fn charged(self) -> Charged {
        let buckets = self.charges.iter().map(|charge| charge.bucket).collect();
        Charged {
            buckets,
            mail: self.mail,
        }
    }
}
