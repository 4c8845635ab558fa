//! The API as its clients meet it: over HTTP, one file a subject.

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
