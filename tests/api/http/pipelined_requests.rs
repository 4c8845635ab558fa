//! Requests that a client sends on one connection without waiting for responses.

use crate::support::{TestApp, Wire};

fn post(query: &str) -> String {
    let body = serde_json::json!({ "query": query }).to_string();
    let length = body.len();
    format!(
        "POST /graphql HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\n\
         Content-Length: {length}\r\n\r\n{body}"
    )
}

/// The service and its clients share one thread here. The ids of requests sort by the time of their arrival.
#[tokio::test]
async fn expensive_requests_that_one_client_sends_at_once_let_others_in_between() {
    const COUNT: usize = 16;
    let app = TestApp::start().await;
    let (mut greedy, mut other) = (Wire::open(app.address).await, Wire::open(app.address).await);
    for wire in [&mut greedy, &mut other] {
        wire.send(post("{ __typename }")).await;
        assert_eq!(wire.answer().await.status(), 200);
    }
    let expensive = post("{ __schema { types { name fields { name type { name } } } } }");
    greedy.send(expensive.repeat(COUNT)).await;
    other.send(post("{ __typename }")).await;
    let id = other.answer().await.header("x-request-id").to_owned();
    let mut ids = Vec::new();
    for _ in 0..COUNT {
        let answer = greedy.answer().await;
        assert_eq!(answer.status(), 200);
        ids.push(answer.header("x-request-id").to_owned());
    }
    assert!(ids.is_sorted());
    let before = ids.iter().filter(|greedy| **greedy < id).count();
    assert!(before < COUNT / 2, "{before} of {COUNT} came first");
}
