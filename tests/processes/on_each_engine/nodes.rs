//! Several nodes on one database: all see a change of one node at once.

use latchkey::service::SecretKey;
use tempfile::TempDir;

use crate::process::{Node, Process, latchkey};
use crate::support::{SECRET, SignedIn, TestDatabase};

/// A database and the folders of the nodes on it.
struct Cluster {
    database: TestDatabase,
    folders: Vec<TempDir>,
    /// The `SECRET_KEY_DISCARDED` of the nodes that are launched.
    discard_secret: Option<String>,
}

impl Cluster {
    async fn new() -> Self {
        Self {
            database: TestDatabase::empty().await,
            folders: Vec::new(),
            discard_secret: None,
        }
    }

    /// Starts a node; it may not listen yet.
    fn launch(&mut self, secret: &str) -> Process {
        let folder = tempfile::tempdir().unwrap();
        let arguments = ["--database-url", &self.database.url, "--secret-key", secret];
        let mut command = latchkey(folder.path(), &arguments);
        if let Some(fingerprint) = &self.discard_secret {
            command.env("SECRET_KEY_DISCARDED", fingerprint);
        }
        let process = Process::spawn(command);
        self.folders.push(folder);
        process
    }

    async fn node(&mut self) -> Node {
        Node::listening(self.launch(SECRET)).await
    }
}

/// The name of a secret in messages and settings.
pub fn fingerprint(secret: &str) -> String {
    SecretKey::new(secret).unwrap().fingerprint().unwrap()
}

#[tokio::test]
async fn nodes_that_start_at_once_on_an_empty_database_all_come_up() {
    let mut cluster = Cluster::new().await;
    let launched: Vec<_> = (0..4).map(|_| cluster.launch(SECRET)).collect();
    let mut nodes = Vec::new();
    for process in launched {
        nodes.push(Node::listening(process).await);
    }
    let ada = nodes[0].verified("ada").await;
    for node in &nodes {
        assert_eq!(node.get("/health/ready").await.0, 200);
        assert_eq!(node.client_of(&ada).me().await.text("/me/username"), "ada");
    }
}

#[tokio::test]
async fn nodes_that_start_at_once_in_one_folder_agree_on_one_secret() {
    let folder = tempfile::tempdir().unwrap();
    let launched: Vec<_> = (0..4)
        .map(|_| Process::spawn(latchkey(folder.path(), &[])))
        .collect();
    let mut nodes = Vec::new();
    for process in launched {
        nodes.push(Node::listening(process).await);
    }
    let ada = nodes[0].verified("ada").await;
    for node in &nodes {
        assert_eq!(node.client_of(&ada).me().await.text("/me/username"), "ada");
    }
}

#[tokio::test]
async fn a_session_that_is_revoked_on_one_node_is_refused_by_the_others_next() {
    let mut cluster = Cluster::new().await;
    let (one, other) = (cluster.node().await, cluster.node().await);
    let phone = one.verified("ada").await;
    let laptop = one.client().log_in(&phone.person).await;
    assert_eq!(
        other.client_of(&phone).me().await.text("/me/username"),
        "ada"
    );

    let revoke = format!(
        r#"mutation {{ revokeSession(input: {{ sessionId: "{}" }}) {{ session {{ status }} }} }}"#,
        phone.session_id
    );
    let answer = one.client_of(&laptop).ask(&revoke).await;
    assert_eq!(answer.text("/revokeSession/session/status"), "REVOKED");
    assert_eq!(
        other.client_of(&phone).me().await.code(),
        "AUTH_SESSION_ENDED"
    );
    assert_eq!(
        other.client_of(&laptop).me().await.text("/me/username"),
        "ada"
    );
}

#[tokio::test]
async fn a_token_of_one_node_is_refreshed_by_another() {
    let mut cluster = Cluster::new().await;
    let (one, other) = (cluster.node().await, cluster.node().await);
    let ada = one.verified("ada").await;
    let answer = other.client().refresh(&ada.refresh_token).await;
    let token = answer.text("/refresh/token/accessToken");
    assert_eq!(
        one.client().bearer(token).me().await.text("/me/username"),
        "ada"
    );

    // The first node knows that the old one is spent and its successor in use.
    let next = answer.text("/refresh/token/refreshToken");
    one.client().refresh(next).await.data();
    let reused = one.client().refresh(&ada.refresh_token).await;
    assert_eq!(
        reused.error()["extensions"]["reason"],
        "REFRESH_TOKEN_REUSED"
    );
    assert_eq!(
        other.client().bearer(token).me().await.code(),
        "AUTH_SESSION_ENDED"
    );
}

#[tokio::test]
async fn a_token_that_two_nodes_refresh_at_once_has_one_successor() {
    let mut cluster = Cluster::new().await;
    let (one, other) = (cluster.node().await, cluster.node().await);
    let mut ada = one.verified("ada").await;
    for _ in 0..20 {
        let (one, other) = (one.client(), other.client());
        let (left, right) = tokio::join!(
            one.refresh(&ada.refresh_token),
            other.refresh(&ada.refresh_token)
        );
        let successor = left.text("/refresh/token/refreshToken");
        assert_eq!(successor, right.text("/refresh/token/refreshToken"));
        ada = SignedIn {
            refresh_token: successor.to_owned(),
            ..ada
        };
    }
}

#[tokio::test]
async fn a_link_that_one_node_mailed_works_on_another_and_once() {
    let mut cluster = Cluster::new().await;
    let (one, other) = (cluster.node().await, cluster.node().await);
    let ada = crate::support::Person::named("ada");
    one.client().register(&ada).await.data();
    let token = one.mailed_token(&ada.email).await;
    other.client().verify(&token).await.data();
    assert_eq!(
        one.client().verify(&token).await.code(),
        "AUTH_LINK_INVALID"
    );
}

#[tokio::test]
async fn a_node_with_another_secret_key_refuses_these_tokens() {
    let mut cluster = Cluster::new().await;
    let one = cluster.node().await;
    let ada = one.verified("ada").await;
    // No such node starts by mistake: see the tests of secrets.
    cluster.discard_secret = Some(fingerprint(SECRET));
    let stranger = cluster.launch("another-secret-of-at-least-32-bytes");
    let stranger = Node::listening(stranger).await;
    assert_eq!(
        stranger.client_of(&ada).me().await.code(),
        "AUTH_UNAUTHENTICATED"
    );
    let answer = stranger.client().refresh(&ada.refresh_token).await;
    assert_eq!(answer.code(), "AUTH_REFRESH_TOKEN_INVALID");
    assert_eq!(one.client_of(&ada).me().await.text("/me/username"), "ada");
}
