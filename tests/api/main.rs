//! The API as its clients meet it: over HTTP, one file a noun.

#[path = "../support/mod.rs"]
mod support;

mod sessions;
