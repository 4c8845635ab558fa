//! The purge of a database with a million expired sessions, a million expired events and some expired rows of every other
//! kind, while two clients log in without pause: the time for which the batches of each kind hold the writer, and the
//! time of the logins, alone and during the purge.
//!
//! ```text
//! cargo bench --bench all -- purge
//! PURGE_ROWS=100000 LATCHKEY_BENCH_DATABASE=postgres://user@host/database cargo bench --bench all -- purge
//! ```

mod expired_rows;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use tokio::task::JoinHandle;

use crate::support::batches::{BATCHES, report};
use crate::support::{Database, PASSWORD, Service, login, millis, runtime, signed_in};

/// Clients that log in at the same time.
const CLIENTS: usize = 2;

pub fn run() {
    let rows = std::env::var("PURGE_ROWS").map_or(1_000_000, |rows| rows.parse().unwrap());
    runtime().block_on(async {
        for database in Database::each().await {
            measure(database, rows).await;
        }
    });
}

async fn measure(database: Database, rows: u64) {
    let service = Service::start(database, &[]).await;
    service.sign_in("ada").await;
    expired_rows::insert(&service.database, rows).await;
    let service = Arc::new(service);
    println!("{}, {rows} sessions and events", service.database.engine);

    let alone = Logins::start(&service);
    tokio::time::sleep(Duration::from_secs(10)).await;
    report("logins alone", &mut alone.stop().await);

    LazyLock::force(&BATCHES);
    let logins = Logins::start(&service);
    let began = Instant::now();
    service.purger.purge().await.unwrap();
    let took = began.elapsed();
    let mut logins = logins.stop().await;
    BATCHES.report();
    println!("  the purge took {:.0} s", took.as_secs_f64());
    report("logins during the purge", &mut logins);
}

/// Clients that log in until they are stopped.
struct Logins {
    stop: Arc<AtomicBool>,
    clients: Vec<JoinHandle<Vec<f64>>>,
}

impl Logins {
    fn start(service: &Arc<Service>) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let client = |_| {
            let (service, stop) = (Arc::clone(service), Arc::clone(&stop));
            tokio::spawn(async move {
                let mut times = Vec::new();
                while !stop.load(Ordering::Relaxed) {
                    let began = Instant::now();
                    let answer = service.call(&login("ada", PASSWORD), None).await;
                    times.push(millis(began.elapsed()));
                    signed_in(&answer);
                }
                times
            })
        };
        Self {
            clients: (0..CLIENTS).map(client).collect(),
            stop,
        }
    }

    /// Returns the milliseconds of every login.
    async fn stop(self) -> Vec<f64> {
        self.stop.store(true, Ordering::Relaxed);
        let mut times = Vec::new();
        for client in self.clients {
            times.extend(client.await.unwrap());
        }
        times
    }
}
