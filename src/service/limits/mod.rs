//! Rate limits: how often something may be tried, and by whom.
//!
//! An attempt is charged where a secret is checked or sent, not by request or path, so that no shape of a document and
//! no number of nodes gets around it. `table` says which attempt is charged to which buckets, `options` how much each
//! takes, and `bucket` names those of one attempt. `charge` charges them and gives back; `bill` decides which of them
//! an attempt is charged to while others are full, and `full` knows for a while which are full. `passes` lets those log
//! in who have proved the account's mailbox.

mod bill;
mod bucket;
mod charge;
mod full;
mod options;
mod passes;
mod table;

use aws_lc_rs::hmac;

use self::full::FullBuckets;
pub use self::options::LimitOptions;
pub use self::table::{Attempt, Subject};
use crate::platform::clock::Clock;
use crate::service::audit::SecurityEvents;
use crate::service::error::AuthError;
use crate::service::token::SecretKeys;
use crate::store::Store;

/// The count of attempts, which all nodes share. Cheap to clone.
#[derive(Clone)]
pub struct Limits {
    store: Store,
    clock: Clock,
    options: LimitOptions,
    /// Names the buckets.
    key: hmac::Key,
    events: SecurityEvents,
    full: FullBuckets,
}

impl Limits {
    /// # Errors
    /// When the key that names buckets cannot be derived.
    pub fn new(
        secrets: &SecretKeys,
        options: LimitOptions,
        store: Store,
        clock: Clock,
        events: SecurityEvents,
    ) -> Result<Self, AuthError> {
        // A new secret names them anew, and so forgets what was charged: that is not done to guess.
        let key = secrets.derive("latchkey rate limits v1")?;
        Ok(Self {
            store,
            clock,
            options,
            key: hmac::Key::new(hmac::HMAC_SHA256, key.newest()),
            events,
            full: FullBuckets::default(),
        })
    }
}
