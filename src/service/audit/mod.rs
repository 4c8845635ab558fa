//! Security events: what happened to an account, for its owner in the API and for the operator in the log, under the same
//! names.
//!
//! The event of a change is written in the transaction of the change, and `log` tells the operator. The event of an attempt
//! that was refused is `deferred`: written a moment after the answer. `list` reads the events of an account.

pub mod deferred;
pub mod list;
pub mod log;

use tokio::sync::mpsc::Sender;

pub use self::deferred::Recorder;
use crate::domain::{Client, Deed};
use crate::platform::clock::Clock;
use crate::platform::random::Random;
use crate::store::{Observation, Store};

/// The record of what happens. Cheap to clone.
#[derive(Clone)]
pub struct SecurityEvents {
    store: Store,
    clock: Clock,
    random: Random,
    observed: Sender<Observation>,
}

impl SecurityEvents {
    /// Describes what this client does now.
    pub(in crate::service) fn deed(&self, client: &Client) -> Deed {
        let at = self.clock.now();
        Deed {
            id: self.random.id(at),
            at,
            client: client.clone(),
        }
    }
}
