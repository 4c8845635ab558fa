//! The binary in a process of its own, as operators use it, from the first start to the last request. One file per subject.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

#[path = "../support/mod.rs"]
mod support;

mod command_line;
mod connections;
mod delivery;
mod doctor;
mod failing_disk;
mod keys;
mod log_lines;
mod mail_server;
mod on_each_engine;
mod passkeys;
mod process;
mod proxy;
mod refused_connections;
mod refused_starts;
mod setting_problems;
mod settings;
mod shutdown;
mod start;
mod unread_answers;
