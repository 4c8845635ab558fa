//! The engine: one GraphQL request as a pipeline.
//!
//! 1. `prepare` finds the document in the `document_cache`, or parses it and applies the `query_limits`. It picks the
//!    operation, checks the method and validates the variables. The operation that it picks goes through the other steps.
//! 2. `execute` runs the operation. The `guard` enforces `access` at each root field, the `caller` finds the viewer with one
//!    statement, the `budget` bounds the response, and `abandoned_mutations` lets a mutation finish whose client hangs up.
//! 3. `respond` repairs the response (see `spec`), gives each error its code, and sums the request up for the access log
//!    (`summary`).
//!
//! `parsed_document` has a document with the result of its validation, which the guard asks for. `request` has the types
//! that the HTTP layer hands in and gets back. `token_delivery` moves refresh tokens in the body or in a cookie. `services` has the services that resolvers call. `refuse` responds to requests that are never executed, and
//! `body` writes the JSON of all responses.

mod abandoned_mutations;
mod body;
pub mod budget;
pub mod caller;
mod document_cache;
mod execute;
mod guard;
mod parsed_document;
mod prepare;
pub mod query_limits;
pub mod refuse;
pub mod request;
mod respond;
pub mod services;
pub mod summary;
pub mod token_delivery;

use std::sync::Arc;
use std::time::Instant;

use self::budget::{ResponseLimits, ResponseRoom};
use self::document_cache::{Callers, DocumentCache};
use self::execute::Executor;
use self::guard::Guard;
use self::parsed_document::ParsedDocument;
use self::prepare::{prepare, refuse_document};
use self::query_limits::QueryLimits;
use self::query_limits::checker::QueryChecker;
use self::refuse::no_room;
use self::request::{GraphQLRequest, GraphQLResponse};
use self::respond::respond;
use self::services::Services;
use self::summary::OperationSummary;
use crate::graphql::schema::{ApiSchema, builder, sdl};
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
    documents: DocumentCache,
    executor: Executor,
    room: Arc<dyn ResponseRoom>,
}

impl Engine {
    /// Makes an engine. `max_abandoned` mutations may finish after their clients have hung up. Responses are written while
    /// there is `room` for them.
    ///
    /// # Errors
    /// When a root field has no `@access`, or takes a secret without a rate limit.
    pub fn new(
        query_limits: QueryLimits,
        response_limits: ResponseLimits,
        max_abandoned: usize,
        services: Services,
        room: Arc<dyn ResponseRoom>,
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
        let services = Arc::new(services);
        let schema = guarded_schema(&schema_index, &services, query_limits.introspection);
        Ok(Self {
            checker: QueryChecker::new(query_limits, Arc::clone(&schema_index)),
            documents: DocumentCache::default(),
            executor: Executor::new(schema, services, response_limits, max_abandoned),
            schema_index,
            room,
        })
    }

    /// Answers one request.
    pub async fn answer(&self, request: GraphQLRequest) -> GraphQLResponse {
        let answer = self.execute(request).await;
        answer.unwrap_or_else(|refusal| *refusal)
    }

    /// Executes one request, or returns the response that refuses it.
    async fn execute(
        &self,
        mut request: GraphQLRequest,
    ) -> Result<GraphQLResponse, Box<GraphQLResponse>> {
        let (checker, schema_index) = (&self.checker, &self.schema_index);
        let kept = self.documents.get(&request.query);
        let is_kept = kept.is_some();
        let document = match kept {
            Some(document) => document.check_variables(&request).map(|()| document),
            None => ParsedDocument::parse(checker, schema_index, &request).map(Arc::new),
        };
        let document = document.map_err(|error| refuse_document(&error))?;
        let prepared = prepare(checker, schema_index, &document, &mut request)?;
        let text = std::mem::take(&mut request.query);
        let execution = self.executor.execute(&prepared, request).await;
        if !is_kept {
            let callers = match execution.session {
                Some(_) => Callers::SignedIn,
                None => Callers::Strangers,
            };
            let document = Arc::clone(&document);
            self.documents.keep(text, document, callers, Instant::now());
        }
        let bytes = execution.budget.text_bytes();
        if !prepared.operation.is_mutation() && !self.room.has_room(bytes) {
            let summary = OperationSummary {
                session: execution.session,
                ..prepared.summary
            };
            return Ok(no_room().with_summary(summary));
        }
        Ok(respond(prepared, execution))
    }
}

/// Makes the schema whose fields run behind the guard.
fn guarded_schema(
    schema_index: &Arc<SchemaIndex>,
    services: &Arc<Services>,
    introspection: bool,
) -> ApiSchema {
    let mut builder = builder();
    if !introspection {
        // Suggestions reveal the schema, one name at a time.
        builder = builder.disable_suggestions();
    }
    builder
        .extension(Guard(Arc::clone(schema_index)))
        .data(Arc::clone(services))
        .finish()
}
