//! Limits in the database: shared by all nodes, whatever their clocks say, and purged.

use chrono::TimeDelta;

use super::attempts::guess;
use crate::support::{TestApp, TestDatabase, is_limited, log};

/// Four nodes allow no more attempts than one.
#[tokio::test]
async fn the_nodes_share_their_limits_and_a_restart_forgets_none() {
    let database = TestDatabase::shared().await;
    let settings = ["--limit-login-account", "10/1h", "--hash-max-wait", "60s"];
    let mut nodes = Vec::new();
    for _ in 0..4 {
        nodes.push(TestApp::start_on(&database, &settings).await);
    }
    nodes[0].registered("ada").await;
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..64 {
        let client = nodes[number % 4].anonymous();
        tasks.spawn(async move { guess(&client, "ada").await });
    }
    let answers = tasks.join_all().await;
    let passed = answers.iter().filter(|answer| !is_limited(answer)).count();
    assert_eq!(passed, 10);
    let restarted = TestApp::start_on(&database, &settings).await;
    assert!(is_limited(&guess(&restarted.anonymous(), "ada").await));
}

#[tokio::test]
async fn a_clock_that_was_ahead_locks_nobody_out_once_it_is_corrected() {
    for limit in ["3/15m", "1/15m"] {
        let database = TestDatabase::shared().await;
        let settings = ["--limit-login-account", limit];
        let node = TestApp::start_on(&database, &settings).await;
        let peer = TestApp::start_on(&database, &settings).await;
        for (name, other_name) in [("ada", "bob"), ("eve", "dan")] {
            node.advance(TimeDelta::hours(2));
            for name in [name, other_name] {
                while !is_limited(&guess(&node.anonymous(), name).await) {}
            }
            node.advance(TimeDelta::hours(-2));
            // Both a node whose clock was wrong and another one allow attempts, but not all at once.
            for (app, name) in [(&node, name), (&peer, other_name)] {
                // The bucket of the network, which is ahead as well, frees a place within a millisecond.
                node.advance(TimeDelta::milliseconds(10));
                peer.advance(TimeDelta::milliseconds(10));
                assert!(!is_limited(&guess(&app.anonymous(), name).await), "{limit}");
                let refused = guess(&app.anonymous(), name).await;
                assert!(is_limited(&refused), "{limit}");
                let wait = refused.error()["extensions"]["retryAfter"].as_u64();
                assert!(wait.unwrap() <= 900, "{limit}: {wait:?}");
            }
        }
    }
}

#[tokio::test]
async fn clocks_that_differ_a_little_allow_no_more_attempts() {
    for limit in ["3/15m", "1/15m"] {
        let database = TestDatabase::shared().await;
        let settings = ["--limit-login-account", limit];
        let ahead = TestApp::start_on(&database, &settings).await;
        let behind = TestApp::start_on(&database, &settings).await;
        ahead.advance(TimeDelta::seconds(4));
        while !is_limited(&guess(&ahead.anonymous(), "ada").await) {}
        for app in [&behind, &ahead, &behind] {
            assert!(is_limited(&guess(&app.anonymous(), "ada").await), "{limit}");
        }
    }
}

#[tokio::test]
async fn the_table_of_limits_holds_no_names_and_is_purged() {
    let database = TestDatabase::shared().await;
    let app = TestApp::start_on(&database, &["--limit-login-account", "5/1h"]).await;
    // A name that no hexadecimal digits spell.
    app.verified("grace").await;
    let rows = crate::support::sql::rows(&database.url, "rate_limits")
        .await
        .join("\n");
    assert!(
        !rows.is_empty() && !rows.contains("grace") && !rows.contains("127.0.0.1"),
        "{rows}"
    );
    app.advance(TimeDelta::hours(2));
    app.purger.purge().await.unwrap();
    assert_eq!(
        crate::support::sql::rows(&database.url, "rate_limits").await,
        [""; 0]
    );
}

#[tokio::test]
async fn an_unnamed_proxy_is_logged_once() {
    let app = TestApp::start().await;
    let client = app.anonymous().header("x-forwarded-for", "203.0.113.9");
    for _ in 0..2 {
        client.ask("{ passwordPolicy { minLength } }").await.data();
    }
    let is_warning = |line: &&String| line.contains("TRUSTED_PROXIES is not set");
    assert_eq!(log::lines().iter().filter(is_warning).count(), 1);
}
