//! The API: the GraphQL types and resolvers of each feature, and the engine that executes requests.
//!
//! Owns the mapping between GraphQL and the service: a resolver parses its input into domain types, makes one service call,
//! and maps the result. Everything that knows async-graphql is here. Must not know: HTTP, SQL, the rules.
//!
//! The features are `account`, `session`, `password`, `second_factor`, `passkey`, `email`, `organization`, `membership`,
//! `invitation` and `audit`; the files of a feature are named after its operations. `schema` merges their fields into the
//! schema, in the order of `schema.graphql`. The comments on the fields and types of a feature are the descriptions in that
//! file, so they are written for frontend developers.
//!
//! `engine` is the pipeline of a request, and uses `spec`, which repairs what async-graphql does against the
//! specification. Both look the schema up in `schema_index`. The features share the other modules: `access` has the access
//! levels, `error` every error code, `input` and `scalars` the conversions, `connections` and `loaders` the lists,
//! `nodes`, `entities` and `federation` the lookup by id.

mod access;
mod account;
mod audit;
mod connections;
mod email;
mod engine;
mod entities;
mod error;
mod federation;
mod input;
mod invitation;
mod loaders;
mod membership;
mod nodes;
mod organization;
mod passkey;
mod password;
mod scalars;
mod schema;
mod schema_index;
mod second_factor;
mod session;
mod spec;

pub use engine::Engine;
pub use engine::budget::{ResponseLimits, ResponseRoom};
pub use engine::query_limits::QueryLimits;
pub use engine::query_limits::checker::QueryChecker;
pub use engine::query_limits::error::QueryError;
pub use engine::refuse::{
    crashed, mutation_outcome_unknown, overloaded, persisted_query_not_supported, refusal,
    timed_out,
};
pub use engine::request::{Challenge, GraphQLRequest, GraphQLResponse, Outcome};
pub use engine::services::Services;
pub use engine::summary::OperationSummary;
pub use engine::token_delivery::{CookieChange, TokenDelivery};
pub use error::ErrorCode;
pub use schema::sdl;
