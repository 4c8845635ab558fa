//! The buckets of one attempt, and their names.

use std::net::{IpAddr, Ipv6Addr};

use aws_lc_rs::hmac;

use super::Limits;
use super::table::{Attempt, Bucket, Subject};
use crate::domain::Client;
use crate::store::Charge;

impl Limits {
    /// Returns the charges of an attempt. The network's comes first.
    pub(super) fn charges(
        &self,
        attempt: Attempt,
        client: &Client,
        subjects: &[(Subject, &str)],
    ) -> Vec<Charge> {
        let charges = self.charges_by_bucket(attempt, client, subjects);
        charges.map(|(_, charge)| charge).collect()
    }

    /// Returns the same charges, each beside its kind of bucket.
    pub(super) fn charges_by_bucket(
        &self,
        attempt: Attempt,
        client: &Client,
        subjects: &[(Subject, &str)],
    ) -> impl Iterator<Item = (Bucket, Charge)> {
        let buckets = attempt.buckets().iter();
        buckets.filter_map(move |bucket| {
            let charge = self.charge_to(*bucket, attempt, client, subjects)?;
            Some((*bucket, charge))
        })
    }

    /// Returns the charge to one bucket; `None` without a subject for it.
    fn charge_to(
        &self,
        bucket: Bucket,
        attempt: Attempt,
        client: &Client,
        subjects: &[(Subject, &str)],
    ) -> Option<Charge> {
        let network = network(client.address);
        let whom = match bucket.subject() {
            None => network,
            Some(subject) => {
                let whom = subjects.iter().find(|(it, _)| *it == subject)?.1;
                match bucket {
                    Bucket::LoginNetworkAccount => format!("{network} {whom}"),
                    _ => whom.to_owned(),
                }
            }
        };
        let limit = self.options.of(bucket);
        // To an address each field has a bucket of its own: nobody shuts an owner out of the reset
        // of a password by asking for other mail.
        let field = match bucket {
            Bucket::MailAddress => attempt.field(),
            _ => "",
        };
        let text = format!("{bucket:?} {field} {limit:?} {whom}");
        let is_gated = bucket.is_gated();
        let mut bucket = self.name(&text);
        // Rows are locked in the order of their names, and those behind a gate last.
        bucket[0] = u8::from(is_gated);
        Some(Charge {
            bucket,
            limit,
            is_gated,
        })
    }

    /// Returns a bucket's name. It is a MAC, so that the table of buckets tells nobody's address; of the limit, too: a bucket
    /// says when it is empty, which is another number of attempts by each limit.
    pub(super) fn name(&self, text: &str) -> [u8; 32] {
        let mut name = [0; 32];
        name.copy_from_slice(hmac::sign(&self.key, text.as_bytes()).as_ref());
        name
    }
}

/// Returns the network that is likely one party: an IPv4 address, and the /64 that one customer gets of IPv6.
pub fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let prefix = u128::from(address) >> 64 << 64;
            format!("{}/64", Ipv6Addr::from(prefix))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::network;

    #[test]
    fn a_network_is_an_ipv4_address_or_an_ipv6_64() {
        for (address, expected) in [
            ("192.0.2.1", "192.0.2.1"),
            ("::ffff:192.0.2.1", "192.0.2.1"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
            ("2001:db8:1:2::ffff", "2001:db8:1:2::/64"),
            ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ] {
            assert_eq!(network(address.parse().unwrap()), expected);
        }
    }
}
