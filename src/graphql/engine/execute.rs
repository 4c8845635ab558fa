//! The second step: the resolvers run, behind the guard.

use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use async_graphql::{Request, Response};
use tracing::Instrument;

use super::abandoned_mutations::AbandonedMutations;
use super::budget::{Budget, LargeResponses, ResponseLimits};
use super::caller::{Caller, ViewerCell};
use super::parsed_document::ParsedDocument;
use super::prepare::Prepared;
use super::request::GraphQLRequest;
use super::services::Services;
use super::token_delivery::RefreshTokens;
use crate::domain::{Client, SessionId};
use crate::graphql::error::ApiError;
use crate::graphql::loaders::Loaders;
use crate::graphql::schema::ApiSchema;
use crate::graphql::spec::operation::Operation;
use crate::platform::statement_count::StatementCount;

/// The most times that a query is executed again because a row was deleted while it was read. Each time takes another
/// deletion, so only a burst of them gets this far.
const MAX_REPEATS: usize = 50;

/// Executes operations. Cheap to clone.
#[derive(Clone)]
pub struct Executor {
    schema: ApiSchema,
    services: Arc<Services>,
    limits: ResponseLimits,
    large_responses: LargeResponses,
    abandoned: AbandonedMutations,
}

/// The outcome of an execution.
pub struct Execution {
    pub response: Response,
    pub budget: Arc<Budget>,
    pub refresh_tokens: Arc<RefreshTokens>,
    /// The session that the request came with, or created.
    pub session: Option<SessionId>,
    /// Whether the request had a bearer token, valid or not.
    pub had_bearer: bool,
    pub request_id: Arc<str>,
}

/// The parts of a request that its repeated executions share.
struct Sender {
    document: Arc<ParsedDocument>,
    client: Client,
    bearer: Option<String>,
    refresh_tokens: Arc<RefreshTokens>,
    session: Arc<OnceLock<SessionId>>,
    /// Becomes true when a row is deleted between two statements that read it.
    row_deleted: Arc<AtomicBool>,
}

impl Executor {
    /// Makes the executor of a schema. `max_abandoned` mutations may finish after their clients have hung up.
    pub fn new(
        schema: ApiSchema,
        services: Arc<Services>,
        limits: ResponseLimits,
        max_abandoned: usize,
    ) -> Self {
        Self {
            schema,
            services,
            limits,
            large_responses: LargeResponses::default(),
            abandoned: AbandonedMutations::new(max_abandoned),
        }
    }

    /// Executes an operation. A query is executed again if a row was deleted between two statements that read it:
    /// then neither finds the row.
    pub async fn execute(
        &self,
        Prepared {
            operation, parsed, ..
        }: &Prepared<'_>,
        request: GraphQLRequest,
    ) -> Execution {
        let had_bearer = request.bearer.is_some();
        let body_memory = request.body_memory;
        let sender = Sender {
            document: Arc::clone(parsed),
            client: request.client,
            bearer: request.bearer,
            refresh_tokens: Arc::new(RefreshTokens::new(request.token_delivery)),
            session: Arc::default(),
            row_deleted: Arc::default(),
        };
        let mut budget = self.budget();
        let first = self.request(operation, &sender, &budget);
        let response = if operation.is_mutation() {
            self.execute_mutation(first, body_memory).await
        } else {
            let mut response = self.run(first).await;
            for _ in 0..MAX_REPEATS {
                if !sender.row_deleted.swap(false, Ordering::Relaxed) {
                    break;
                }
                budget = self.budget();
                let next = self.request(operation, &sender, &budget);
                response = self.run(next).await;
            }
            drop(body_memory);
            response
        };
        Execution {
            response,
            budget,
            refresh_tokens: sender.refresh_tokens,
            session: sender.session.get().copied(),
            had_bearer,
            request_id: request.request_id,
        }
    }

    fn budget(&self) -> Arc<Budget> {
        Arc::new(Budget::new(self.limits, self.large_responses.clone()))
    }

    /// Runs the resolvers. Their state is large, and is moved often unless it is in a box.
    fn run(&self, request: Request) -> Pin<Box<dyn Future<Output = Response> + Send + '_>> {
        Box::pin(self.schema.execute(request))
    }

    /// Makes the request for async-graphql.
    fn request(&self, operation: &Operation<'_>, sender: &Sender, budget: &Arc<Budget>) -> Request {
        let row_deleted = Arc::clone(&sender.row_deleted);
        let loaders = Loaders::new(&self.services.directory, Arc::clone(budget), row_deleted);
        let mut request = Request::new("")
            .variables(operation.variables.clone())
            .data(Arc::clone(budget))
            .data(loaders)
            .data(Arc::clone(&sender.document))
            .data(Caller {
                services: Arc::clone(&self.services),
                client: sender.client.clone(),
                bearer: sender.bearer.clone(),
                viewer: ViewerCell::default(),
                session: Arc::clone(&sender.session),
                refresh_tokens: Arc::clone(&sender.refresh_tokens),
            });
        request.operation_name = operation.name.map(ToString::to_string);
        request
    }

    /// Runs a mutation in a task of its own, together with the memory of its body, so that it is not stopped half-way when
    /// the client hangs up or the request times out.
    async fn execute_mutation(&self, request: Request, memory: impl Send + 'static) -> Response {
        let executor = self.clone();
        let execution = async move {
            let response = executor.run(request).await;
            drop(memory);
            response
        };
        let statements = StatementCount::current();
        let execution = async move { statements.count(execution).await };
        match self.abandoned.run(execution.in_current_span()).await {
            Ok(response) => response,
            Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            // Only the end of the process cancels the task.
            Err(error) => Response::from_errors(vec![
                ApiError::unexpected(&error.to_string()).without_place(),
            ]),
        }
    }
}
