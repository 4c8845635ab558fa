//! A database that accepts no writes for a while, as in a failover: reads continue, readiness and the doctor report it, and
//! writes succeed as soon as the primary is back.
//!
//! Only on PostgreSQL. On SQLite, writes fail with the disk: see failing_disk.rs.

use std::collections::BTreeSet;

use crate::process::{Node, run};
use crate::support::{PASSWORD, TestDatabase, engine, sql};

/// Changes a setting of the database, which applies to new connections.
async fn set_read_only(database: &TestDatabase, is_read_only: bool) {
    let (_, name) = database.url.rsplit_once('/').unwrap();
    let change = if is_read_only {
        format!("ALTER DATABASE {name} SET default_transaction_read_only = on")
    } else {
        format!("ALTER DATABASE {name} RESET default_transaction_read_only")
    };
    sql::execute(&engine(), &change).await;
}

/// The server's processes that answer the service.
async fn connections(database: &TestDatabase) -> BTreeSet<String> {
    let pids = "SELECT COALESCE(STRING_AGG(CAST(pid AS TEXT), ' '), '') FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()";
    let pids = sql::text(&database.url, pids).await;
    pids.split_whitespace().map(str::to_owned).collect()
}

/// Ends all connections to the database, as a failover does.
async fn hang_up(database: &TestDatabase) {
    let (_, name) = database.url.rsplit_once('/').unwrap();
    let hang_up =
        format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
    sql::execute(&engine(), &hang_up).await;
}

#[tokio::test]
async fn a_read_only_database_is_reported_and_written_as_soon_as_possible() {
    if !engine().starts_with("postgres") {
        eprintln!("skipped: only a database server fails over");
        return;
    }
    let database = TestDatabase::shared().await;
    let folder = tempfile::tempdir().unwrap();
    let settings = ["--database-url", database.url.as_str()];
    let node = Node::start(folder.path(), &settings).await;
    let mut ada = node.verified("ada").await;
    for _ in 0..2 {
        ada = ada.refreshed().await; // its first use would be noted
        set_read_only(&database, true).await;
        hang_up(&database).await;
        let (status, body) = node.get("/health/ready").await;
        assert_eq!(status, 503, "{body}");
        // Many at once open connections that can only read.
        let reads = (0..20).map(|_| ada.me());
        for answer in futures_util::future::join_all(reads).await {
            assert_eq!(answer.text("/me/username"), "ada");
        }
        let refused = node.client().try_log_in("ada", PASSWORD).await;
        assert_eq!(refused.code(), "UNAVAILABLE", "{refused:?}");
        let refused = node.client().refresh(&ada.refresh_token).await;
        assert_eq!(refused.code(), "UNAVAILABLE", "{refused:?}");
        let doctor = run(folder.path(), &["doctor", settings[0], settings[1]]).await;
        assert_eq!(doctor.code, Some(1), "{doctor:?}");
        assert!(
            doctor.stdout.contains("the database can only be read"),
            "{doctor:?}"
        );
        let reads = (0..20).map(|_| ada.me());
        futures_util::future::join_all(reads).await;
        let before = connections(&database).await;
        for _ in 0..20 {
            let refused = node.client().try_log_in("ada", PASSWORD).await;
            assert_eq!(refused.code(), "UNAVAILABLE", "{refused:?}");
        }
        let after = connections(&database).await;
        assert!(before.is_subset(&after), "{before:?} {after:?}");

        set_read_only(&database, false).await;
        node.client().log_in(&ada.person).await;
        let (status, body) = node.get("/health/ready").await;
        assert_eq!(status, 200, "{body}");
        for _ in 0..20 {
            node.client().log_in(&ada.person).await;
        }
    }
    node.client().refresh(&ada.refresh_token).await.data();
    node.stop().await;
}
