//! Rate limits of attempts.
//!
//! An attempt is charged where a secret is checked or sent, not per request or path, so that no form of a document and
//! no number of nodes bypasses the limits. A bucket counts the attempts of one party. Its scope is the kind of party: a
//! network, an account, an address, a device or a session.
//!
//! `table` has the buckets of each action, and `buckets` the names and limits of an attempt's buckets. `charge` charges
//! attempts and gives charges back; `charges` decides which buckets are charged while others are full, and `full`
//! remembers full buckets for a short time. `passes` lets a client log in after it has verified the account's
//! mailbox, and `refresh` is for the buckets that are in their sessions.

mod buckets;
mod charge;
mod charges;
mod full;
mod passes;
mod refresh;
mod table;

use enum_map::EnumMap;
use secrecy::ExposeSecret;

use self::buckets::Buckets;
pub(super) use self::charge::Prover;
pub use self::charges::Charges;
use self::full::FullBuckets;
pub use self::table::{Bucket, LimitScope, RateLimitedAction};
use crate::domain::RateLimit;
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
    audit: Audit,
    is_enabled: bool,
    buckets: Buckets,
    full: FullBuckets,
}

/// The limits of the settings.
#[derive(Clone, Copy, Debug)]
pub struct RateLimitOptions {
    /// Whether anything is limited.
    pub enabled: bool,
    /// The limit of each kind of bucket.
    pub limits: EnumMap<Bucket, RateLimit>,
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
            audit,
            is_enabled: options.enabled,
            buckets: Buckets::new(&options.limits, key.newest().expose_secret()),
            full: FullBuckets::default(),
        })
    }
}
