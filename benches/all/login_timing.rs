//! The time of a failed login, which must not reveal whether the account exists: a wrong password for a known
//! user against an unknown user, in turns, one at a time, with the real Argon2 parameters. The
//! medians must be within 5% of each other.
//!
//! ```text
//! cargo bench --bench all -- login_timing
//! ```

use std::time::Instant;

use crate::support::{Database, Service, login, median, millis, quantile, runtime};

const TRIES: usize = 200;

pub fn run() {
    let runtime = runtime();
    for database in runtime.block_on(Database::each()) {
        runtime.block_on(compare(database));
    }
}

async fn compare(database: Database) {
    let engine = database.engine;
    let service = Service::start(database, &[]).await;
    service.sign_in("ada").await;
    let mut times = [vec![], vec![], vec![]];
    let identifiers = ["ada", "nobody", "not an @ identifier"];
    for _ in 0..TRIES {
        for (identifier, times) in identifiers.iter().zip(&mut times) {
            let began = Instant::now();
            let answer = service.call(&login(identifier, "wrong"), None).await;
            times.push(millis(began.elapsed()));
            let code = &answer["errors"][0]["extensions"]["code"];
            assert_eq!(code, "AUTH_INVALID_CREDENTIALS", "{answer}");
        }
    }
    let [known, unknown, malformed] = times.each_mut().map(|times| median(times));
    println!(
        "{engine}: known user {known:.3} ms, unknown user {unknown:.3} ms ({:+.2}%), no identifier {malformed:.3} ms ({:+.2}%)",
        100.0 * (unknown / known - 1.0),
        100.0 * (malformed / known - 1.0)
    );
    let [known, unknown, malformed] = times.each_mut().map(|times| quantile(times, 0.1));
    println!("    fastest tenth: {known:.3}, {unknown:.3}, {malformed:.3} ms");
}
