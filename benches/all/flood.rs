//! The effect of a storm of logins on other requests: `me` alone, then `me` while 32 connections try
//! wrong passwords without pause, with the limits of the defaults, and without limits for one and for
//! two hashing threads; and `me` requests a second with 32 connections, with one session and with one for each. The
//! service is the binary, on loopback; the load generator shares the machine with it.
//!
//! ```text
//! cargo bench --bench all -- flood
//! FLOOD_SECONDS=10 LATCHKEY_BENCH_DATABASE=postgres://user@host/database cargo bench --bench all -- flood
//! ```

use std::time::Duration;

use crate::support::load::{Connection, Load, Seen, Server, repeat, request};
use crate::support::{Database, login, me, quantile, runtime, seconds};

/// Connections that ask `me` without pause while latencies are measured.
const ASKING: usize = 4;

/// Connections that log in, or that ask `me` for the throughput.
const STORM: usize = 32;

const KNOWN: &[&str] = &["\"username\":\"ada\""];
const REFUSED: &[&str] = &["AUTH_INVALID_CREDENTIALS", "OVERLOADED", "RATE_LIMITED"];

/// The settings under which only the queue of hashes limits the storm.
const UNLIMITED: [&str; 3] = [
    "--limit-login-account=1000000/1s",
    "--limit-login-network-account=1000000/1s",
    "--limit-login-network=1000000/1s",
];

pub fn run() {
    let time = seconds("FLOOD_SECONDS", 3);
    let runtime = runtime();
    let unlimited = |threads| [&["--hash-threads", threads], &UNLIMITED[..]].concat();
    for (name, settings) in [
        ("as it comes", Vec::new()),
        ("no limits, 1 hashing thread", unlimited("1")),
        ("no limits, 2 hashing threads", unlimited("2")),
    ] {
        for database in runtime.block_on(Database::each()) {
            let server = Server::start(&database, &settings);
            register_ada(&server, &runtime, &database);
            let name = format!("{}, {name}", database.engine);
            measure(&server, &name, time);
        }
    }
}

fn measure(server: &Server, name: &str, time: Duration) {
    let sessions: Vec<_> = (0..STORM).map(|_| me_in_new_session(server)).collect();
    let asking = vec![sessions[0].clone(); ASKING];
    let one_session = vec![sessions[0].clone(); STORM];
    let wrong = request(&login("ada", "wrong").to_string(), None);
    Load::run(server.address, &asking, KNOWN, time / 4);
    let alone = Load::run(server.address, &asking, KNOWN, time);
    let many = Load::run(server.address, &one_session, KNOWN, time);
    let many_sessions = Load::run(server.address, &sessions, KNOWN, time);
    let scripts = (0..STORM).map(|_| repeat(&wrong, REFUSED));
    let storm = Load::start(server.address, scripts.collect());
    std::thread::sleep(Duration::from_millis(500));
    let flooded = Load::run(server.address, &asking, KNOWN, time);
    let storm = storm.stop();
    println!("{name}");
    report(&format!("  me alone, {ASKING} connections"), alone);
    report(&format!("  me alone, {STORM} connections"), many);
    report(&format!("  me alone, {STORM} sessions"), many_sessions);
    report(&format!("  me in the storm, {ASKING} connections"), flooded);
    report(&format!("  the storm, {STORM} connections"), storm);
}

fn report(name: &str, seen: Seen) {
    let Seen {
        mut latencies,
        per_second,
    } = seen;
    let mut at = |share| quantile(&mut latencies, share);
    println!(
        "{name:<34} {per_second:>8.0}/s   p50 {:>8.2} ms   p99 {:>8.2} ms   max {:>8.2} ms",
        at(0.5),
        at(0.99),
        at(1.0)
    );
}

fn register_ada(server: &Server, runtime: &tokio::runtime::Runtime, database: &Database) {
    let mut connection = Connection::open(server.address).unwrap();
    connection.register("ada");
    runtime.block_on(database.verify_everybody());
}

/// Logs in, and returns the request `me` of the session.
fn me_in_new_session(server: &Server) -> Vec<u8> {
    let mut connection = Connection::open(server.address).unwrap();
    let session = connection.log_in("ada");
    request(&me().to_string(), Some(&session.access_token))
}
