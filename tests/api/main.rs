//! The API as its clients meet it: over HTTP, one file a subject.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "that is how a test fails"
)]

#[path = "../support/mod.rs"]
mod support;

mod access;
mod account_pages;
mod concealment;
mod deletion;
mod documents;
mod email_change;
mod errors;
mod graphql_over_http;
mod limits;
mod login;
mod logout;
mod mail;
mod mailbox;
mod notices;
mod organizations;
mod origins;
mod pages;
mod password;
mod password_check;
mod password_reset;
mod profile;
mod refresh;
mod registration;
mod schema;
mod sessions;
mod verification;
