//! The verifier of passkeys, beside a software authenticator: genuine answers are accepted, and answers that anything is wrong
//! with are refused. `oracles` compares the verdicts with those of two other verifiers.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "that is how a test fails"
)]

#[path = "../support/authenticator.rs"]
mod authenticator;
mod cases;
mod differences;
mod genuine;
mod hostile;
mod misbehaviour;
mod oracles;
mod origins;
mod service;
mod tampered;

use proptest::prelude::Strategy;
use proptest::test_runner::{Config, TestRunner};

/// Checks a property for 256 cases, or for as many as `PROPTEST_CASES` says. Shows the simplest case that fails, and writes it to
/// no file.
fn for_all<S: Strategy>(cases: S, holds: impl Fn(S::Value)) {
    let config = Config {
        failure_persistence: None,
        ..Config::default()
    };
    let outcome = TestRunner::new(config).run(&cases, |case| {
        holds(case);
        Ok(())
    });
    outcome.unwrap();
}
