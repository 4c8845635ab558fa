//! The buckets of an attempt, and their names.

use std::net::{IpAddr, Ipv6Addr};

use aws_lc_rs::hmac;

use super::RateLimits;
use super::table::{Bucket, LimitScope, RateLimitedAction};
use crate::domain::Client;
use crate::store::Charge;

impl RateLimits {
    /// Returns the charges of an attempt. The one to the network comes first.
    pub(super) fn charges(
        &self,
        action: RateLimitedAction,
        client: &Client,
        parties: &[(LimitScope, &str)],
    ) -> Vec<Charge> {
        let charges = self.charges_by_bucket(action, client, parties);
        charges.map(|(_, charge)| charge).collect()
    }

    /// Returns the charges of an attempt, each with the kind of its bucket.
    pub(super) fn charges_by_bucket(
        &self,
        action: RateLimitedAction,
        client: &Client,
        parties: &[(LimitScope, &str)],
    ) -> impl Iterator<Item = (Bucket, Charge)> {
        let buckets = action.buckets().iter();
        buckets.filter_map(move |bucket| {
            let charge = self.charge_to(*bucket, action, client, parties)?;
            Some((*bucket, charge))
        })
    }

    /// Returns the charge to one bucket; `None` if there is no party in its scope.
    fn charge_to(
        &self,
        bucket: Bucket,
        action: RateLimitedAction,
        client: &Client,
        parties: &[(LimitScope, &str)],
    ) -> Option<Charge> {
        let network = network(client.address);
        let party = match bucket.scope() {
            None => network,
            Some(scope) => {
                let (_, party) = parties
                    .iter()
                    .find(|(party_scope, _)| *party_scope == scope)?;
                match bucket {
                    Bucket::LoginNetworkAccount => format!("{network} {party}"),
                    _ => (*party).to_owned(),
                }
            }
        };
        let limit = self.options.limits[bucket];
        // For mail to an address, each field has its own bucket, so that requests for other mail cannot block an
        // owner's password reset.
        let field = match bucket {
            Bucket::MailAddress => action.operation(),
            _ => "",
        };
        let text = format!("{bucket:?} {field} {limit:?} {party}");
        let is_gated = bucket.is_gated();
        let mut bucket = self.name(&text);
        // Rows are locked in the order of their names, and gated ones must be locked last.
        bucket[0] = u8::from(is_gated);
        Some(Charge {
            bucket,
            limit,
            is_gated,
        })
    }

    /// Returns the name of a bucket: a MAC, so that the table of buckets reveals no address. The text includes the
    /// limit, because the same level of a bucket is a different number of attempts under another limit.
    pub(super) fn name(&self, text: &str) -> [u8; 32] {
        let mut name = [0; 32];
        name.copy_from_slice(hmac::sign(&self.key, text.as_bytes()).as_ref());
        name
    }
}

/// Returns the network of an address that is likely one party: an IPv4 address, or the /64 that one customer gets of
/// IPv6.
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
