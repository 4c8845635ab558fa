//! Delivery of mail to a real mail server that accepts, refuses, greylists, hangs up, is slow or stops answering, and by a
//! service that is killed.
//!
//! Plain `cargo test` ignores these tests, because the mail server needs Node.js. `tests/run` runs them.

use std::path::Path;

use chrono::TimeDelta;

use crate::mail_server::{MailServer, Taken, certificate_authority};
use crate::process::{Node, Process, latchkey, run, run_command, until};
use crate::support::{Person, TestApp};

/// Starts a node in this folder that sends through this mail server.
pub async fn sender(folder: &Path, url: &str, settings: &[&str]) -> Node {
    let mut arguments = vec![
        "--smtp-url",
        url,
        "--mail-from",
        "Acme <no-reply@acme.example>",
    ];
    arguments.extend(settings);
    Node::start(folder, &arguments).await
}

pub async fn register(node: &Node, name: &str) -> Person {
    let person = Person::named(name);
    node.client().register(&person).await.data();
    person
}

/// Returns the output of `latchkey mail` with these arguments.
async fn mail(folder: &Path, arguments: &[&str]) -> String {
    let mut all = vec!["mail"];
    all.extend(arguments);
    let outcome = run(folder, &all).await;
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    outcome.stdout
}

async fn retry(folder: &Path, server: &MailServer, which: &str) -> String {
    mail(folder, &["retry", which, "--smtp-url", &server.url()]).await
}

/// Waits until the line of the only mail holds these words, and returns it.
async fn line_with(folder: &Path, words: &str) -> String {
    let mut line = String::new();
    until(
        || format!("a mail is {words}"),
        async || {
            line = mail(folder, &["list"]).await;
            line.contains(words).then_some(())
        },
    )
    .await;
    line
}

fn id_in(line: &str) -> &str {
    line.split_whitespace().next().unwrap()
}

