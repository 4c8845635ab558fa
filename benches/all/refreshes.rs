//! Refreshes a second, with 32 sessions that each refresh without pause. The service is the binary, on
//! loopback; the load generator shares the machine with it. The times depend on the disk: `TMPDIR` chooses
//! the one of SQLite, and PostgreSQL must run with `fsync` on.
//!
//! ```text
//! cargo bench --bench all -- refreshes
//! REFRESH_SECONDS=10 LATCHKEY_BENCH_DATABASE=postgres://user@host/database cargo bench --bench all -- refreshes
//! ```

use crate::support::load::{Connection, Load, Server, print, request};
use crate::support::{Database, PASSWORD, login, refresh, register, runtime, seconds, signed_in};

const SESSIONS: usize = 32;

/// Only the work of a refresh is measured, and no refusal.
const UNLIMITED: [&str; 1] = ["--limit-refresh-session=1000000/1s"];

pub fn run() {
    let time = seconds("REFRESH_SECONDS", 3);
    let runtime = runtime();
    for database in runtime.block_on(Database::each()) {
        let server = Server::start(&database, &UNLIMITED);
        let mut connection = Connection::open(server.address).unwrap();
        let registration = request(&register("ada").to_string(), None);
        connection.ask(&registration).unwrap();
        runtime.block_on(database.verify_everybody());
        let sessions: Vec<_> = (0..SESSIONS).map(|_| session(&mut connection)).collect();
        let load = Load::of_each(server.address, sessions.into_iter());
        std::thread::sleep(time);
        let name = format!("{}, {SESSIONS} sessions", database.engine);
        print(&name, load.stop());
    }
}

/// Logs in. Returns a client that refreshes the session once in each call.
fn session(connection: &mut Connection) -> impl FnMut(&mut Connection) + Send + use<> {
    let login = request(&login("ada", PASSWORD).to_string(), None);
    let mut token = refresh_token(connection, &login);
    move |connection| {
        let refresh = request(&refresh(&token).to_string(), None);
        token = refresh_token(connection, &refresh);
    }
}

/// Sends a login or a refresh. Returns the refresh token of the answer.
fn refresh_token(connection: &mut Connection, request: &[u8]) -> String {
    let answer = connection.ask(request).unwrap();
    signed_in(&serde_json::from_str(answer).unwrap()).refresh_token
}
