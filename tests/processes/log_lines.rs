//! The log as programs read it.

use std::collections::BTreeSet;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use crate::delivery::{register, sender};
use crate::mail_server::MailServer;
use crate::process::{Node, until};
use crate::support::{Client, PASSWORD, Person, SignedIn};

/// JSON in which no object has a key twice. Most parsers take the last value, and some refuse it.
struct Strict;

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Look)
    }
}

struct Look;

impl<'de> Visitor<'de> for Look {
    type Value = Strict;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON without duplicate keys")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Strict, A::Error> {
        let mut keys = BTreeSet::new();
        while let Some(key) = map.next_key::<String>()? {
            map.next_value::<Strict>()?;
            if !keys.insert(key.clone()) {
                return Err(A::Error::custom(format!("{key} stands twice")));
            }
        }
        Ok(Strict)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Strict, A::Error> {
        while list.next_element::<Strict>()?.is_some() {}
        Ok(Strict)
    }

    fn visit_str<E>(self, _: &str) -> Result<Strict, E> {
        Ok(Strict)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Strict, E> {
        Ok(Strict)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Strict, E> {
        Ok(Strict)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Strict, E> {
        Ok(Strict)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Strict, E> {
        Ok(Strict)
    }

    fn visit_unit<E>(self) -> Result<Strict, E> {
        Ok(Strict)
    }
}

fn assert_strict(log: &str) {
    for line in log.lines() {
        if let Err(error) = serde_json::from_str::<Strict>(line) {
            panic!("{error}: {line}");
        }
    }
}

#[test]
fn a_repeated_key_is_found() {
    assert!(serde_json::from_str::<Strict>(r#"{"a":{"b":1,"c":[{"b":2}]}}"#).is_ok());
    assert!(serde_json::from_str::<Strict>(r#"{"a":[{"b":1,"b":2}]}"#).is_err());
}

/// Logs in, guesses, refreshes, uses a copied token, resets a password, changes an address and ends the account.
async fn use_many_operations(node: &Node) {
    let ada = node
        .client()
        .header("x-device-id", "phone")
        .log_in(&Person::named("ada"))
        .await;
    node.client().try_log_in("ada", "wrong").await;
    node.client().refresh("lkr_nothing").await;
    let next = ada.refreshed().await;
    next.me().await;
    node.client().refresh(&ada.refresh_token).await;
    let ada = node.client().log_in(&Person::named("ada")).await;
    ada.ask("{ sessions { nodes { id } } nothing }").await;
    ada.ask("{ me { id ").await;
    ada.request_email_change("new@example.com", PASSWORD).await;
    node.client()
        .request_password_reset("ada@example.com")
        .await;
    let organization =
        "mutation { createOrganization(input: { name: \"Engines\" }) { organization { id } } }";
    ada.ask(organization).await;
    ada.delete_account(PASSWORD).await;
    node.get("/health/ready").await;
    node.get("/nowhere").await;
}

#[tokio::test]
async fn no_json_line_has_a_key_twice_where_mail_is_captured_or_given_up() {
    // Nothing listens on port 1, so mail fails.
    for settings in [
        &[][..],
        &["--smtp-url", "smtp://127.0.0.1:1", "--mail-retry-for", "1s"],
    ] {
        let folder = tempfile::tempdir().unwrap();
        let common = ["--log-format", "json", "--log", "info,latchkey=debug"];
        let node = Node::start(folder.path(), &[&common[..], settings].concat()).await;
        register(&node, "ada").await;
        use_many_operations(&node).await;
        if !settings.is_empty() {
            let is_given_up = async || node.log().contains("mail was given up").then_some(());
            until(|| "a mail is given up".to_owned(), is_given_up).await;
        }
        let log = node.stop().await.complete_output().await;
        assert!(log.lines().count() > 20, "{log}");
        assert_strict(&log);
    }
}

#[tokio::test]
#[ignore = "needs Node.js: tests/run"]
async fn no_json_line_has_a_key_twice_where_mail_is_sent_or_postponed() {
    let (server, folder) = (MailServer::start().await, tempfile::tempdir().unwrap());
    let node = sender(folder.path(), &server.url(), &["--log-format", "json"]).await;
    register(&node, "ada").await;
    register(&node, "grey").await;
    server.wait_for("ada@example.com", 1).await;
    for words in ["mail sent", "mail was not taken yet"] {
        let is_logged = async || node.log().contains(words).then_some(());
        until(|| words.to_owned(), is_logged).await;
    }
    use_many_operations(&node).await;
    assert_strict(&node.stop().await.complete_output().await);
}

/// Ada, whose address is verified.
async fn verified(node: &Node) -> SignedIn {
    let ada = register(node, "ada").await;
    let token = until(
        || "a mail to ada".to_owned(),
        async || {
            let log = node.log();
            let (_, token) = log.split_once("#token=")?;
            Some(token.split('"').next()?.to_owned())
        },
    );
    node.client().verify(&token.await).await.data();
    node.client().log_in(&ada).await
}

/// The lines of the access log, as JSON.
async fn access_lines(node: Node) -> Vec<Value> {
    let log = node.stop().await.complete_output().await;
    let lines = log
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines
        .filter(|line| line["target"] == "latchkey::access")
        .collect()
}

#[tokio::test]
async fn each_request_to_the_api_is_one_line_that_says_what_was_asked_and_what_it_cost() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start(folder.path(), &["--log-format", "json"]).await;
    let ada = verified(&node).await;
    ada.me().await.data();
    ada.ask("{ a: me { id } ...more } fragment more on Query { ... { passwordPolicy { minLength } __typename } }")
        .await
        .data();
    node.client()
        .try_log_in("ada", "wrong password of mine")
        .await;
    node.client().ask("{ me { id } }").await;
    node.client().ask("{ secretly }").await;
    node.client().ask("{ me {").await;
    node.get("/graphql?query={__typename}").await;
    node.get("/health/live").await;
    let token = ada.access_token.clone();
    let refresh = ada.refresh_token.clone();
    let lines = access_lines(node).await;
    let summary = |line: &Value| {
        let fields = &line["fields"];
        let text = |name: &str| fields[name].as_str().unwrap().to_owned();
        (text("operation"), text("fields"), text("code"))
    };
    let summary: Vec<_> = lines.iter().map(summary).collect();
    let expected = [
        ("mutation", "register", ""),
        ("mutation", "verifyEmail", ""),
        ("mutation", "login", ""),
        ("query", "me", ""),
        ("query", "me,passwordPolicy,__typename", ""),
        ("mutation", "login", "AUTH_INVALID_CREDENTIALS"),
        ("query", "me", "AUTH_UNAUTHENTICATED"),
        ("query", "unknown", "VALIDATION_FAILED"),
        ("none", "", "VALIDATION_FAILED"),
        ("query", "__typename", ""),
    ];
    let expected = expected.map(|(a, b, c)| (a.to_owned(), b.to_owned(), c.to_owned()));
    assert_eq!(summary, expected);
    let statements: Vec<_> = lines
        .iter()
        .map(|line| line["fields"]["statements"].as_u64().unwrap())
        .collect();
    // docs/performance.md, "Statement budget".
    assert_eq!(
        (statements[0], statements[3], statements[9]),
        (7, 1, 0),
        "{statements:?}"
    );
    for line in &lines {
        assert!(
            line["fields"]["milliseconds"].as_f64().unwrap() > 0.0,
            "{line}"
        );
        assert!(line["fields"]["status"].is_u64(), "{line}");
        assert!(line["span"]["id"].is_string(), "{line}");
        assert_eq!(line["level"], "INFO");
        let text = line.to_string();
        for secret in [
            &*token,
            &*refresh,
            PASSWORD,
            "wrong password",
            "secretly",
            // Not "ada" alone, which the hexadecimal digits of an id may spell.
            "\"ada",
            "ada@",
        ] {
            assert!(!text.contains(secret), "{secret}: {text}");
        }
    }
}

#[tokio::test]
async fn each_request_names_its_client_and_its_session_and_asks_the_database_nothing_for_that() {
    let folder = tempfile::tempdir().unwrap();
    let proxy = ["--log-format", "json", "--trusted-proxies", "127.0.0.1"];
    let node = Node::start(folder.path(), &proxy).await;
    let ada = verified(&node).await;
    let from = |client: Client| client.header("x-forwarded-for", "6.6.6.6, 203.0.113.7");
    from(ada.client.clone()).me().await.data();
    from(ada.client.clone())
        .ask("{ passwordPolicy { minLength } }")
        .await
        .data();
    from(node.client()).refresh(&ada.refresh_token).await.data();
    from(node.client().bearer("nonsense")).me().await;
    from(node.client()).try_log_in("ada", "wrong").await;
    from(ada.client.clone())
        .ask("mutation { logout { revokedSessions } }")
        .await
        .data();
    from(ada.client.clone()).me().await;
    let session = ada.session_id.clone();
    let summary = |line: &Value| {
        let fields = &line["fields"];
        let text = |name: &str| fields[name].as_str().unwrap().to_owned();
        (
            text("client"),
            text("session"),
            fields["statements"].as_u64().unwrap(),
        )
    };
    let lines = access_lines(node).await;
    let logins: Vec<_> = lines.iter().take(3).map(summary).collect();
    let here = |session: &str, statements| ("127.0.0.1".to_owned(), session.to_owned(), statements);
    assert_eq!(logins[0], here("", 7));
    assert_eq!(logins[2].1, session);
    let behind: Vec<_> = lines.iter().skip(3).map(summary).collect();
    let there =
        |session: &str, statements| ("203.0.113.7".to_owned(), session.to_owned(), statements);
    // docs/performance.md, "Statement budget".
    assert_eq!(behind[0], there(&session, 1));
    // The owner of the token has not been looked up.
    assert_eq!(behind[1], there("", 0));
    assert_eq!(behind[2], there(&session, 1));
    assert_eq!(behind[3], there("", 0));
    assert_eq!(behind[4].1, "");
    assert_eq!(behind[5], there(&session, 4));
    // The session has ended, so nobody is logged in.
    assert_eq!(behind[6], there("", 1));
}

#[tokio::test]
async fn the_access_log_can_be_switched_off() {
    let folder = tempfile::tempdir().unwrap();
    let settings = ["--log-format", "json", "--access-log", "off"];
    let node = Node::start(folder.path(), &settings).await;
    node.client().ask("{ __typename }").await.data();
    assert_eq!(access_lines(node).await, [] as [Value; 0]);
}
