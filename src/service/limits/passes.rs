//! The passes that let somebody log in who has proved the account's mailbox.

use chrono::TimeDelta;

use super::Limits;
use super::bucket::network;
use crate::domain::{Client, EmailAddress, User, Username};

/// The time for which the proof of a mailbox opens the login from where it was given.
const PROOF_TTL: TimeDelta = TimeDelta::hours(1);

impl Limits {
    /// Lets a client that has just proved a user's mailbox sign in from where it is, for a while, whatever the
    /// account's bucket says.
    pub(in crate::service) async fn pass_after_proof(&self, user: &User, client: &Client) {
        let email = EmailAddress::parse(&user.email).ok();
        let name = Username::parse(&user.username).ok();
        let names = [
            email.as_ref().map(EmailAddress::canonical),
            name.as_ref().map(Username::canonical),
        ];
        let names = names.into_iter().flatten();
        let passes = names.flat_map(|name| self.passes(name, client));
        let passes: Vec<_> = passes.flatten().collect();
        let until = self.clock.now() + PROOF_TTL;
        if let Err(error) = self.store.insert_passes(&passes, until).await {
            tracing::warn!(%error, user = %user.id, "the proof of a mailbox opens no login");
        }
    }

    /// Returns the passes of a client to the account with this name: by its network, and by the id that it chose.
    pub(in crate::service) fn passes(&self, name: &str, client: &Client) -> [Option<[u8; 32]>; 2] {
        let network = network(client.address);
        let id = client.device.id.as_ref();
        let id = id.map(|id| self.name(&format!("pass by device {name} {id}")));
        let by_network = self.name(&format!("pass by network {name} {network}"));
        [Some(by_network), id]
    }
}
