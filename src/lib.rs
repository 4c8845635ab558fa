//! Latchkey: a GraphQL authentication service in one binary.
//!
//! The crate is a house of four floors with the same rooms on every floor: a feature is a column of
//! files that bear the same noun. Whoever changes something about sessions opens `sessions.rs` on
//! each floor, and nothing else.
//!
//! | floor | owns |
//! |---|---|
//! | [`http`] | requests, headers, status codes; GraphiQL |
//! | [`graphql`] | types, resolvers, access, the screen ahead of the engine, error codes |
//! | [`service`] | the rules: accounts, sessions, tokens, passwords, mail |
//! | [`store`] | every SQL statement, on SQLite and PostgreSQL |
//! | [`domain`] | what an email address, a session, a refresh token is: pure values |
//!
//! Imports run downwards only (`tests/architecture.rs` holds that), and [`app`] puts the floors
//! together from a [`config::Config`]. Time comes from [`clock`] and chance from [`random`], so that
//! a test can move the one and repeat the other.

pub mod app;
pub mod clock;
pub mod config;
pub mod doctor;
pub mod domain;
pub mod graphql;
pub mod http;
pub mod keys_command;
pub mod mail_command;
pub mod open_files;
pub mod random;
pub mod secret_file;
pub mod service;
pub mod statement_count;
pub mod store;
