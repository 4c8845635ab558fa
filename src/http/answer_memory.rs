//! The memory that the answers of all requests may take together while their readers take their time.

use std::sync::Arc;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::graphql::{mutation_outcome_unknown, overloaded};

/// Memory for the answers of all requests at once. The first bytes of each take none, so that a login still gets
/// through when somebody asks for large answers and reads none.
#[derive(Clone)]
pub struct AnswerMemory(Arc<Semaphore>);

/// An answer takes no shared memory up to here. Most answers have some hundred bytes.
const SMALL: usize = 4 * 1024;

/// Bytes beyond that, of all answers together.
const TOTAL: usize = 32 * 1024 * 1024;

/// The room that is left must hold so many answers of the same size: the larger one is, the sooner it is refused.
const SPARE: usize = 4;

/// Seconds after which answers that nobody reads are given up.
const RETRY_AFTER: u64 = 10;

/// Marks an answer whose bytes are part of the program.
#[derive(Clone, Copy)]
pub(super) struct Embedded;

/// Marks the answer to a mutation.
#[derive(Clone, Copy)]
pub(super) struct ToMutation;

/// The bytes of an answer, and the memory that they take until the last of them is written.
struct Held {
    bytes: Bytes,
    _permit: OwnedSemaphorePermit,
}

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl AnswerMemory {
    /// Memory for a few of the largest in any case.
    #[must_use]
    pub fn new(max_answer: usize) -> Self {
        let total = TOTAL.max(max_answer.saturating_mul(2 * SPARE));
        Self(Arc::new(Semaphore::new(total.min(Semaphore::MAX_PERMITS))))
    }

    /// The bytes with the memory that they take; `None` if other answers hold it.
    fn hold(&self, bytes: Bytes) -> Option<Bytes> {
        let Some(length) = bytes.len().checked_sub(SMALL).filter(|it| *it > 0) else {
            return Some(bytes);
        };
        if self.0.available_permits() < length.saturating_mul(SPARE) {
            return None;
        }
        let permits = u32::try_from(length).ok()?;
        let permit = Arc::clone(&self.0).try_acquire_many_owned(permits).ok()?;
        Some(Bytes::from_owner(Held {
            bytes,
            _permit: permit,
        }))
    }
}

/// Gives an answer its share of the memory, or answers that there is none.
pub(super) async fn share(State(memory): State<AnswerMemory>, answer: Response) -> Response {
    if answer.extensions().get::<Embedded>().is_some() {
        return answer;
    }
    let (parts, body) = answer.into_parts();
    // Every answer is whole when it comes here: this neither waits nor copies.
    let bytes = to_bytes(body, usize::MAX).await.unwrap_or_default();
    match memory.hold(bytes) {
        Some(bytes) => Response::from_parts(parts, Body::from(bytes)),
        None => refuse(Response::from_parts(parts, Body::empty())),
    }
}

/// Keeps what an answer says about whom it is for, such as the headers of CORS; and the cookie, which a mutation has made
/// that need not be repeated.
fn refuse(mut answer: Response) -> Response {
    let is_to_mutation = answer.extensions().get::<ToMutation>().is_some();
    *answer.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    *answer.body_mut() = Body::from(if is_to_mutation {
        mutation_outcome_unknown()
    } else {
        overloaded(RETRY_AFTER)
    });
    let headers = answer.headers_mut();
    for of_the_body in [
        header::CONTENT_LENGTH,
        header::CONTENT_ENCODING,
        header::ETAG,
    ] {
        headers.remove(of_the_body);
    }
    if !is_to_mutation {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(RETRY_AFTER));
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let json = HeaderValue::from_static("application/json; charset=utf-8");
    let is_json =
        |media_type: &HeaderValue| media_type.as_bytes().ends_with(b"json; charset=utf-8");
    if !headers.get(header::CONTENT_TYPE).is_some_and(is_json) {
        headers.insert(header::CONTENT_TYPE, json);
    }
    answer
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::{StatusCode, header};
    use axum::response::Response;

    use super::{AnswerMemory, ToMutation, refuse};

    fn refused(is_to_mutation: bool) -> (Response, String) {
        let mut answer = Response::new(Body::empty());
        let cookie = "refresh=lkr_1".parse().unwrap();
        answer.headers_mut().insert(header::SET_COOKIE, cookie);
        if is_to_mutation {
            answer.extensions_mut().insert(ToMutation);
        }
        let (parts, body) = refuse(answer).into_parts();
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
    fn a_query_without_room_is_asked_again_and_a_mutation_keeps_its_cookie_and_is_looked_after() {
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
    fn small_answers_always_have_room() {
        let memory = AnswerMemory::new(1024);
        let mut held = Vec::new();
        while let Some(bytes) = memory.hold(vec![0; 1 << 20].into()) {
            held.push(bytes);
        }
        assert!(memory.hold(vec![0; 4096].into()).is_some());
        held.clear();
        assert!(memory.hold(vec![0; 1 << 20].into()).is_some());
    }
}
