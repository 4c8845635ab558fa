//! The instructions of one request in user space, counted by valgrind: a figure that a busy machine does not change.
//!
//! A process answers 200 requests through its site, and another one 1,200. The difference is that of 1,000 requests.
//!
//! ```text
//! cargo bench --bench all -- instructions
//! ```

use std::process::Command;

use serde_json::json;

use crate::support::{Database, ME, Service, answer, runtime};

const FEW: u64 = 200;
const MANY: u64 = 1_200;

/// The requests that are counted. A document with a comment is never kept, and so is parsed each time.
const REQUESTS: [(&str, &str); 6] = [
    ("typename", "{ __typename }"),
    ("typename, parsed", "{ __typename }#"),
    ("me", ME),
    (
        "me, parsed",
        "{ me { id email username displayName emailVerified } }#",
    ),
    (
        "variable",
        "query($id: ID!) { node(id: $id) { __typename } }",
    ),
    (
        "variable, parsed",
        "query($id: ID!) { node(id: $id) { __typename } }#",
    ),
];

pub fn run() {
    for (name, query) in REQUESTS {
        let (few, many) = (count(query, FEW), count(query, MANY));
        let each = many.zip(few).map(|(many, few)| (many - few) / (MANY - FEW));
        match each {
            Some(each) => println!("{name:<20} {each:>8}"),
            None => println!("{name:<20} valgrind is not installed, or failed"),
        }
    }
}

/// Counts the instructions of a process that answers `requests` requests.
fn count(query: &str, requests: u64) -> Option<u64> {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(std::env::current_exe().unwrap())
        .args(["--answer", query, &requests.to_string()])
        .output()
        .ok()?;
    let text = String::from_utf8(output.stderr).ok()?;
    let line = text.lines().find(|line| line.contains("Collected : "))?;
    line.split_whitespace().last()?.parse().ok()
}

/// Answers requests: `--answer '{ __typename }' 200`.
pub fn one(arguments: &[String]) {
    let [_, query, requests] = arguments else {
        panic!("--answer takes a query and a number");
    };
    let cheap = ["--hash-memory", "64", "--hash-iterations", "1"];
    let runtime = runtime();
    runtime.block_on(async {
        let settings = [&cheap[..], &["--log", "off"]].concat();
        let service = Service::start(Database::sqlite(), &settings).await;
        let user = service.sign_in("ada").await;
        let body = json!({ "query": query, "variables": { "id": "x" } }).to_string();
        for _ in 0..requests.parse().unwrap() {
            answer(&service.site, body.clone(), Some(&user.access_token)).await;
        }
    });
}
