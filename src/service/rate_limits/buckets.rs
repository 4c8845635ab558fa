//! The buckets that an attempt is charged to, with their names and limits.

use std::net::{IpAddr, Ipv6Addr};

use aws_lc_rs::hmac;
use enum_map::EnumMap;

use super::charges::{Charges, PlannedCharge};
use super::table::{Bucket, LimitScope, RateLimitedAction};
use crate::domain::{BucketName, Client, RateLimit};
use crate::store::Charge;

/// The limits of all buckets, and the key of the MACs that name them.
#[derive(Clone)]
pub(super) struct Buckets {
    limits: EnumMap<Bucket, RateLimit>,
    key: hmac::Key,
}

impl Buckets {
    pub(super) fn new(limits: &EnumMap<Bucket, RateLimit>, key: &[u8]) -> Self {
        Self {
            limits: *limits,
            key: hmac::Key::new(hmac::HMAC_SHA256, key),
        }
    }

    /// Returns the limit of a kind of bucket.
    pub(super) fn limit(&self, kind: Bucket) -> RateLimit {
        self.limits[kind]
    }

    /// Returns the charges of an attempt. A bucket without a party in its scope is not charged.
    pub(super) fn charges(
        &self,
        action: RateLimitedAction,
        client: &Client,
        parties: &[(LimitScope, &str)],
    ) -> Charges {
        let network = network(client.address);
        let planned = action.buckets().iter().filter_map(|kind| {
            let party = party(*kind, &network, parties)?;
            let charge = self.charge(*kind, action, &party);
            Some(PlannedCharge {
                kind: *kind,
                charge,
            })
        });
        Charges::new(planned.collect())
    }

    /// Returns the charge to the bucket that counts a party.
    fn charge(&self, kind: Bucket, action: RateLimitedAction, party: &str) -> Charge {
        let limit = self.limits[kind];
        // For mail to an address, each operation has its own bucket, so that requests for other mail cannot block an
        // owner's password reset.
        let operation = match kind {
            Bucket::MailAddress => action.operation(),
            _ => "",
        };
        // The text includes the limit, because the same level of a bucket is a different number of attempts under
        // another limit. Another text would empty all buckets, on each node when it is updated.
        let mut mac = self.mac(&format!("{kind:?} {operation} {limit:?} {party}"));
        // Rows are locked in the order of their names, and gated ones must be locked last.
        mac[0] = u8::from(kind.is_gated());
        Charge {
            bucket: BucketName::new(mac),
            limit,
            is_gated: kind.is_gated(),
        }
    }

    /// Returns the name of a pass, which is stored like a bucket.
    pub(super) fn pass(&self, text: &str) -> BucketName {
        BucketName::new(self.mac(text))
    }

    /// Returns a MAC, so that the table of buckets reveals no party.
    fn mac(&self, text: &str) -> [u8; 32] {
        let mut mac = [0; 32];
        mac.copy_from_slice(hmac::sign(&self.key, text.as_bytes()).as_ref());
        mac
    }
}

/// Returns the party that a bucket counts; `None` if the attempt has none in its scope.
fn party(kind: Bucket, network: &str, parties: &[(LimitScope, &str)]) -> Option<String> {
    if kind.scope() == LimitScope::Network {
        return Some(network.to_owned());
    }
    let (_, party) = parties.iter().find(|(scope, _)| *scope == kind.scope())?;
    Some(match kind {
        Bucket::LoginNetworkAccount => format!("{network} {party}"),
        _ => (*party).to_owned(),
    })
}

/// Returns the network of an address that one party is likely to have for itself: an IPv4 address, or the /64 that one
/// customer gets of IPv6.
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
    use base64::Engine;
    use base64::prelude::BASE64_URL_SAFE_NO_PAD;
    use enum_map::EnumMap;

    use super::{Buckets, network};
    use crate::domain::{BucketName, Client, Device};
    use crate::service::rate_limits::table::{LimitScope, RateLimitedAction};

    fn buckets() -> Buckets {
        let limits = EnumMap::from_fn(|_| "10/15m".parse().unwrap());
        Buckets::new(&limits, &[7; 32])
    }

    fn client() -> Client {
        Client {
            address: [192, 0, 2, 1].into(),
            device: Device::unknown(),
            languages: Vec::new(),
        }
    }

    fn names(action: RateLimitedAction, parties: &[(LimitScope, &str)]) -> Vec<BucketName> {
        buckets().charges(action, &client(), parties).buckets()
    }

    fn text(name: BucketName) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(name.as_bytes())
    }

    /// The names were calculated by another implementation of HMAC.
    #[test]
    fn a_bucket_keeps_its_name_over_all_releases() {
        let account = (LimitScope::Account, "ada");
        let address = (LimitScope::Address, "ada@example.com");
        for (action, party, expected) in [
            (
                RateLimitedAction::Login,
                account,
                &[
                    "AItcd2nhtvD-t5JAlONxjvhJGzbRF2ssKHKFpQqeHv4",
                    "ADF1W2fS0Yo-Sst15SMldz4r-jZaWWjgFyKmsG98Oa0",
                    "AT9j80c-B8fIUq0W4ydQXNDu6PJP9ztwp8JtFA_dd2Q",
                ][..],
            ),
            (
                RateLimitedAction::RequestPasswordReset,
                address,
                &[
                    "AAjd8IvaoZ1x338e-M-nXACIg8qv554ZbhUbfhFNbNM",
                    "AMnFW7S-ji1C0EGE6XWeWvHh_OiRMgDNjR5bD-2R-1M",
                ][..],
            ),
        ] {
            let names = names(action, &[party]).into_iter().map(text);
            assert_eq!(names.collect::<Vec<_>>(), expected, "{action:?}");
        }
        let pass = buckets().pass("pass by network ada 192.0.2.1");
        assert_eq!(text(pass), "jYJHHKhYgZH0yEomf7F5y4akCAD8q6wktyM2Wvzl0E0");
    }

    #[test]
    fn a_bucket_without_a_party_in_its_scope_is_not_charged() {
        let address = (LimitScope::Address, "ada@example.com");
        assert_eq!(names(RateLimitedAction::Login, &[]).len(), 1);
        assert_eq!(names(RateLimitedAction::Login, &[address]).len(), 1);
        assert!(names(RateLimitedAction::UpdateProfile, &[]).is_empty());
    }

    #[test]
    fn operations_share_the_bucket_of_a_network_and_not_that_of_mail_to_an_address() {
        let address = [(LimitScope::Address, "ada@example.com")];
        let reset = names(RateLimitedAction::RequestPasswordReset, &address);
        let resend = names(RateLimitedAction::ResendVerificationEmail, &address);
        assert_eq!(reset[0], resend[0]);
        assert_ne!(reset[1], resend[1]);
    }

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
