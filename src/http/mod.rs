//! HTTP: the router and its layers, and how GraphQL travels over it.
//!
//! Owns requests, headers and status codes. Reads the bearer token, the client's address and its
//! device headers into plain values before anything else sees a request. Must not know: what an
//! operation does, SQL, passwords.

mod access_log;
mod account_pages;
mod activity;
mod answer_body;
mod answer_memory;
mod app_state;
mod body;
mod body_room;
mod change_password;
mod client;
mod connection;
mod content;
mod cookies;
mod cors;
mod discovery;
mod graphiql;
mod graphql;
mod health;
mod host;
mod jwks;
mod lifecycle;
mod listener;
mod mailbox;
mod origins;
mod pages;
mod request_body;
mod request_head;
mod request_id;
mod router;
mod server;
mod socket;

pub use answer_memory::AnswerMemory;
pub use app_state::{AppState, HttpOptions};
pub use body_room::BodyRoom;
pub use client::TrustedProxies;
pub use cookies::{CookieOptions, CookieSameSite, CookieScheme};
pub use discovery::Discovery;
pub use jwks::Jwks;
pub use lifecycle::Lifecycle;
pub use listener::listen;
pub use origins::CorsOrigins;
pub use pages::{PageOptions, Pages};
pub use router::router;
pub use server::{ServerOptions, serve};

#[cfg(test)]
mod parsers_tests;
