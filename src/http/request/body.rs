//! The body of a request, read into memory that all requests share.

use std::sync::Arc;

use axum::body::Body;
use axum::http::StatusCode;
use http_body_util::BodyExt;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::bad_request::BadRequest;

/// A limit on the memory of all bodies together. The first bytes of each are free, so that a login still gets through when
/// somebody sends large bodies that never end.
pub struct BodyMemory(Arc<Semaphore>);

/// The bytes of each body that are free. Requests of this API have a few hundred.
const SMALL: usize = 4 * 1024;

/// The bytes beyond that, for all bodies together.
const TOTAL: usize = 32 * 1024 * 1024;

/// The memory of one body, for as long as the body is kept; `None` while the free bytes are enough.
pub type BodyPermit = Option<OwnedSemaphorePermit>;

impl BodyMemory {
    /// Returns memory that has room for at least a few of the largest bodies.
    #[must_use]
    pub fn new(max_body: usize) -> Self {
        let total = TOTAL.max(max_body.saturating_mul(4));
        Self(Arc::new(Semaphore::new(total.min(Semaphore::MAX_PERMITS))))
    }

    /// Extends a permit to the length of a body. Returns `false` if other bodies hold the memory.
    fn extend(&self, permit: &mut BodyPermit, length: usize) -> bool {
        let held = permit.as_ref().map_or(0, OwnedSemaphorePermit::num_permits);
        let more = length.saturating_sub(SMALL).saturating_sub(held);
        let Some(more) = u32::try_from(more).ok().filter(|more| *more > 0) else {
            return true;
        };
        let Ok(taken) = Arc::clone(&self.0).try_acquire_many_owned(more) else {
            return false;
        };
        match permit {
            Some(permit) => permit.merge(taken),
            None => *permit = Some(taken),
        }
        true
    }
}

/// A reason why a body is not read.
#[derive(Debug)]
pub enum BodyError {
    BadRequest(BadRequest),
    /// Other bodies hold the memory.
    Overloaded,
}

impl From<BadRequest> for BodyError {
    fn from(bad_request: BadRequest) -> Self {
        Self::BadRequest(bad_request)
    }
}

/// Reads a whole body up to a limit.
pub async fn read(
    mut body: Body,
    limit: usize,
    memory: &BodyMemory,
) -> Result<(Vec<u8>, BodyPermit), BodyError> {
    let too_large = || {
        let reason = format!("is larger than {limit} bytes");
        BadRequest::with_status(StatusCode::PAYLOAD_TOO_LARGE, "body", reason)
    };
    let (mut bytes, mut permit) = (Vec::new(), None);
    // Copies each piece: kept as they are, pieces of one byte would each hold a whole buffer.
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| BadRequest::new("body", "ended too early"))?;
        let Ok(piece) = frame.into_data() else {
            continue; // a trailer
        };
        let length = bytes.len() + piece.len();
        if length > limit {
            return Err(too_large().into());
        }
        if !memory.extend(&mut permit, length) {
            return Err(BodyError::Overloaded);
        }
        bytes.extend_from_slice(&piece);
    }
    Ok((bytes, permit))
}
