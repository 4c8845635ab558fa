//! Mail of nodes that share a database, and of a node that is killed.

use std::collections::BTreeMap;

use crate::delivery::{register, sender, token_in};
use crate::mail_server::MailServer;
use crate::process::until;
use crate::support::TestDatabase;

#[tokio::test]
#[ignore = "needs Node.js: tests/run"]
async fn nodes_that_share_a_database_send_each_mail_once() {
    let server = MailServer::start_with(&["--slow=20"]).await;
    let (folder, database) = (tempfile::tempdir().unwrap(), TestDatabase::shared().await);
    let settings = [
        "--database-url",
        &database.url,
        "--secret-key",
        "one-secret-of-both-nodes-32-bytes!",
    ];
    let nodes = [
        sender(folder.path(), &server.url(), &settings).await,
        sender(folder.path(), &server.url(), &settings).await,
    ];
    let mut people = Vec::new();
    for number in 0..20 {
        let node = &nodes[number % 2];
        people.push(register(node, &format!("slow-{number}")).await);
    }
    for person in &people {
        server.wait_for(&person.email, 1).await;
    }
    let [one, other] = nodes;
    one.stop().await;
    other.stop().await;
    for person in &people {
        assert_eq!(server.taken(&person.email).len(), 1, "{}", person.email);
    }
}

/// Kills at every step between a registration's answer and the end of its delivery: each round waits
/// for one more thing to happen at the mail server (four connections, four mails taken).
#[tokio::test]
#[ignore = "needs Node.js: tests/run"]
async fn whenever_the_service_is_killed_no_mail_is_lost() {
    let server = MailServer::start_with(&["--slow=60"]).await;
    let (folder, database) = (tempfile::tempdir().unwrap(), TestDatabase::shared().await);
    let settings = ["--database-url", &database.url, "--smtp-timeout", "2s"];
    let mut people = Vec::new();
    for round in 0..=8 {
        let before = server.events().len();
        let mut node = sender(folder.path(), &server.url(), &settings).await;
        for number in 0..4 {
            people.push(register(&node, &format!("slow-{round}-{number}")).await);
        }
        until(
            || format!("{round} things happen"),
            async || (server.events().len() >= before + round).then_some(()),
        )
        .await;
        node.kill().await;
    }
    let node = sender(folder.path(), &server.url(), &settings).await;
    let mut copies = BTreeMap::new();
    for person in &people {
        let taken = server.wait_for(&person.email, 1).await;
        *copies.entry(taken.len()).or_insert(0) += 1;
        let first = &taken[0];
        for copy in &taken {
            assert_eq!(copy.header("Message-ID"), first.header("Message-ID"));
        }
        node.client().verify(&token_in(first)).await.data();
    }
    println!("copies: {copies:?}");
}
