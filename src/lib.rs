//! Latchkey: a GraphQL authentication service in one binary.
//!
//! The crate has layers. Each uses those below it, and none above it:
//!
//! | layer | owns |
//! |---|---|
//! | [`cli`] | the commands, one file each: flags, what is printed, exit codes |
//! | [`app`] | the composition root: settings become a store, services, a schema and a site |
//! | [`http`] | requests, headers, status codes; pages and GraphiQL |
//! | [`graphql`] | types, resolvers, access, the engine of a request, error codes |
//! | [`service`] | the rules: accounts, sessions, tokens, passwords, mail, limits |
//! | [`store`] | every SQL statement, on SQLite and PostgreSQL |
//! | [`domain`] | what an email address, a session, a refresh token is: pure values |
//!
//! The layers [`graphql`], [`service`] and [`store`] have the same folders, one for each feature, with a file for each
//! operation. To change how sessions are refreshed, open `graphql/session/refresh.rs`, `service/session/refresh.rs` and
//! `store/session/refresh.rs`; the pure rule is `domain/refresh_verdict.rs`. `tests/quality/architecture.rs` holds all of this.
//!
//! Beside the layers, [`config`] has every setting, which `app` turns into the options of the layers below it, and [`platform`]
//! has the clock and the randomness, so that a test can move the one and repeat the other.

pub mod app;
pub mod cli;
pub mod config;
pub mod domain;
pub mod graphql;
pub mod http;
pub mod platform;
pub mod service;
pub mod store;
