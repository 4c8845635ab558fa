//! The memory that all responses share until their clients have read them.

use std::sync::Arc;

use axum::body::{Body, Bytes, to_bytes};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use hyper::body::Body as _;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::graphql::{ResponseRoom, mutation_outcome_unknown, overloaded};

/// A limit on the memory of all responses together. The first bytes of each are free, so that a login still gets through
/// when somebody requests large responses and does not read them.
#[derive(Clone)]
pub struct ResponseMemory(Arc<Semaphore>);

/// The bytes of each response that are free. Most responses have a few hundred.
const SMALL: usize = 4 * 1024;

/// The bytes beyond that, for all responses together.
const TOTAL: usize = 32 * 1024 * 1024;

/// A response is held only if there is memory for this many of its size: the larger it is, the sooner it is refused.
const HEADROOM: usize = 4;

/// The seconds after which responses that nobody reads, and bodies that do not end, are dropped.
pub const RETRY_AFTER: u64 = 10;

/// Marks a response whose bytes are part of the program, and need no memory.
#[derive(Clone, Copy)]
pub struct Embedded;

/// Marks the response to a mutation.
#[derive(Clone, Copy)]
pub struct MutationResponse;

/// The bytes of a response, and their memory until the last of them is written.
struct Held {
    bytes: Bytes,
    _permit: OwnedSemaphorePermit,
}

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl ResponseMemory {
    /// Returns memory that has room for at least a few of the largest responses.
    #[must_use]
    pub fn new(max_response: usize) -> Self {
        let total = TOTAL.max(max_response.saturating_mul(2 * HEADROOM));
        Self(Arc::new(Semaphore::new(total.min(Semaphore::MAX_PERMITS))))
    }

    /// Takes the memory for the bytes of a response; `None` if other responses hold it.
    fn hold(&self, bytes: Bytes) -> Option<Bytes> {
        let Some(length) = bytes.len().checked_sub(SMALL).filter(|length| *length > 0) else {
            return Some(bytes);
        };
        if !self.leaves_room(length) {
            return None;
        }
        let permits = u32::try_from(length).ok()?;
        let permit = Arc::clone(&self.0).try_acquire_many_owned(permits).ok()?;
        Some(Bytes::from_owner(Held {
            bytes,
            _permit: permit,
        }))
    }

    /// Returns whether the memory of other responses leaves room for this many bytes.
    fn leaves_room(&self, length: usize) -> bool {
        length == 0 || self.0.available_permits() >= length.saturating_mul(HEADROOM)
    }

    /// Takes memory for a response, or replaces it by an error if there is none.
    pub async fn reserve(&self, response: Response) -> Response {
        let size = response.body().size_hint().exact();
        let is_small = size.is_some_and(|size| size <= SMALL as u64);
        if is_small || response.extensions().get::<Embedded>().is_some() {
            return response;
        }
        let (parts, body) = response.into_parts();
        // Every response is complete here, so this neither waits nor copies.
        let bytes = to_bytes(body, usize::MAX).await.unwrap_or_default();
        match self.hold(bytes) {
            Some(bytes) => Response::from_parts(parts, Body::from(bytes)),
            None => refuse(Response::from_parts(parts, Body::empty())),
        }
    }
}

impl ResponseRoom for ResponseMemory {
    fn has_room(&self, bytes: usize) -> bool {
        self.leaves_room(bytes.saturating_sub(SMALL))
    }
}

/// Replaces the body of a response by an error. The other headers stay: those of CORS, and the cookie of a mutation, which
/// has run and must not be repeated.
fn refuse(mut response: Response) -> Response {
    let is_mutation = response.extensions().get::<MutationResponse>().is_some();
    *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    *response.body_mut() = Body::from(if is_mutation {
        mutation_outcome_unknown()
    } else {
        overloaded(RETRY_AFTER)
    });
    let headers = response.headers_mut();
    for name in [
        header::CONTENT_LENGTH,
        header::CONTENT_ENCODING,
        header::ETAG,
    ] {
        headers.remove(name);
    }
    if !is_mutation {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(RETRY_AFTER));
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let json = HeaderValue::from_static("application/json; charset=utf-8");
    let is_json =
        |media_type: &HeaderValue| media_type.as_bytes().ends_with(b"json; charset=utf-8");
    if !headers.get(header::CONTENT_TYPE).is_some_and(is_json) {
        headers.insert(header::CONTENT_TYPE, json);
    }
    response
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::{StatusCode, header};
    use axum::response::Response;

    use super::{MutationResponse, ResponseMemory, refuse};

    fn refused(is_mutation: bool) -> (Response, String) {
        let mut response = Response::new(Body::empty());
        let cookie = "refresh=lkr_1".parse().unwrap();
        response.headers_mut().insert(header::SET_COOKIE, cookie);
        if is_mutation {
            response.extensions_mut().insert(MutationResponse);
        }
        let (parts, body) = refuse(response).into_parts();
        let body = text_of(body);
        (Response::from_parts(parts, Body::empty()), body)
    }

    fn text_of(body: Body) -> String {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        let bytes = runtime
            .block_on(axum::body::to_bytes(body, usize::MAX))
            .unwrap();
        String::from_utf8(bytes.to_vec()).unwrap()
    }

    #[test]
    fn without_memory_a_query_is_to_be_retried_and_a_mutation_keeps_its_cookie_and_is_to_be_checked()
     {
        let (query, body) = refused(false);
        assert_eq!(query.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(body.contains("OVERLOADED"), "{body}");
        let (mutation, body) = refused(true);
        assert_eq!(mutation.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(
            body.contains("UNAVAILABLE") && body.contains("look whether"),
            "{body}"
        );
        assert!(mutation.headers().contains_key(header::SET_COOKIE));
        assert!(!mutation.headers().contains_key(header::RETRY_AFTER));
    }

    #[test]
    fn small_responses_always_have_memory() {
        let memory = ResponseMemory::new(1024);
        let mut held = Vec::new();
        while let Some(bytes) = memory.hold(vec![0; 1 << 20].into()) {
            held.push(bytes);
        }
        assert!(memory.hold(vec![0; 4096].into()).is_some());
        held.clear();
        assert!(memory.hold(vec![0; 1 << 20].into()).is_some());
    }
}
