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
mod documents;
mod errors;
mod graphql_over_http;
mod login;
mod logout;
mod organizations;
mod pages;
mod password;
mod profile;
mod refresh;
mod registration;
mod schema;
mod sessions;
mod verification;
