//! The database goes away and comes back; the service neither hangs nor needs a restart.
//!
//! Only on PostgreSQL, because an SQLite file is always there.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use tempfile::TempDir;
use url::Url;

use crate::process::{Node, run, until};
use crate::proxy::{Mode, Proxy};
use crate::support::{Client, PASSWORD, SignedIn, TestDatabase};

/// The longest wait for the answer that the database is away: 5 seconds by the defaults of the
/// settings, and one for a busy machine.
const AT_MOST: Duration = Duration::from_secs(6);

/// A service that reaches its database by way of a proxy, and somebody who is logged in.
struct Setup {
    proxy: Proxy,
    node: Node,
    ada: SignedIn,
    _folder: TempDir,
    _database: TestDatabase,
}

impl Setup {
    /// Returns `None`, and prints the reason, if the tests run on another engine.
    async fn new() -> Option<Self> {
        let database = TestDatabase::shared().await;
        if !database.url.starts_with("postgres") {
            eprintln!("skipped: only a database server can go away");
            return None;
        }
        let mut url = Url::parse(&database.url).unwrap();
        let server = format!("{}:{}", url.host_str().unwrap(), url.port().unwrap_or(5432));
        let proxy = Proxy::to(server).await;
        url.set_ip_host(proxy.address.ip()).unwrap();
        url.set_port(Some(proxy.address.port())).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let settings = ["--database-url", url.as_str()];
        let node = Node::start(folder.path(), &settings).await;
        let ada = node.verified("ada").await;
        Some(Self {
            proxy,
            node,
            ada,
            _folder: folder,
            _database: database,
        })
    }

    /// Checks that every kind of request is answered soon and with the right error.
    async fn assert_requests_are_refused(&self) {
        let calls = (0..20).map(|number| self.assert_unavailable(number));
        join_all(calls).await;
        let answer = self.node.client().ask("{ __typename }").await;
        assert_eq!(answer.text("/__typename"), "Query");
    }

    /// Readiness fails soon, so that routers send no requests here. Liveness does not, so that nothing restarts the node.
    async fn assert_not_ready(&self) {
        let began = Instant::now();
        assert_eq!(self.node.get("/health/ready").await.0, 503);
        assert!(
            began.elapsed() < AT_MOST,
            "readiness took {:?}",
            began.elapsed()
        );
        assert_eq!(self.node.get("/health/live").await.0, 200);
    }

    async fn assert_unavailable(&self, number: usize) {
        let began = Instant::now();
        let client: &Client = &self.ada;
        let answer = match number % 3 {
            0 => client.me().await,
            1 => client.refresh(&self.ada.refresh_token).await,
            _ => client.try_log_in("ada", PASSWORD).await,
        };
        assert!(
            began.elapsed() < AT_MOST,
            "an answer took {:?}",
            began.elapsed()
        );
        assert_eq!(answer.code(), "UNAVAILABLE", "{answer:?}");
        assert!(matches!(answer.status, 200 | 503), "{answer:?}");
        let text = answer.body.to_string();
        assert!(
            !text.contains("sqlx") && !text.contains("127.0.0.1"),
            "{text}"
        );
    }

    /// Checks that the service works again without a restart.
    async fn assert_available(&self) {
        until(
            || format!("the service is ready again; its log:\n{}", self.node.log()),
            async || (self.node.get("/health/ready").await.0 == 200).then_some(()),
        )
        .await;
        assert_eq!(self.ada.me().await.text("/me/username"), "ada");
        self.node.client().log_in(&self.ada.person).await;
        self.node
            .client()
            .refresh(&self.ada.refresh_token)
            .await
            .data();
    }
}

#[tokio::test]
async fn clients_get_an_error_while_the_database_is_away_and_are_served_when_it_is_back() {
    let Some(setup) = Setup::new().await else {
        return;
    };
    for _ in 0..2 {
        setup.proxy.set(Mode::Cut);
        setup.assert_requests_are_refused().await;
        setup.assert_not_ready().await;
        setup.proxy.set(Mode::Open);
        setup.assert_available().await;
    }
}

#[tokio::test]
async fn clients_get_an_error_when_the_database_stops_answering() {
    let Some(setup) = Setup::new().await else {
        return;
    };
    setup.proxy.set(Mode::Frozen);
    setup.assert_requests_are_refused().await;
    setup.proxy.set(Mode::Open);
    setup.assert_available().await;
}

#[tokio::test]
async fn readiness_fails_when_the_database_stops_answering() {
    let Some(setup) = Setup::new().await else {
        return;
    };
    setup.proxy.set(Mode::Frozen);
    setup.assert_not_ready().await;
    setup.proxy.set(Mode::Open);
    setup.assert_available().await;
}

#[tokio::test]
async fn a_service_cannot_start_without_its_database_and_says_so() {
    let Some(setup) = Setup::new().await else {
        return;
    };
    setup.proxy.set(Mode::Frozen);
    let url = format!("postgres://ada:hidden@{}/latchkey", setup.proxy.address);
    let folder = tempfile::tempdir().unwrap();
    let began = Instant::now();
    let outcome = run(folder.path(), &["--database-url", &url]).await;
    assert!(began.elapsed() < AT_MOST, "it took {:?}", began.elapsed());
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    assert!(
        outcome.stderr.contains("no answer within 3s"),
        "{outcome:?}"
    );
    assert!(!outcome.stderr.contains("hidden"), "{outcome:?}");
}
