//! The commits that wait for the disk, on PostgreSQL: all except those of rate limits and deferred events. The tests of
//! SQLite count the waits of the process (processes/failing_disk).
//!
//! A deferred trigger notes the setting that decides, at the end of each transaction.

use std::time::Duration;

use crate::support::mutations::{MUTATIONS, Stage};
use crate::support::{TestApp, TestDatabase, engine, sql};

const TABLE: &str =
    "CREATE TABLE _commits (transaction BIGINT, written TEXT, synchronous_commit TEXT)";

/// Passes are rows of the table of rate limits, but their steps are zero.
const NOTE: &str = "CREATE FUNCTION note_commit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF TG_TABLE_NAME <> 'rate_limits' OR to_jsonb(NEW)->>'step' <> '0' THEN
        INSERT INTO _commits VALUES
            (txid_current(), TG_TABLE_NAME, current_setting('synchronous_commit'));
    END IF;
    RETURN NULL;
END $$";

const TRIGGERS: &str = "DO $$ DECLARE name TEXT; BEGIN
    FOR name IN SELECT table_name FROM information_schema.tables
        WHERE table_schema = 'public' AND table_name NOT LIKE '\\_%' LOOP
        EXECUTE format('CREATE CONSTRAINT TRIGGER note_commit AFTER INSERT OR UPDATE ON %I
            DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION note_commit()', name);
    END LOOP;
END $$";

/// Selects each set of tables that a transaction wrote, with the setting at its end.
const COMMITS: &str = "SELECT STRING_AGG(DISTINCT line, ';') FROM (
    SELECT STRING_AGG(DISTINCT written, ',') || ' ' || synchronous_commit AS line
    FROM _commits GROUP BY transaction, synchronous_commit) AS lines";

async fn commits(database: &TestDatabase) -> Vec<String> {
    let lines = sql::text(&database.url, COMMITS).await;
    lines.split(';').map(str::to_owned).collect()
}

/// Waits for the event of a refused login, which is written a moment later.
async fn wait_for_event(database: &TestDatabase, kind: &str) {
    let count = format!("SELECT COUNT(*)::text FROM security_events WHERE kind = '{kind}'");
    for _ in 0..500 {
        if sql::text(&database.url, &count).await != "0" {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("no {kind} was written");
}

#[tokio::test]
async fn only_charges_and_deferred_events_are_committed_without_waiting_for_the_disk() {
    if !engine().starts_with("postgres") {
        return;
    }
    let mut database = TestDatabase::make().await;
    // The server of the tests waits for no commit.
    database.url += "?options[synchronous_commit]=on";
    for statement in [TABLE, NOTE, TRIGGERS] {
        sql::execute(&database.url, statement).await;
    }
    let app = TestApp::start_on(&database, &[]).await;
    let mailed = async |template: &str, email: &str| app.token_of(template, email);
    let stage = Stage::set(app.anonymous(), mailed).await;
    for field in MUTATIONS {
        let call = stage.prepare(field, 1).await;
        call.caller.call(&call.query, call.variables).await.data();
    }
    app.anonymous().try_log_in("owner", "wrong").await.code();
    wait_for_event(&database, "LOGIN_FAILED").await;

    let commits = commits(&database).await;
    let charges = ["rate_limits off", "security_events off"];
    for expected in charges.iter().chain(&["sessions on"]) {
        assert!(
            commits.iter().any(|commit| commit == expected),
            "{expected}: {commits:#?}"
        );
    }
    for commit in &commits {
        let is_relaxed = charges.contains(&commit.as_str());
        assert_eq!(commit.ends_with(" off"), is_relaxed, "{commit}");
        assert_ne!(commit, "rate_limits on");
    }
}
