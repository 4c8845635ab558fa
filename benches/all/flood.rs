//! The effect of a storm of logins on other requests: `me` alone, then `me` while 32 connections try
//! wrong passwords without pause, with the limits of the defaults, and without limits for one and for
//! two hashing threads; and `me` requests a second with 32 connections. The service is the binary, on loopback; the load generator shares the
//! machine with it.
//!
//! ```text
//! cargo bench --bench all -- flood
//! FLOOD_SECONDS=10 LATCHKEY_BENCH_DATABASE=postgres://user@host/database cargo bench --bench all -- flood
//! ```

use std::time::Duration;

use crate::support::load::{Connection, Load, Server, print, request};
use crate::support::{
    Database, PASSWORD, SignedIn, login, me, register, runtime, seconds, signed_in,
};

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
            let user = sign_in(&server, &runtime, &database);
            let name = format!("{}, {name}", database.engine);
            measure(&server, &user, &name, time);
        }
    }
}

fn measure(server: &Server, user: &SignedIn, name: &str, time: Duration) {
    let me = request(&me().to_string(), Some(&user.access_token));
    let wrong = request(&login("ada", "wrong").to_string(), None);
    Load::run(server.address, ASKING, &me, KNOWN, time / 4);
    let alone = Load::run(server.address, ASKING, &me, KNOWN, time);
    let many = Load::run(server.address, STORM, &me, KNOWN, time);
    let storm = Load::start(server.address, STORM, &wrong, REFUSED);
    std::thread::sleep(Duration::from_millis(500));
    let flooded = Load::run(server.address, ASKING, &me, KNOWN, time);
    let storm = storm.stop();
    println!("{name}");
    print(&format!("  me alone, {ASKING} connections"), alone);
    print(&format!("  me alone, {STORM} connections"), many);
    print(&format!("  me in the storm, {ASKING} connections"), flooded);
    print(&format!("  the storm, {STORM} connections"), storm);
}

fn sign_in(server: &Server, runtime: &tokio::runtime::Runtime, database: &Database) -> SignedIn {
    let mut connection = Connection::open(server.address).unwrap();
    let registration = request(&register("ada").to_string(), None);
    connection.ask(&registration).unwrap();
    runtime.block_on(database.verify_everybody());
    let login = request(&login("ada", PASSWORD).to_string(), None);
    let answer = connection.ask(&login).unwrap();
    signed_in(&serde_json::from_str(answer).unwrap())
}