#[tokio::test]
#[ignore = "needs Node.js: tests/run"]
async fn the_mail_server_is_greeted_by_the_host_of_the_public_url_or_the_name_that_is_set() {
    let server = MailServer::start().await;
    for (settings, greeting) in [
        (&[][..], "[127.0.0.1]"),
        (
            &["--public-url", "https://auth.example.com/x"],
            "auth.example.com",
        ),
        (
            &["--public-url", "https://bücher.example"],
            "xn--bcher-kva.example",
        ),
        (&["--smtp-helo-name", "mx1.example.com"], "mx1.example.com"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let node = sender(folder.path(), &server.url(), settings).await;
        let name = format!("ada{}", server.events().len());
        let ada = register(&node, &name).await;
        let arrived = server.wait_for(&ada.email, 1).await.remove(0);
        assert_eq!(arrived.event["greeted"], greeting);
    }
}

#[tokio::test]
#[ignore = "needs Node.js: tests/run"]
async fn mail_of_an_international_sender_arrives() {
    let (server, folder) = (MailServer::start().await, tempfile::tempdir().unwrap());
    let settings = [
        "--smtp-url",
        &server.url(),
        "--mail-from",
        "Bücher <no-reply@bücher.example>",
    ];
    let node = Node::start(folder.path(), &settings).await;
    let ada = register(&node, "ada").await;
    let arrived = server.wait_for(&ada.email, 1).await.remove(0);
    assert!(arrived.source.is_ascii(), "{}", arrived.source);
    assert!(
        arrived
            .header("From")
            .ends_with("<no-reply@xn--bcher-kva.example>")
    );
}

#[tokio::test]
#[ignore = "needs Node.js: tests/run"]
async fn a_mail_arrives_once_in_two_alternatives_and_its_secret_is_erased() {
    let (server, folder) = (MailServer::start().await, tempfile::tempdir().unwrap());
    let node = sender(folder.path(), &server.url(), &[]).await;
    let ada = register(&node, "ada").await;
    let arrived = server.wait_for(&ada.email, 1).await.remove(0);
    assert_eq!(arrived.header("From"), "Acme <no-reply@acme.example>");
    assert_eq!(arrived.header("To"), "ada@example.com");
    assert_eq!(arrived.header("Subject"), "Verify your email address");
    assert_eq!(arrived.header("Auto-Submitted"), "auto-generated");
    assert_eq!(arrived.header("X-Auto-Response-Suppress"), "All");
    assert!(
        arrived
            .header("Content-Type")
            .starts_with("multipart/alternative")
    );
    for alternative in ["text/plain", "text/html"] {
        let part = format!("Content-Type: {alternative}; charset=utf-8");
        assert!(arrived.source.contains(&part), "{}", arrived.source);
    }
    let token = token_in(&arrived);
    let line = line_with(folder.path(), "sent").await;
    let id = id_in(&line);
    assert_eq!(arrived.header("Message-ID"), format!("<{id}@acme.example>"));
    let shown = mail(folder.path(), &["show", id, "--reveal"]).await;
    assert!(
        shown.contains("Subject: Verify your email address"),
        "{shown}"
    );
    assert!(
        !shown.contains(&token) && !shown.contains("lkm_"),
        "{shown}"
    );
    // The link that arrived works.
    node.client().verify(&token).await.data();
    assert!(!node.log().contains(&token), "it is in no log");
    let again = ["mail", "retry", id, "--smtp-url", &server.url()];
    let again = run(folder.path(), &again).await;
    assert_eq!(again.code, Some(1), "what is sent stays sent: {again:?}");
    assert!(again.stderr.contains("was not sent"), "{again:?}");
    let aimless = run(folder.path(), &["mail", "retry", id]).await;
    assert_eq!(aimless.code, Some(1), "{aimless:?}");
    assert!(
        aimless.stderr.contains("SMTP_URL is not set"),
        "{aimless:?}"
    );
    assert_eq!(server.taken(&ada.email).len(), 1);
}

/// The token in a mail's link. The text is quoted-printable, in which `=` is `=3D`.
pub fn token_in(arrived: &Taken) -> String {
    let text = arrived.source.replace("=\r\n", "").replace("=3D", "=");
    let (_, token) = text.split_once("#token=").unwrap();
    let is_token = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    token.chars().take_while(|c| is_token(*c)).collect()
}

#[tokio::test]
#[ignore = "needs Node.js: tests/run"]
async fn mail_leaves_by_starttls_and_by_tls_from_the_start_with_a_password() {
    for (tls, scheme, options) in [
        ("starttls", "smtp", "?tls=required"),
        ("implicit", "smtps", ""),
    ] {
        let flags = [
            &format!("--tls={tls}"),
            "--user=latchkey",
            "--password=p@ss word",
        ];
        let server = MailServer::start_with(&flags).await;
        let folder = tempfile::tempdir().unwrap();
        let url = server.url_of(scheme, "latchkey:p%40ss%20word@", options);
        let mut command = latchkey(folder.path(), &["--smtp-url", &url]);
        command.env("SSL_CERT_FILE", certificate_authority());
        let node = Node::listening(Process::spawn(command)).await;
        let ada = register(&node, "ada").await;
        let taken = server.wait_for(&ada.email, 1).await.remove(0);
        assert_eq!(taken.event["secure"], true, "{tls}");
        assert_eq!(taken.event["user"], "latchkey", "{tls}");
        assert!(!node.log().contains("p@ss"), "{}", node.log());

        let mut doctor = latchkey(folder.path(), &["doctor", "--smtp-url", &url]);
        doctor.env("SSL_CERT_FILE", certificate_authority());
        let outcome = run_command(doctor).await;
        assert_eq!(outcome.code, Some(0), "{outcome:?}");
        assert!(
            outcome.stdout.contains("answers and lets us in"),
            "{outcome:?}"
        );
    }
}

#[tokio::test]
#[ignore = "needs Node.js: tests/run"]
async fn a_mail_server_that_is_untrusted_or_refuses_the_login_gets_no_mail_and_none_is_lost() {
    let flags = ["--tls=starttls", "--user=latchkey", "--password=right"];
    let server = MailServer::start_with(&flags).await;
    let unknown = server.url_of("smtp", "latchkey:right@", "?tls=required");
    let refused = server.url_of("smtp", "latchkey:wrong@", "?tls=required");
    for (url, trusted, words) in [
        (&unknown, false, "certificate"),
        (&refused, true, "535"),
        (&server.url(), false, "530"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let settings = |command: &mut std::process::Command| {
            if trusted {
                command.env("SSL_CERT_FILE", certificate_authority());
            }
        };
        let mut command = latchkey(folder.path(), &["--smtp-url", url]);
        settings(&mut command);
        let node = Node::listening(Process::spawn(command)).await;
        register(&node, "ada").await;
        let line = line_with(folder.path(), words).await;
        assert!(line.contains("waiting"), "{line}");
        let mut doctor = latchkey(folder.path(), &["doctor", "--smtp-url", url]);
        settings(&mut doctor);
        let outcome = run_command(doctor).await;
        // The last one accepts the greeting, and refuses mail.
        let finds_out = words != "530";
        assert_eq!(outcome.code == Some(1), finds_out, "{outcome:?}");
    }
    assert_eq!(server.taken("ada@example.com").len(), 0);
}

#[tokio::test]
#[ignore = "needs Node.js: tests/run"]
async fn a_permanent_refusal_is_given_up_at_once_with_the_servers_words() {
    let (server, folder) = (MailServer::start().await, tempfile::tempdir().unwrap());
    let node = sender(folder.path(), &server.url(), &[]).await;
    register(&node, "refuse").await;
    let line = line_with(folder.path(), "failed").await;
    assert!(line.contains("after 1 attempts"), "{line}");
    assert!(
        line.contains("550") && line.contains("5.1.1 no such mailbox here"),
        "{line}"
    );
    assert_eq!(mail(folder.path(), &["list", "--failed"]).await, line);
    // The link is kept for another attempt, but not shown.
    let shown = mail(folder.path(), &["show", id_in(&line)]).await;
    assert!(shown.contains("#token=lkm_…"), "{shown}");
    let revealed = mail(folder.path(), &["show", id_in(&line), "--reveal"]).await;
    assert!(!revealed.contains('…'), "{revealed}");
    let retried = retry(folder.path(), &server, "--failed").await;
    assert!(retried.contains("1 will be tried"), "{retried}");
    line_with(
        folder.path(),
        "failed    verify_email  refuse@example.com  after 2 attempts",
    )
    .await;
}

#[tokio::test]
#[ignore = "needs Node.js: tests/run"]
async fn a_greylisting_server_and_one_that_hangs_up_get_the_mail_the_next_time() {
    for (name, words) in [("grey", "451"), ("drop", ": ")] {
        let (server, folder) = (MailServer::start().await, tempfile::tempdir().unwrap());
        let node = sender(folder.path(), &server.url(), &[]).await;
        let person = register(&node, name).await;
        let line = line_with(folder.path(), words).await;
        assert!(
            line.contains("waiting") && line.contains("after 1 attempts"),
            "{line}"
        );
        retry(folder.path(), &server, id_in(&line)).await;
        line_with(folder.path(), "sent").await;
        let taken = server.taken(&person.email);
        assert_eq!(taken.len(), 1, "{taken:?}");
        node.client().verify(&token_in(&taken[0])).await.data();
    }
}

#[tokio::test]
#[ignore = "needs Node.js: tests/run"]
async fn a_slow_server_is_waited_for_and_holds_up_nobody_else() {
    let server = MailServer::start_with(&["--slow=6000"]).await;
    let folder = tempfile::tempdir().unwrap();
    let node = sender(folder.path(), &server.url(), &[]).await;
    let slow = register(&node, "slow").await;
    server.wait_for(&slow.email, 1).await;
    let ada = register(&node, "ada").await;
    server.wait_for(&ada.email, 1).await;
    let list = mail(folder.path(), &["list"]).await;
    let line = list
        .lines()
        .find(|line| line.contains(&slow.email))
        .unwrap();
    assert!(
        line.contains("waiting"),
        "the quick one has overtaken it: {list}"
    );
    until(
        || "both are sent".to_owned(),
        async || (mail(folder.path(), &["list"]).await.matches("sent").count() == 2).then_some(()),
    )
    .await;
    assert_eq!(server.taken(&slow.email).len(), 1);
}

#[tokio::test]
#[ignore = "needs Node.js: tests/run"]
async fn a_server_that_falls_silent_may_get_a_mail_twice_under_the_same_message_id() {
    let (server, folder) = (MailServer::start().await, tempfile::tempdir().unwrap());
    let node = sender(folder.path(), &server.url(), &["--smtp-timeout", "2s"]).await;
    let person = register(&node, "mute").await;
    let line = line_with(folder.path(), "took too long to answer").await;
    retry(folder.path(), &server, id_in(&line)).await;
    let taken = server.wait_for(&person.email, 2).await;
    assert_eq!(taken[0].header("Message-ID"), taken[1].header("Message-ID"));
    line_with(folder.path(), "sent").await;
}

#[tokio::test]
#[ignore = "needs Node.js: tests/run"]
async fn mail_that_the_server_does_not_accept_is_tried_for_a_day_and_then_kept() {
    let server = MailServer::start().await;
    let app = TestApp::start_with(&["--smtp-url", &server.url()]).await;
    app.registered("full").await;
    let mut hours = 0;
    let failed = loop {
        let mails = app.mail_to("full@example.com").await;
        let envelope = mails[0].envelope.clone();
        if envelope.state.as_str() == "failed" {
            break envelope;
        }
        assert!(hours < 30, "{envelope:?}");
        // The delivery workers of the service may claim it first.
        app.delivery.as_ref().unwrap().deliver_due().await.unwrap();
        if envelope.attempts >= 8 {
            hours += 1;
        }
        app.advance(TimeDelta::hours(1));
        tokio::task::yield_now().await;
    };
    assert!((20..=30).contains(&failed.attempts), "{failed:?}");
    assert!(failed.problem.unwrap().contains("452"));
}

#[tokio::test]
#[ignore = "needs Node.js: tests/run"]
async fn a_mail_on_its_way_at_sigterm_arrives_and_is_not_sent_again() {
    let server = MailServer::start_with(&["--slow=500"]).await;
    let folder = tempfile::tempdir().unwrap();
    let node = sender(folder.path(), &server.url(), &[]).await;
    let person = register(&node, "slow").await;
    server.wait_for(&person.email, 1).await;
    node.stop().await;
    let line = mail(folder.path(), &["list"]).await;
    assert!(line.contains("sent"), "{line}");
}

#[tokio::test]
#[ignore = "needs Node.js: tests/run"]
async fn a_server_that_quotes_a_mail_does_not_bring_its_secret_into_the_log_or_the_list() {
    let (server, folder) = (MailServer::start().await, tempfile::tempdir().unwrap());
    let node = sender(folder.path(), &server.url(), &[]).await;
    register(&node, "quote").await;
    let line = line_with(folder.path(), "URL blocked: http").await;
    assert!(
        line.contains("failed") && line.contains("#token=lkm_…"),
        "{line}"
    );
    let shown = mail(folder.path(), &["show", id_in(&line)]).await;
    let revealed = mail(folder.path(), &["show", id_in(&line), "--reveal"]).await;
    let (_, token) = revealed.split_once("#token=").unwrap();
    let (_, token) = token.split_once("#token=").unwrap();
    let token = token.split_whitespace().next().unwrap();
    assert!(token.len() > 40, "{revealed}");
    let log = node.stop().await.complete_output().await;
    assert!(log.contains("URL blocked"), "{log}");
    for text in [&line, &shown, &log] {
        assert!(!text.contains(token), "{text}");
    }
}
