//! The second step: the resolvers run, behind the guard.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use async_graphql::{Request, Response};
use tracing::Instrument;
use uuid::Uuid;

use super::abandoned_mutations::AbandonedMutations;
use super::budget::Budget;
use super::caller::{Caller, ViewerCell};
use super::guard::Guard;
use super::limits::Limits;
use super::prepare::Prepared;
use super::request::GraphQLRequest;
use super::services::Services;
use super::token_delivery::RefreshTokens;
use crate::domain::Client;
use crate::graphql::error::ApiError;
use crate::graphql::loaders::Loaders;
use crate::graphql::schema::{ApiSchema, builder};
use crate::graphql::schema_index::SchemaIndex;
use crate::platform::statement_count::StatementCount;
use crate::service::{Directory, Sessions};

/// The most times that a query is executed again because a row went while it was read. One may go each time.
const MAX_REPEATS: usize = 5;

/// Executes operations. Cheap to clone.
#[derive(Clone)]
pub struct Executor {
    schema: ApiSchema,
    sessions: Sessions,
    directory: Directory,
    limits: Limits,
    abandoned: AbandonedMutations,
}

/// The outcome of an execution, and what the response needs to know of it.
pub struct Execution {
    pub response: Response,
    pub budget: Arc<Budget>,
    pub refresh_tokens: Arc<RefreshTokens>,
    /// The session that the request came with, or made.
    pub session: Option<Uuid>,
    pub had_bearer: bool,
    pub request_id: String,
}

/// The sender of a request, shared by its repeated executions.
struct Sender {
    client: Client,
    bearer: Option<String>,
    refresh_tokens: Arc<RefreshTokens>,
    session: Arc<OnceLock<Uuid>>,
    /// Becomes true when a row goes between two statements that read it.
    gap: Arc<AtomicBool>,
}

impl Executor {
    pub fn new(
        limits: Limits,
        max_abandoned: usize,
        schema_index: &Arc<SchemaIndex>,
        services: Services,
    ) -> Self {
        let mut builder = builder();
        if !limits.introspection {
            // A suggestion tells the schema name by name.
            builder = builder.disable_suggestions();
        }
        let schema = builder
            .extension(Guard(Arc::clone(schema_index)))
            .data(services.accounts)
            .data(services.emails)
            .data(services.registrations)
            .data(services.sessions.clone())
            .data(services.passwords)
            .data(services.password_changes)
            .data(services.password_resets)
            .data(services.events)
            .data(services.organizations)
            .data(services.memberships)
            .data(services.invitations)
            .data(services.directory.clone())
            .finish();
        Self {
            schema,
            sessions: services.sessions,
            directory: services.directory,
            limits,
            abandoned: AbandonedMutations::new(max_abandoned),
        }
    }

    /// Executes a prepared operation. A query that met a gap is executed again: a row that went between two statements that
    /// read it is gone from both then.
    pub async fn execute(&self, prepared: &Prepared, request: GraphQLRequest) -> Execution {
        let had_bearer = request.bearer.is_some();
        let body_memory = request.body_memory;
        let sender = Sender {
            client: request.client,
            bearer: request.bearer,
            refresh_tokens: Arc::new(RefreshTokens::new(request.token_delivery)),
            session: Arc::default(),
            gap: Arc::default(),
        };
        let mut budget = Arc::new(Budget::new(self.limits));
        let first = self.request(prepared, &sender, &budget);
        let response = if prepared.is_mutation() {
            self.execute_mutation(first, body_memory).await
        } else {
            let mut response = self.schema.execute(first).await;
            for _ in 0..MAX_REPEATS {
                if !sender.gap.swap(false, Ordering::Relaxed) {
                    break;
                }
                budget = Arc::new(Budget::new(self.limits));
                let next = self.request(prepared, &sender, &budget);
                response = self.schema.execute(next).await;
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

    /// The request as async-graphql takes it.
    fn request(&self, prepared: &Prepared, sender: &Sender, budget: &Arc<Budget>) -> Request {
        let gap = Arc::clone(&sender.gap);
        let loaders = Loaders::new(&self.directory, Arc::clone(budget), gap);
        let mut request = Request::new("")
            .variables(prepared.variables.clone())
            .data(Arc::clone(budget))
            .data(loaders)
            .data(Caller {
                sessions: self.sessions.clone(),
                client: sender.client.clone(),
                bearer: sender.bearer.clone(),
                viewer: ViewerCell::default(),
                session: Arc::clone(&sender.session),
                refresh_tokens: Arc::clone(&sender.refresh_tokens),
            });
        request.operation_name.clone_from(&prepared.operation_name);
        request.set_parsed_query(prepared.document.clone());
        request
    }

    /// Runs a mutation in a task of its own, together with the memory of its body: a client that hangs up, or whose time
    /// is over, does not stop it half-way.
    async fn execute_mutation(&self, request: Request, memory: impl Send + 'static) -> Response {
        let schema = self.schema.clone();
        let execution = async move {
            let response = schema.execute(request).await;
            drop(memory);
            response
        };
        let statements = StatementCount::current();
        let execution = async move { statements.count(execution).await };
        match self.abandoned.run(execution.in_current_span()).await {
            Ok(response) => response,
            Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            // Only the end of the process cancels it.
            Err(error) => Response::from_errors(vec![
                ApiError::unexpected(&error.to_string()).without_place(),
            ]),
        }
    }
}
