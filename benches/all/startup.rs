//! The start-up time and the memory of the binary: from the start of the process to its
//! first answer, on a fresh SQLite file and on one that is there already; and the resident memory
//! after the first answer, after some logins, and after a few thousand `me`. The aims are 200 ms,
//! and 40 MiB after the first answer, with the 19 MiB of one hashing thread: each other thread takes as much with its
//! first hash.
//!
//! ```text
//! cargo bench --bench all -- startup
//! ```

use std::time::{Duration, Instant};

use crate::support::load::{Load, Server, request};
use crate::support::{Database, me, median, millis, quantile, runtime};

const STARTS: usize = 20;

const MIB: u64 = 1024 * 1024;

pub fn run() {
    starts("a fresh file", Database::sqlite);
    let existing = Database::sqlite();
    drop(Server::start(&existing, &[]));
    starts("an existing file", || existing.again());
    for threads in [1, 2] {
        memory(threads);
    }
}

fn starts(name: &str, database: impl Fn() -> Database) {
    let start = |_| {
        let database = database();
        let began = Instant::now();
        let server = Server::spawn(&database, &[]);
        server.first_answer();
        millis(began.elapsed())
    };
    let mut times: Vec<f64> = (0..STARTS).map(start).collect();
    println!(
        "from start to first answer, {name}: median {:.1} ms, worst {:.1} ms",
        median(&mut times),
        quantile(&mut times, 1.0)
    );
}

fn memory(threads: u64) {
    let database = Database::sqlite();
    let number = threads.to_string();
    let server = Server::spawn(&database, &["--hash-threads", &number]);
    let mut connection = server.first_answer();
    let mut figures = vec![("first answer", server.resident())];
    connection.register("ada");
    runtime().block_on(database.verify_everybody());
    let token = connection.log_in("ada").access_token;
    for _ in 0..20 {
        connection.log_in("ada");
    }
    figures.push(("20 logins", server.resident()));
    let me = request(&me().to_string(), Some(&token));
    Load::run(
        server.address,
        &vec![me; 16],
        &["ada"],
        Duration::from_secs(2),
    );
    figures.push(("2 s of me", server.resident()));
    let figures = figures.into_iter();
    let figures = figures.map(|(when, bytes)| format!("after {when} {} MiB", bytes / MIB));
    let figures: Vec<String> = figures.collect();
    println!(
        "resident, {threads} hashing threads: {}",
        figures.join(", ")
    );
}
