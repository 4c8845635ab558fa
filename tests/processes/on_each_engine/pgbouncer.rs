//! PgBouncer between the service and PostgreSQL: each transaction gets any free connection to the server.
//!
//! The tests need PostgreSQL and PgBouncer, which `tests/run` installs.

use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use futures_util::future::join_all;
use tempfile::TempDir;
use url::Url;

use crate::process::{Node, Process, run, until};
use crate::support::{Person, SECRET, TestDatabase};

const PROGRAM: &str = "/usr/sbin/pgbouncer";

/// A database, and a pooler in front of it.
struct Setup {
    /// The URL of the pooler.
    url: String,
    /// The URL of the server.
    database: TestDatabase,
    folder: TempDir,
    _pooler: Process,
}

impl Setup {
    /// Returns `None`, and prints the reason, if there is no server or no pooler.
    async fn new(mode: &str) -> Option<Self> {
        let database = TestDatabase::empty().await;
        if !database.url.starts_with("postgres") || !Path::new(PROGRAM).exists() {
            eprintln!("skipped: needs PostgreSQL, and {PROGRAM}");
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        let server = Url::parse(&database.url).unwrap();
        let address = free_address();
        let settings = format!(
            "[databases]\n* = host={} port={} user={} password={}\n[pgbouncer]\nlisten_addr = {}\nlisten_port = {}\n\
             unix_socket_dir =\nauth_type = any\npool_mode = {mode}\ndefault_pool_size = 4\nmax_client_conn = 200\n",
            server.host_str().unwrap(),
            server.port().unwrap_or(5432),
            server.username(),
            server.password().unwrap_or("none"),
            address.ip(),
            address.port(),
        );
        let pooler = start_pooler(folder.path(), &settings);
        until(
            || format!("the pooler listens; its log:\n{}", pooler.log()),
            async || tokio::net::TcpStream::connect(address).await.ok(),
        )
        .await;
        let mut url = server;
        url.set_ip_host(address.ip()).unwrap();
        url.set_port(Some(address.port())).unwrap();
        Some(Self {
            url: url.to_string(),
            database,
            folder,
            _pooler: pooler,
        })
    }

    async fn migrated(mode: &str) -> Option<Self> {
        let setup = Self::new(mode).await?;
        let arguments = ["migrate", "--database-url", &setup.database.url];
        let migrated = run(setup.folder.path(), &arguments).await;
        assert_eq!(migrated.code, Some(0), "{migrated:?}");
        Some(setup)
    }

    fn settings<'a>(&'a self, more: &[&'a str]) -> Vec<&'a str> {
        let settings = ["--database-url", &self.url, "--secret-key", SECRET];
        [&settings[..], more].concat()
    }

    async fn node(&self, more: &[&str]) -> Node {
        Node::start(self.folder.path(), &self.settings(more)).await
    }
}

/// Returns a free port.
fn free_address() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap()
}

/// PgBouncer refuses to run as root, so another user must be able to read its settings.
fn start_pooler(folder: &Path, settings: &str) -> Process {
    let path = folder.join("pgbouncer.ini");
    fs::write(&path, settings).unwrap();
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).unwrap();
    let id = Command::new("id").arg("-u").output().unwrap().stdout;
    let mut command = Command::new(PROGRAM);
    if id.trim_ascii() == b"0" {
        command.args(["-u", "nobody"]);
    }
    command.arg(path);
    Process::spawn(command)
}

#[tokio::test]
async fn behind_a_pooler_in_transaction_mode_everything_works_with_its_setting() {
    let Some(setup) = Setup::migrated("transaction").await else {
        return;
    };
    let unprepared = ["--database-prepared-statements", "false"];
    let nodes = [setup.node(&unprepared).await, setup.node(&unprepared).await];
    // More concurrent requests than the pooler has connections.
    let people = (0..24).map(|number| {
        let node = &nodes[number % 2];
        let other = &nodes[(number + 1) % 2];
        async move {
            let person = Person::named(&format!("person{number}"));
            node.client().register(&person).await.data();
            let token = node.mailed_token(&person.email).await;
            other.client().verify(&token).await.data();
            let mut user = other.client().log_in(&person).await;
            for _ in 0..5 {
                let me = node.client_of(&user).me().await;
                assert_eq!(me.text("/me/username"), person.username);
                user = user.refreshed().await;
            }
        }
    });
    join_all(people).await;
    for node in nodes {
        assert_eq!(node.get("/health/ready").await.0, 200);
        let log = node.stop().await.complete_output().await;
        assert!(!log.contains(" ERROR "), "{log}");
    }
    let arguments = [&["doctor"], &setup.settings(&unprepared)[..]].concat();
    let doctor = run(setup.folder.path(), &arguments).await;
    assert_eq!(doctor.code, Some(0), "{doctor:?}");
}

#[tokio::test]
async fn behind_a_pooler_in_transaction_mode_without_its_setting_start_and_doctor_name_it() {
    let Some(setup) = Setup::migrated("transaction").await else {
        return;
    };
    let words = "DATABASE_PREPARED_STATEMENTS=false";
    let start = run(setup.folder.path(), &setup.settings(&[])).await;
    assert_eq!(start.code, Some(1), "{start:?}");
    assert!(start.stderr.contains(words), "{start:?}");
    let arguments = [&["doctor"], &setup.settings(&[])[..]].concat();
    let doctor = run(setup.folder.path(), &arguments).await;
    doctor.assert_problem("database", &["PgBouncer", words]);
}

#[tokio::test]
async fn migrations_behind_a_pooler_in_transaction_mode_are_refused_with_what_to_run() {
    let Some(setup) = Setup::new("transaction").await else {
        return;
    };
    let settings = setup.settings(&["--database-prepared-statements", "false"]);
    let words = ["run latchkey migrate", "PostgreSQL itself"];
    let migrate = ["migrate", "--database-url", &setup.url];
    let unprepared = ["--database-prepared-statements", "false"];
    for arguments in [
        [&["serve"], &settings[..]].concat(),
        [&migrate[..], &unprepared].concat(),
    ] {
        let outcome = run(setup.folder.path(), &arguments).await;
        assert_eq!(outcome.code, Some(1), "{outcome:?}");
        for word in words {
            assert!(outcome.stderr.contains(word), "{outcome:?}");
        }
    }
    let doctor = run(setup.folder.path(), &[&["doctor"], &settings[..]].concat()).await;
    doctor.assert_problem("migrations", &words);
}

#[tokio::test]
async fn behind_a_pooler_in_session_mode_everything_works_as_it_comes() {
    let Some(setup) = Setup::new("session").await else {
        return;
    };
    let node = setup.node(&["--database-max-connections", "2"]).await;
    let ada = node.verified("ada").await;
    assert_eq!(ada.me().await.text("/me/username"), "ada");
}
