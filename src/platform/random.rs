//! The only source of randomness.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use rand::rngs::{StdRng, SysError, SysRng};
use rand::{Rng, SeedableRng};
use uuid::Uuid;

/// A source of unpredictable bytes: a cryptographic generator that the operating system seeds once,
/// or, in tests, a fixed seed. Cheap to clone; clones share the stream.
#[derive(Clone)]
pub struct Random(Arc<Mutex<Source>>);

struct Source {
    generator: StdRng,
    /// The millisecond and the counter of the latest id.
    latest: (u64, u16),
}

/// The error of an operating system that provides no randomness.
#[derive(Debug, thiserror::Error)]
#[error("the operating system gives no randomness: {0}")]
pub struct RandomError(#[from] SysError);

impl Random {
    /// Returns a source that the operating system seeds. If that fails, the service must not start.
    pub fn system() -> Result<Self, RandomError> {
        Ok(Self::from_generator(StdRng::try_from_rng(&mut SysRng)?))
    }

    /// Returns a source that makes the same bytes every time, for tests.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self::from_generator(StdRng::seed_from_u64(seed))
    }

    fn from_generator(generator: StdRng) -> Self {
        let latest = (0, 0);
        Self(Arc::new(Mutex::new(Source { generator, latest })))
    }

    /// Returns `N` fresh bytes.
    #[must_use]
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.source().generator.fill_bytes(&mut bytes);
        bytes
    }

    /// Returns a `UUIDv7` of this moment. Ids sort by the time of their creation, and ids that one process makes in one
    /// millisecond sort in order (RFC 9562 section 6.2, method 1: 12 bits count from a random number of 11 bits; more
    /// than 2,048 in one millisecond lose their order, not their uniqueness).
    #[must_use]
    pub fn id(&self, now: DateTime<Utc>) -> Uuid {
        let millis = u64::try_from(now.timestamp_millis()).unwrap_or_default();
        let mut bytes: [u8; 10] = self.bytes();
        let mut source = self.source();
        let counter = match source.latest {
            (latest, counter) if latest == millis => (counter + 1).min(0xfff),
            _ => u16::from_be_bytes([bytes[0], bytes[1]]) & 0x7ff,
        };
        source.latest = (millis, counter);
        bytes[..2].copy_from_slice(&counter.to_be_bytes());
        uuid::Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid()
    }

    fn source(&self) -> MutexGuard<'_, Source> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Random {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Random")
    }
}

#[cfg(test)]
mod tests {
    use super::Random;

    #[test]
    fn ids_of_one_moment_sort_by_the_order_in_which_they_were_made() {
        let random = Random::seeded(1);
        let now = "2026-06-01T12:00:00Z".parse().unwrap();
        let ids: Vec<_> = (0..2_000).map(|_| random.id(now)).collect();
        assert!(ids.is_sorted());
        let different: std::collections::HashSet<_> = ids.iter().collect();
        assert_eq!(different.len(), ids.len());
        assert!(ids.iter().all(|id| id.get_version_num() == 7));
    }
}
