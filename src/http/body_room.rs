//! How much memory the bodies of all requests may take together.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Room for the bodies of all requests at once. The first bytes of each take none, so that a login still
/// gets through when somebody fills the room with large bodies that never end.
pub struct BodyRoom(Arc<Semaphore>);

/// A body takes no room up to here. Requests of this API have some hundred bytes.
const SMALL: usize = 4 * 1024;

/// Bytes beyond that, of all bodies together.
const ROOM: usize = 32 * 1024 * 1024;

/// A body's share of the room, for as long as it is kept.
pub(super) type Share = Option<OwnedSemaphorePermit>;

impl BodyRoom {
    /// Room for a few of the largest in any case.
    #[must_use]
    pub fn new(max_body: usize) -> Self {
        let room = ROOM.max(max_body.saturating_mul(4));
        Self(Arc::new(Semaphore::new(room.min(Semaphore::MAX_PERMITS))))
    }

    /// Enlarges a share to what a body of so many bytes needs; `false` if others hold the room for it.
    pub(super) fn take(&self, share: &mut Share, length: usize) -> bool {
        let held = share.as_ref().map_or(0, OwnedSemaphorePermit::num_permits);
        let more = length.saturating_sub(SMALL).saturating_sub(held);
        let Some(more) = u32::try_from(more).ok().filter(|more| *more > 0) else {
            return true;
        };
        let Ok(taken) = Arc::clone(&self.0).try_acquire_many_owned(more) else {
            return false;
        };
        match share {
            Some(share) => share.merge(taken),
            None => *share = Some(taken),
        }
        true
    }
}
