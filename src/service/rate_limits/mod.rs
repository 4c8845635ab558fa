//! Rate limits of attempts.
//!
//! An attempt is charged where a secret is checked or sent, not per request or path, so that no form of a document and
//! no number of nodes bypasses the limits. `table` has the buckets of each action, `options` their limits, and `bucket`
//! the names of an attempt's buckets. `charge` charges attempts and gives charges back; `charge_plan` decides which
//! buckets are charged while others are full, and `full` remembers full buckets for a short time. `passes` lets a
//! client log in after it has verified the account's mailbox.

mod bucket;
mod charge;
mod charge_plan;
mod full;
mod options;
mod passes;
mod table;

use aws_lc_rs::hmac;
use secrecy::ExposeSecret;

use self::full::FullBuckets;
pub use self::options::RateLimitOptions;
pub use self::table::{Bucket, LimitScope, RateLimitedAction};
use crate::platform::clock::Clock;
use crate::service::audit::Audit;
use crate::service::error::AuthError;
use crate::service::token::SecretKeys;
use crate::store::Store;

/// The rate limits, whose buckets all nodes share. Cheap to clone.
#[derive(Clone)]
pub struct RateLimits {
    store: Store,
    clock: Clock,
    options: RateLimitOptions,
    /// The key of the MACs that name the buckets.
    key: hmac::Key,
    audit: Audit,
    full: FullBuckets,
}

impl RateLimits {
    /// # Errors
    /// When the key that names buckets cannot be derived.
    pub fn new(
        secrets: &SecretKeys,
        options: RateLimitOptions,
        store: Store,
        clock: Clock,
        audit: Audit,
    ) -> Result<Self, AuthError> {
        // A new secret changes the names, and so resets all buckets. Only the operator can do that.
        let key = secrets.derive("latchkey rate limits v1")?;
        Ok(Self {
            store,
            clock,
            options,
            key: hmac::Key::new(hmac::HMAC_SHA256, key.newest().expose_secret()),
            audit,
            full: FullBuckets::default(),
        })
    }
}
