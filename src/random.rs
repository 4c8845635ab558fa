//! The only place that makes random bytes.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use rand::rngs::{StdRng, SysRng};
use rand::{Rng, SeedableRng};
use uuid::Uuid;

/// A source of unpredictable bytes: a cryptographic generator that the operating system seeds once,
/// or, in tests, one that a number seeds. Cheap to clone; clones share the stream.
#[derive(Clone)]
pub struct Random(Arc<Mutex<StdRng>>);

impl Random {
    /// Seeded by the operating system.
    ///
    /// # Errors
    /// When the operating system has no randomness to give; the service must not start then.
    pub fn system() -> Result<Self, rand::rngs::SysError> {
        StdRng::try_from_rng(&mut SysRng).map(Self::from_generator)
    }

    /// Makes the same bytes every time. For tests.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self::from_generator(StdRng::seed_from_u64(seed))
    }

    fn from_generator(generator: StdRng) -> Self {
        Self(Arc::new(Mutex::new(generator)))
    }

    /// `N` fresh bytes.
    #[must_use]
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .fill_bytes(&mut bytes);
        bytes
    }

    /// A `UUIDv7` of this moment: ids sort by the time they were made, to the millisecond.
    #[must_use]
    pub fn id(&self, now: DateTime<Utc>) -> Uuid {
        let millis = u64::try_from(now.timestamp_millis()).unwrap_or_default();
        uuid::Builder::from_unix_timestamp_millis(millis, &self.bytes()).into_uuid()
    }
}

impl std::fmt::Debug for Random {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Random")
    }
}
