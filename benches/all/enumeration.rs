//! The time of answers that must not reveal whether an address has an account, where the answer itself does
//! not: a known address against an unknown one, in turns, one at a time, with the real Argon2
//! parameters. The medians must be within 5% of each other.
//!
//! ```text
//! cargo bench --bench all -- enumeration
//! ```

use std::time::Instant;

use serde_json::{Value, json};

use crate::support::{Database, PASSWORD, Service, median, millis, quantile, register, runtime};

const TRIES: usize = 200;

pub fn run() {
    let runtime = runtime();
    for database in runtime.block_on(Database::each()) {
        runtime.block_on(compare(database));
    }
}

async fn compare(database: Database) {
    let engine = database.engine;
    let service = Service::start(database, &["--conceal-accounts", "true"]).await;
    service.sign_in("ada").await;
    service.call(&register("pending"), None).await;
    for (operation, known) in [
        ("requestPasswordReset", "ada@example.com"),
        ("resendVerificationEmail", "pending@example.com"),
        ("register", "ada@example.com"),
    ] {
        let mut times = [vec![], vec![]];
        for number in 0..TRIES {
            // Neither goes first each time.
            let mut turns = [
                (known.to_owned(), 0),
                (format!("nobody-{operation}-{number}@example.com"), 1),
            ];
            if number % 2 == 1 {
                turns.reverse();
            }
            for (email, kind) in turns {
                let body = call(operation, &email, number * 2 + kind);
                let began = Instant::now();
                let answer = service.call(&body, None).await;
                times[kind].push(millis(began.elapsed()));
                assert!(answer["errors"].is_null(), "{answer}");
            }
        }
        let [known, unknown] = times.each_mut().map(|times| median(times));
        println!(
            "{engine}: {operation}: known {known:.3} ms, unknown {unknown:.3} ms ({:+.2}%)",
            100.0 * (unknown / known - 1.0)
        );
        let [known, unknown] = times.each_mut().map(|times| quantile(times, 0.1));
        println!("    fastest tenth: {known:.3}, {unknown:.3} ms");
    }
}

fn call(operation: &str, email: &str, number: usize) -> Value {
    if operation == "register" {
        return json!({
            "query": "mutation($input: RegisterInput!) { register(input: $input) { user { id } } }",
            "variables": { "input": {
                "email": email, "username": format!("someone-{number}"), "password": PASSWORD,
            } },
        });
    }
    let query = format!(
        "mutation($email: String!) {{ {operation}(input: {{ email: $email }}) {{ accepted }} }}"
    );
    json!({ "query": query, "variables": { "email": email } })
}
