//! Passes, which let a client log in after it has verified the account's mailbox.

use chrono::TimeDelta;

use super::RateLimits;
use super::buckets::network;
use crate::domain::{BucketName, Client, EmailAddress, User, Username};

/// The time for which a pass is valid.
const PASS_TTL: TimeDelta = TimeDelta::hours(1);

impl RateLimits {
    /// Grants a pass to a client that has just verified a user's mailbox: for a while, it can log in even if the
    /// account's bucket is full.
    pub(in crate::service) async fn grant_pass(&self, user: &User, client: &Client) {
        let email = EmailAddress::parse(&user.email).ok();
        let name = Username::parse(&user.username).ok();
        let names = [
            email.as_ref().map(EmailAddress::canonical),
            name.as_ref().map(Username::canonical),
        ];
        let names = names.into_iter().flatten();
        let passes = names.flat_map(|name| self.passes(name, client));
        let passes: Vec<_> = passes.flatten().collect();
        let until = self.clock.now() + PASS_TTL;
        if let Err(error) = self.store.insert_passes(&passes, until).await {
            tracing::warn!(%error, user = %user.id, "the pass after a verified mailbox was not stored");
        }
    }

    /// Returns the names of a client's passes to the account with this name: by network, and by the device id that the
    /// client chose.
    pub(in crate::service) fn passes(
        &self,
        name: &str,
        client: &Client,
    ) -> [Option<BucketName>; 2] {
        let network = network(client.address);
        let id = client.device.id.as_ref();
        let by_device = id.map(|id| self.buckets.pass(&format!("pass by device {name} {id}")));
        let by_network = self
            .buckets
            .pass(&format!("pass by network {name} {network}"));
        [Some(by_network), by_device]
    }
}
