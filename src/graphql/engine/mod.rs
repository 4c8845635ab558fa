//! The engine: one GraphQL request as a pipeline.
//!
//! 1. `prepare` parses the document once, applies the `query_limits`, picks the operation, checks the method and
//!    validates the variables.
//! 2. `execute` runs the operation. The `guard` enforces `access` at each root field, the `caller` finds the viewer with one
//!    statement, the `budget` bounds the response, and `abandoned_mutations` lets a mutation finish whose client hangs up.
//! 3. `respond` repairs the response (see `spec`), gives each error its code, and sums the request up for the access log
//!    (`summary`).
//!
//! `request` has the types that the HTTP layer hands in and gets back. `token_delivery` moves refresh tokens in the body or
//! in a cookie. `services` has the services that resolvers call. `refuse` responds to requests that are never executed, and
//! `body` writes the JSON of all responses.

mod abandoned_mutations;
mod body;
pub mod budget;
pub mod caller;
mod execute;
mod guard;
mod prepare;
pub mod query_limits;
pub mod refuse;
pub mod request;
mod respond;
pub mod services;
pub mod summary;
pub mod token_delivery;

use std::sync::Arc;

use self::execute::Executor;
use self::prepare::prepare;
use self::query_limits::QueryLimits;
use self::query_limits::checker::QueryChecker;
use self::request::{GraphQLRequest, GraphQLResponse};
use self::respond::respond;
use self::services::Services;
use crate::graphql::schema::sdl;
use crate::graphql::schema_index::{SchemaError, SchemaIndex};
use crate::service::RateLimitedAction;

/// A fault of the schema, or of the rate limits beside it, that stops the start.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    #[error(transparent)]
    Schema(#[from] SchemaError),
    #[error("{field} takes a secret: say what its attempts are charged to")]
    RateLimitMissing { field: String },
}

/// Answers requests. Cheap to clone.
#[derive(Clone)]
pub struct Engine {
    checker: QueryChecker,
    schema_index: Arc<SchemaIndex>,
    executor: Executor,
}

impl Engine {
    /// Makes an engine. `max_abandoned` mutations may finish after their clients have hung up.
    ///
    /// # Errors
    /// When a root field has no `@access`, or takes a secret without a rate limit.
    pub fn new(
        limits: QueryLimits,
        max_abandoned: usize,
        services: Services,
    ) -> Result<Self, EngineError> {
        let schema_index = Arc::new(SchemaIndex::read(&sdl())?);
        let is_limited = |field: &str| {
            RateLimitedAction::ALL
                .iter()
                .any(|action| action.operation() == field)
        };
        for field in schema_index.credential_fields() {
            if !is_limited(field) {
                let field = field.clone();
                return Err(EngineError::RateLimitMissing { field });
            }
        }
        Ok(Self {
            checker: QueryChecker::new(limits, Arc::clone(&schema_index)),
            executor: Executor::new(limits, max_abandoned, &schema_index, services),
            schema_index,
        })
    }

    /// Answers one request.
    pub async fn answer(&self, mut request: GraphQLRequest) -> GraphQLResponse {
        let prepared = match prepare(&self.checker, &self.schema_index, &mut request) {
            Ok(prepared) => prepared,
            Err(refusal) => return *refusal,
        };
        let execution = self.executor.execute(&prepared, request).await;
        respond(&self.schema_index, &prepared, execution)
    }
}
