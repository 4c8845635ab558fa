//! The API: one file a noun, holding that noun's types, queries and mutations.
//!
//! Owns the mapping between GraphQL and the service: a resolver parses input into domain types,
//! makes one service call, and maps the result. Everything that knows async-graphql is here: beside
//! the nouns, the `screen` that judges a document before it is executed, `access`, the loaders, and
//! the `engine` that the HTTP floor calls. Must not know: HTTP, SQL, the rules.

mod abandoned;
mod access;
mod accounts;
mod blueprint;
mod budget;
mod caller;
mod connections;
mod email_addresses;
mod engine;
mod entities;
mod error;
mod executed;
mod federation;
mod field_order;
mod guard;
mod input;
mod invitations;
mod loaders;
mod memberships;
mod nodes;
mod nulls;
mod organizations;
mod passwords;
mod registrations;
mod scalars;
mod schema;
mod screen;
mod security_events;
mod sentence;
mod session_end;
mod sessions;
mod summary;
mod token_delivery;
mod tokens;
mod users;
mod variables;
mod viewer;

#[cfg(test)]
mod field_order_tests;

pub use engine::{
    Answerers, Call, Challenge, Engine, Outcome, Reply, crashed, overloaded,
    persisted_query_not_supported, refusal, timed_out, untold,
};
pub use error::ErrorCode;
pub use schema::sdl;
pub use screen::{Limits, Screen};
pub use summary::OperationSummary;
pub use token_delivery::{CookieChange, TokenDelivery};
