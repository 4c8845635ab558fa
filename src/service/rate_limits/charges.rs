//! The charges of an attempt: those that are made while some of its buckets are full, and those that are given back.

use super::table::{Bucket, LimitScope};
use crate::domain::BucketName;
use crate::store::{Charge, FullBucket};

/// The charges of an attempt. The one to the network comes first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Charges(Vec<PlannedCharge>);

/// A charge, with the kind of its bucket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PlannedCharge {
    pub(super) kind: Bucket,
    pub(super) charge: Charge,
}

impl PlannedCharge {
    fn bucket(&self) -> BucketName {
        self.charge.bucket
    }

    fn is_full(&self, full: &[FullBucket]) -> bool {
        full.iter().any(|other| other.bucket == self.bucket())
    }

    /// Returns whether the charge is only made for an attempt that no other bucket refuses. A refused attempt sends no
    /// mail, and does not pass the gate.
    fn needs_success(&self) -> bool {
        self.kind.counts_mail() || self.charge.is_gated
    }
}

impl Charges {
    pub(super) fn new(charges: Vec<PlannedCharge>) -> Self {
        Self(charges)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Charge> {
        self.0.iter().map(|planned| &planned.charge)
    }

    pub(super) fn to_vec(&self) -> Vec<Charge> {
        self.iter().cloned().collect()
    }

    /// Returns the names of all buckets.
    pub(in crate::service) fn buckets(&self) -> Vec<BucketName> {
        self.iter().map(|charge| charge.bucket).collect()
    }

    /// Returns the names of all buckets except that of the network alone.
    pub(super) fn buckets_except_network(&self) -> Vec<BucketName> {
        let mut buckets = self.buckets();
        buckets.retain(|bucket| !self.is_network(*bucket));
        buckets
    }

    /// Returns whether a bucket is that of the network alone, in which a flood is counted.
    pub(super) fn is_network(&self, bucket: BucketName) -> bool {
        let first = self.0.first();
        first.is_some_and(|first| {
            first.kind.scope() == LimitScope::Network && first.bucket() == bucket
        })
    }

    /// Returns the charges to make while some buckets are known to be full. A refused attempt is still charged to its
    /// other buckets, so a flood on one name also fills its network's bucket, and then costs nothing.
    pub(super) fn open(&self, full: &[FullBucket]) -> Self {
        let mut closed = self.0.iter().filter(|planned| planned.is_full(full));
        let is_refused = closed.any(|planned| !planned.charge.is_gated);
        let mut open = self.0.clone();
        open.retain(|planned| !(planned.is_full(full) || is_refused && planned.needs_success()));
        Self(open)
    }

    /// Returns the names of the buckets that count mail, except full ones, which were not charged.
    pub(super) fn mail_buckets_except(&self, full: &[FullBucket]) -> Vec<BucketName> {
        let mail = self.0.iter().filter(|planned| planned.kind.counts_mail());
        let charged = mail.filter(|planned| !planned.is_full(full));
        charged.map(PlannedCharge::bucket).collect()
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::{Charges, PlannedCharge};
    use crate::domain::BucketName;
    use crate::service::rate_limits::table::Bucket::{
        self, LoginAccount, LoginNetwork, LoginNetworkAccount, MailAddress, MailNetwork,
        RefreshSession, RegisterNetwork,
    };
    use crate::store::{Charge, FullBucket};

    const LOGIN: [Bucket; 3] = [LoginNetwork, LoginNetworkAccount, LoginAccount];
    const REGISTER: [Bucket; 3] = [RegisterNetwork, MailNetwork, MailAddress];

    fn name(kind: Bucket) -> BucketName {
        BucketName::new([kind as u8; 32])
    }

    fn charges(kinds: &[Bucket]) -> Charges {
        let planned = kinds.iter().map(|kind| PlannedCharge {
            kind: *kind,
            charge: Charge {
                bucket: name(*kind),
                limit: "10/15m".parse().unwrap(),
                is_gated: kind.is_gated(),
            },
        });
        Charges::new(planned.collect())
    }

    fn full(kinds: &[Bucket]) -> Vec<FullBucket> {
        let full = kinds.iter().map(|kind| FullBucket {
            bucket: name(*kind),
            retry_at: DateTime::UNIX_EPOCH,
        });
        full.collect()
    }

    #[test]
    fn a_refused_attempt_is_charged_to_its_open_buckets_but_not_for_mail_or_behind_the_gate() {
        for (kinds, filled, expected) in [
            (LOGIN, &[][..], &LOGIN[..]),
            (LOGIN, &[LoginNetworkAccount], &[LoginNetwork]),
            (LOGIN, &[LoginAccount], &[LoginNetwork, LoginNetworkAccount]),
            (REGISTER, &[], &REGISTER),
            (REGISTER, &[MailAddress], &[RegisterNetwork]),
            (REGISTER, &[MailNetwork], &[RegisterNetwork]),
            (REGISTER, &[RegisterNetwork], &[]),
        ] {
            let open = charges(&kinds).open(&full(filled));
            assert_eq!(open, charges(expected), "{filled:?} of {kinds:?}");
        }
    }

    #[test]
    fn a_refused_attempt_gets_back_the_mail_that_it_was_charged_for() {
        for (kinds, refused, expected) in [
            (REGISTER, &[MailAddress][..], &[MailNetwork][..]),
            (REGISTER, &[RegisterNetwork], &[MailNetwork, MailAddress]),
            (REGISTER, &[MailNetwork, MailAddress], &[]),
            (LOGIN, &[LoginNetwork], &[]),
        ] {
            let mail = charges(&kinds).mail_buckets_except(&full(refused));
            assert_eq!(mail, charges(expected).buckets(), "{refused:?}");
        }
    }

    #[test]
    fn the_bucket_of_the_network_alone_is_the_first_if_it_counts_a_network() {
        for (kinds, network) in [
            (&LOGIN[..], Some(LoginNetwork)),
            (&REGISTER, Some(RegisterNetwork)),
            (&[MailNetwork, MailAddress], Some(MailNetwork)),
            (&[RefreshSession], None),
        ] {
            let charges = charges(kinds);
            for kind in kinds {
                let is_network = charges.is_network(name(*kind));
                assert_eq!(is_network, network == Some(*kind), "{kind:?} of {kinds:?}");
            }
        }
        let others = charges(&LOGIN).buckets_except_network();
        assert_eq!(others, [name(LoginNetworkAccount), name(LoginAccount)]);
    }
}
