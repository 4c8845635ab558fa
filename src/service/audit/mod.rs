//! Security events of accounts. The owner reads them in the API, and the operator in the log, under the same names.
//!
//! The event of a change is written in the transaction of the change, and [`Audit::publish`] logs it after the commit.
//! The event of an attempt that changes nothing is `deferred`: it is written a moment after the response. `list` reads the events of
//! an account.

pub mod deferred;
pub mod list;
pub mod log;

use tokio::sync::mpsc::Sender;

pub use self::deferred::Recorder;
use crate::domain::{AuditContext, Client, Id};
use crate::platform::clock::Clock;
use crate::platform::random::Random;
use crate::service::mail::Mail;
use crate::store::{Committed, DeferredEvent, Store};

/// The record of security events. Cheap to clone.
#[derive(Clone)]
pub struct Audit {
    store: Store,
    clock: Clock,
    random: Random,
    mail: Mail,
    deferred: Sender<DeferredEvent>,
}

impl Audit {
    /// Begins the audit of an action of this client.
    pub(in crate::service) fn begin(&self, client: &Client) -> AuditContext {
        let at = self.clock.now();
        AuditContext {
            id: Id::new(self.random.id(at)),
            at,
            client: client.clone(),
            operation: None,
        }
    }

    /// Begins the audit of an action of this client whose record names the field of the API.
    pub(in crate::service) fn begin_operation(
        &self,
        operation: &'static str,
        client: &Client,
    ) -> AuditContext {
        AuditContext {
            operation: Some(operation),
            ..self.begin(client)
        }
    }

    /// Logs the events of a committed transaction in the order of their ids, as their owner sees them; wakes the delivery
    /// of its mail; logs the accounts that it deleted; and returns its value.
    pub(in crate::service) fn publish<T>(&self, committed: Committed<T>) -> T {
        let Committed { value, mut record } = committed;
        record.events.sort_by_key(|event| event.id);
        record.events.iter().for_each(log::event);
        self.mail.publish(&record.mail);
        record.deletions.iter().for_each(log::deletion);
        value
    }
}
