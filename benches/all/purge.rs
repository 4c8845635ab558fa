//! The wait for a login while a million expired sessions are removed, on SQLite, which has one writer; and
//! the duration of a batch.
//!
//! ```text
//! cargo bench --bench all -- purge
//! PURGE_ROWS=100000 cargo bench --bench all -- purge
//! ```

use std::time::Instant;

use latchkey::store::{Expired, PURGE_BATCH};

use crate::support::{Database, PASSWORD, Service, login, median, millis, quantile, runtime};

pub fn run() {
    let rows = std::env::var("PURGE_ROWS").map_or(1_000_000, |rows| rows.parse().unwrap());
    runtime().block_on(async {
        let service = Service::start(Database::sqlite(), &[]).await;
        service.sign_in("ada").await;
        service.database.execute(&expired_sessions(rows)).await;
        let before = chrono::DateTime::from_timestamp(1_750_000_000, 0).unwrap();
        let purging = async {
            let (mut batches, mut removed) = (Vec::new(), 0);
            loop {
                let began = Instant::now();
                let batch = service.store.purge(Expired::ExpiredSessions, before);
                let count = batch.await.unwrap();
                batches.push(millis(began.elapsed()));
                removed += count;
                if count < PURGE_BATCH {
                    return (batches, removed);
                }
                tokio::time::sleep(began.elapsed()).await;
            }
        };
        let logins = async {
            let mut times = Vec::new();
            loop {
                let began = Instant::now();
                service.call(&login("ada", PASSWORD), None).await;
                times.push(millis(began.elapsed()));
                tokio::task::yield_now().await;
                if times.len() == 500 {
                    return times;
                }
            }
        };
        let ((mut batches, removed), mut logins) = tokio::join!(purging, logins);
        println!(
            "{removed} rows in {} batches: median {:.1} ms, worst {:.1} ms",
            batches.len(),
            median(&mut batches),
            quantile(&mut batches, 1.0)
        );
        println!(
            "logins meanwhile: median {:.1} ms, worst {:.1} ms",
            median(&mut logins),
            quantile(&mut logins, 1.0)
        );
    });
}

/// Copies the only session this many times, with an end in 2025.
fn expired_sessions(rows: u64) -> String {
    let long_ago = "'2025-01-01T00:00:00+00:00'";
    format!(
        "WITH RECURSIVE numbers (number) AS \
             (SELECT 1 UNION ALL SELECT number + 1 FROM numbers WHERE number < {rows}) \
         INSERT INTO sessions (id, user_id, generation, rotated_at, received_at, device_type, ip_address, created_at, \
             last_used_at, expires_at, ends_at) \
         SELECT randomblob(16), user_id, generation, rotated_at, received_at, device_type, ip_address, created_at, last_used_at, \
             {long_ago}, {long_ago} FROM sessions, numbers"
    )
}
