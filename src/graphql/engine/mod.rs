//! The engine: one GraphQL request as a pipeline.
//!
//! 1. `prepare` parses the document once, applies the query `limits`, picks the operation, checks the method and
//!    validates the variables.
//! 2. `execute` runs the operation. The `guard` enforces `access` at each root field, the `caller` finds the viewer with one
//!    statement, the `budget` bounds the response, and `abandoned_mutations` lets a mutation finish whose client hangs up.
//! 3. `respond` repairs the response (see `spec`), gives each error its code, and sums the request up for the access log
//!    (`summary`).
//!
//! `request` has the types that the HTTP layer hands in and gets back, and `token_delivery` the way of refresh tokens: in
//! the body, or in a cookie. `services` has what resolvers call. `refuse` answers what is never executed, and `body` writes
//! the JSON of all responses.

mod abandoned_mutations;
mod body;
pub mod budget;
pub mod caller;
mod execute;
mod guard;
pub mod limits;
mod prepare;
pub mod refuse;
pub mod request;
mod respond;
pub mod services;
pub mod summary;
pub mod token_delivery;

use std::sync::Arc;

use self::execute::Executor;
use self::limits::Limits;
use self::limits::query_limits::QueryLimits;
use self::prepare::prepare;
use self::request::{GraphQLRequest, GraphQLResponse};
use self::respond::respond;
use self::services::Services;
use crate::graphql::schema::sdl;
use crate::graphql::schema_index::SchemaIndex;
use crate::service::Attempt;

/// Answers requests. Cheap to clone.
#[derive(Clone)]
pub struct Engine {
    query_limits: QueryLimits,
    schema_index: Arc<SchemaIndex>,
    executor: Executor,
}

impl Engine {
    /// # Errors
    /// When a root field has no `@access`, or takes a secret without a rate limit.
    pub fn new(limits: Limits, max_abandoned: usize, services: Services) -> Result<Self, String> {
        let schema_index = Arc::new(SchemaIndex::read(&sdl())?);
        let is_limited = |field: &str| Attempt::ALL.iter().any(|action| action.field() == field);
        for field in schema_index.credential_fields() {
            if !is_limited(field) {
                return Err(format!(
                    "{field} takes a secret: say what its attempts are charged to"
                ));
            }
        }
        Ok(Self {
            query_limits: QueryLimits::new(limits, Arc::clone(&schema_index)),
            executor: Executor::new(limits, max_abandoned, &schema_index, services),
            schema_index,
        })
    }

    /// Answers one request.
    pub async fn answer(&self, mut request: GraphQLRequest) -> GraphQLResponse {
        let prepared = match prepare(&self.query_limits, &self.schema_index, &mut request) {
            Ok(prepared) => prepared,
            Err(refusal) => return *refusal,
        };
        let execution = self.executor.execute(&prepared, request).await;
        respond(&self.schema_index, &prepared, execution)
    }
}
