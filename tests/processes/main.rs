//! The program as its operator meets it: the real binary in a process of its own, from its first
//! start to its last request. One subject a file.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

#[path = "../support/mod.rs"]
mod support;

mod command_line;
mod connections;
mod database_away;
mod delivery;
mod doctor;
mod keys;
mod leaks;
mod mail_server;
mod nodes;
mod process;
mod proxy;
mod refused_starts;
mod shutdown;
mod start;
