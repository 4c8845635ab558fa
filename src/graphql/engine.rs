//! From one call to one reply: screen, execute, and shape what the client may read.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use async_graphql::parser::types::{ExecutableDocument, OperationDefinition, OperationType};
use async_graphql::{ErrorExtensionValues, Request, Response, ServerError, Value, Variables};
use serde::Serialize;
use tracing::Instrument;

use super::abandoned::AbandonedMutations;
use super::access::NOT_SIGNED_IN;
use super::blueprint::Blueprint;
use super::budget::Budget;
use super::caller::{Caller, ViewerCell};
use super::error::{ApiError, ErrorCode, cut};
use super::executed::Executed;
use super::field_order::{reveal_types, root_type};
use super::guard::Guard;
use super::loaders::Loaders;
use super::schema::{ApiSchema, builder, sdl};
use super::screen::{Limits, Screen};
use super::sentence::sentence;
use super::summary::{self, OperationSummary};
use super::token_delivery::{CookieChange, RefreshTokens, TokenDelivery};
use crate::domain::Client;
use crate::service::{
    Accounts, Attempt, AuthError, Directory, EmailAddresses, Invitations, Memberships, Notices,
    Organizations, PasswordChanges, PasswordResets, Passwords, Registrations, SecurityEvents,
    Sessions,
};
use crate::statement_count::StatementCount;

/// How often a query is asked again because something went while it was read. Something may go each time.
const MOST_REPEATS: usize = 5;

/// More errors help nobody but a prober.
const MAX_ERRORS: usize = 5;

/// Answers calls. Cheap to clone.
#[derive(Clone)]
pub struct Engine {
    schema: ApiSchema,
    screen: Screen,
    blueprint: Arc<Blueprint>,
    sessions: Sessions,
    directory: Directory,
    limits: Limits,
    abandoned: AbandonedMutations,
}

/// The services that resolvers call.
pub struct Answerers {
    pub accounts: Accounts,
    pub emails: EmailAddresses,
    pub registrations: Registrations,
    pub sessions: Sessions,
    pub passwords: Passwords,
    pub password_changes: PasswordChanges,
    pub password_resets: PasswordResets,
    pub notices: Notices,
    pub organizations: Organizations,
    pub memberships: Memberships,
    pub invitations: Invitations,
    pub directory: Directory,
    pub events: SecurityEvents,
}

/// One GraphQL request, and who sent it.
pub struct Call {
    pub query: String,
    pub operation_name: Option<String>,
    pub variables: serde_json::Map<String, serde_json::Value>,
    /// A GET must not change anything: mutations are refused.
    pub only_queries: bool,
    pub client: Client,
    /// What stood behind `Authorization: Bearer`.
    pub bearer: Option<String>,
    pub token_delivery: TokenDelivery,
    /// Names the request in the log; told to the client when something unexpected happens.
    pub request_id: String,
    /// The place in memory that its body takes, given back once the call has been carried out.
    pub body_memory: Option<Box<dyn Send>>,
}

/// What to answer, short of HTTP.
pub struct Reply {
    pub outcome: Outcome,
    /// The JSON text.
    pub body: Vec<u8>,
    /// An authentication error is among the errors.
    pub challenge: Option<Challenge>,
    /// Seconds, when an error asks to try again later.
    pub retry_after: Option<u64>,
    /// What becomes of the cookie that holds the refresh token.
    pub cookie: Option<CookieChange>,
    /// It may have changed something.
    pub is_mutation: bool,
    /// For the access log.
    pub summary: OperationSummary,
}

/// How far a call got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was executed; there may be errors beside the data.
    Executed,
    /// The document, the operation's name or the variables are wrong: nothing was executed.
    Refused,
    /// A mutation, or a query that takes a secret, came by a way that is for other queries.
    PostNeeded,
}

/// What to say in `WWW-Authenticate` (RFC 6750 section 3). Of two, the greater says more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Challenge {
    /// No token was sent, or what was wrong is another credential: a password, a refresh token.
    Missing,
    /// The token that was sent is no good.
    InvalidToken,
}

/// The codes of other credentials that are wrong.
const WRONG_CREDENTIALS: [ErrorCode; 2] = [
    ErrorCode::AuthInvalidCredentials,
    ErrorCode::AuthRefreshTokenInvalid,
];

impl Challenge {
    /// What an error with this code asks for; `None` unless it is about authentication.
    fn of(code: &Value, had_bearer: bool) -> Option<Self> {
        let is_one_of = |codes: &[ErrorCode]| codes.iter().any(|known| known.value() == *code);
        if is_one_of(&NOT_SIGNED_IN) || is_one_of(&[ErrorCode::AuthTokenStale]) {
            let challenge = if had_bearer {
                Self::InvalidToken
            } else {
                Self::Missing
            };
            Some(challenge)
        } else {
            is_one_of(&WRONG_CREDENTIALS).then_some(Self::Missing)
        }
    }
}

impl Reply {
    /// The reply to this operation.
    fn about(mut self, asked: OperationSummary) -> Self {
        let codes = std::mem::take(&mut self.summary.codes);
        self.summary = OperationSummary { codes, ..asked };
        self
    }
}

#[derive(Serialize)]
struct Body {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<ServerError>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<Value>,
}

impl Engine {
    /// # Errors
    /// When a root field has no `@access`.
    pub fn new(limits: Limits, max_abandoned: usize, answerers: Answerers) -> Result<Self, String> {
        let blueprint = Arc::new(Blueprint::read(&sdl())?);
        let limited = |field: &&String| Attempt::ALL.iter().any(|it| it.field() == field.as_str());
        if let Some(field) = blueprint.credential_fields().find(|field| !limited(field)) {
            return Err(format!(
                "{field} takes a secret: say what its attempts are charged to"
            ));
        }
        let mut builder = builder();
        if !limits.introspection {
            // A suggestion tells the schema name by name.
            builder = builder.disable_suggestions();
        }
        let schema = builder
            .extension(Guard(Arc::clone(&blueprint)))
            .data(answerers.accounts)
            .data(answerers.emails)
            .data(answerers.registrations)
            .data(answerers.sessions.clone())
            .data(answerers.passwords)
            .data(answerers.password_changes)
            .data(answerers.password_resets)
            .data(answerers.notices)
            .data(answerers.events)
            .data(answerers.organizations)
            .data(answerers.memberships)
            .data(answerers.invitations)
            .data(answerers.directory.clone())
            .finish();
        Ok(Self {
            schema,
            screen: Screen::new(limits, Arc::clone(&blueprint)),
            blueprint,
            sessions: answerers.sessions,
            directory: answerers.directory,
            limits,
            abandoned: AbandonedMutations::new(max_abandoned),
        })
    }

    /// Answers one call.
    pub async fn answer(&self, call: Call) -> Reply {
        let mut document = match self.screen.check(&call.query, &call.variables) {
            Ok(document) => document,
            Err(reason) => return refused("query", &reason),
        };
        let name = call.operation_name.as_deref();
        let Some(operation) = pick(&document, name) else {
            return refused("operationName", "names no operation of the document");
        };
        match operation.ty {
            OperationType::Mutation if call.only_queries => {
                return needs_post("has a mutation, which needs POST");
            }
            OperationType::Query
                if call.only_queries && self.screen.takes_credential(&document, operation) =>
            {
                return needs_post("has a secret, and URLs stand in logs: use POST");
            }
            OperationType::Query | OperationType::Mutation => {}
            OperationType::Subscription => {
                return refused("query", "must not be a subscription: there are none");
            }
        }
        let root = root_type(operation.ty);
        let asked = OperationSummary::of(&self.blueprint, &document, operation, root);
        let faults = self.blueprint.inputs().faults(operation, &call.variables);
        if !faults.is_empty() {
            let refusal = vec![ApiError::invalid(faults).without_place()];
            return refused_by_engine(refusal).about(asked);
        }
        let had_bearer = call.bearer.is_some();
        let refresh_tokens = Arc::new(RefreshTokens::new(call.token_delivery));
        let variables = with_defaults(operation, call.variables);
        let has_directives = call.query.contains('@');
        reveal_types(&mut document, &self.blueprint, has_directives);
        // Once more, since the document is another.
        let Some(operation) = pick(&document, name) else {
            return refused("operationName", "names no operation of the document");
        };
        let gap = Arc::new(AtomicBool::new(false));
        let session = Arc::new(OnceLock::new());
        let request = |budget: &Arc<Budget>| {
            let loaders = Loaders::new(&self.directory, Arc::clone(budget), Arc::clone(&gap));
            let mut request = Request::new("")
                .variables(variables.clone())
                .data(Arc::clone(budget))
                .data(loaders)
                .data(Caller {
                    sessions: self.sessions.clone(),
                    client: call.client.clone(),
                    bearer: call.bearer.clone(),
                    viewer: ViewerCell::default(),
                    session: Arc::clone(&session),
                    refresh_tokens: Arc::clone(&refresh_tokens),
                });
            request.operation_name.clone_from(&call.operation_name);
            request.set_parsed_query(document.clone());
            request
        };
        let mut budget = Arc::new(Budget::new(self.limits));
        let first = request(&budget);
        let mut response = if root == "Mutation" {
            self.execute_mutation(first, call.body_memory).await
        } else {
            self.schema.execute(first).await
        };
        // What goes between two statements that read it is gone from both when they are asked again.
        for _ in 0..MOST_REPEATS {
            if root != "Query" || !gap.swap(false, Ordering::Relaxed) {
                break;
            }
            budget = Arc::new(Budget::new(self.limits));
            response = self.schema.execute(request(&budget)).await;
        }
        let asked = OperationSummary {
            session: session.get().copied(),
            ..asked
        };
        if budget.is_exceeded() {
            response = Response::from_errors(vec![budget.refusal().without_place()]);
        } else if !response.errors.is_empty() && response.errors.iter().all(|it| it.path.is_empty())
        {
            return refused_by_engine(response.errors).about(asked);
        } else {
            let executed = Executed {
                blueprint: &self.blueprint,
                document: &document,
                operation,
                root,
                variables: &variables,
                has_directives,
            };
            executed.mend(&mut response);
        }
        let reply = Reply {
            cookie: refresh_tokens.take_change(),
            is_mutation: root == "Mutation",
            ..executed(response, had_bearer, &call.request_id, &budget)
        };
        reply.about(asked)
    }

    /// Runs a mutation in a task of its own, together with the memory of its body: a caller who hangs up, or whose time
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

/// What was sent, and the default of what was not: async-graphql asks what was sent whether to skip a field, forgets about
/// defaults, and would execute a mutation that its client had left out.
fn with_defaults(
    operation: &OperationDefinition,
    sent: serde_json::Map<String, serde_json::Value>,
) -> Variables {
    let mut variables = Variables::from_json(serde_json::Value::Object(sent));
    for definition in &operation.variable_definitions {
        if let Some(default) = &definition.node.default_value {
            let variable = variables.entry(definition.node.name.node.clone());
            variable.or_insert_with(|| default.node.clone());
        }
    }
    variables
}

/// The operation that a name means; without a name, the only one.
fn pick<'a>(
    document: &'a ExecutableDocument,
    name: Option<&str>,
) -> Option<&'a OperationDefinition> {
    let mut matching = document
        .operations
        .iter()
        .filter(|(own, _)| name.is_none_or(|name| own.is_some_and(|own| own == name)));
    match (matching.next(), matching.next()) {
        (Some((_, operation)), None) => Some(&operation.node),
        _ => None,
    }
}

/// The reply to a request that is wrong before it is a GraphQL operation. `path` names the part.
#[must_use]
pub fn refusal(path: &str, reason: &str) -> Vec<u8> {
    refused(path, reason).body
}

/// The body of an answer to a request that names a query by its hash. Libraries know it by its message, too.
#[must_use]
pub fn persisted_query_not_supported() -> Vec<u8> {
    let code = ErrorCode::PersistedQueryNotSupported;
    let error = ApiError::literal(code, "PersistedQueryNotSupported").without_place();
    refused_by_engine(vec![error]).body
}

/// The body of an answer that was not found in time.
#[must_use]
pub fn timed_out() -> Vec<u8> {
    unavailable("the answer took too long")
}

/// The body of an answer to a mutation for which there was no room.
#[must_use]
pub fn untold() -> Vec<u8> {
    unavailable("the server is busy")
}

/// The body of an answer that leaves open whether a mutation was carried out.
fn unavailable(reason: &str) -> Vec<u8> {
    let message =
        format!("{reason}: look whether the change was made, and otherwise try again shortly");
    let error = ApiError::new(ErrorCode::Unavailable, &message).without_place();
    refused_by_engine(vec![error]).body
}

/// The body of an answer to one for whom there is no room now. `retry_after` is in seconds.
#[must_use]
pub fn overloaded(retry_after: u64) -> Vec<u8> {
    let error = ApiError::from(AuthError::Overloaded { retry_after });
    refused_by_engine(vec![error.without_place()]).body
}

/// The body of an answer that ended in a panic.
#[must_use]
pub fn crashed(request_id: &str) -> Vec<u8> {
    let message = "something went wrong on our side";
    let error = ApiError::new(ErrorCode::Internal, message);
    let error = error.with("requestId", request_id).without_place();
    refused_by_engine(vec![error]).body
}

fn refused(path: &str, reason: &str) -> Reply {
    let error = ApiError::invalid(vec![(path.to_owned(), reason.to_owned())]);
    refused_by_engine(vec![error.without_place()])
}

fn needs_post(reason: &str) -> Reply {
    Reply {
        outcome: Outcome::PostNeeded,
        ..refused("query", reason)
    }
}

fn refused_by_engine(errors: Vec<ServerError>) -> Reply {
    let errors: Vec<_> = errors.into_iter().take(MAX_ERRORS).map(readable).collect();
    Reply {
        summary: OperationSummary {
            operation: "none",
            codes: summary::codes(&errors),
            ..OperationSummary::default()
        },
        outcome: Outcome::Refused,
        body: text(&Body { errors, data: None }),
        challenge: None,
        retry_after: None,
        cookie: None,
        is_mutation: false,
    }
}

fn executed(response: Response, had_bearer: bool, request_id: &str, budget: &Budget) -> Reply {
    let challenges = response
        .errors
        .iter()
        .filter_map(|error| Challenge::of(extension(error, "code")?, had_bearer));
    let challenge = challenges.max();
    let retry_after = response
        .errors
        .iter()
        .filter_map(|error| match extension(error, "retryAfter")? {
            Value::Number(seconds) => seconds.as_u64(),
            _ => None,
        })
        .max();
    let named = |mut error: ServerError| {
        if extension(&error, "code") == Some(&ErrorCode::Internal.value()) {
            let extensions = error.extensions.get_or_insert_default();
            extensions.set("requestId", request_id);
        }
        error
    };
    let errors = response.errors.into_iter().take(MAX_ERRORS);
    let body = Body {
        errors: errors.map(readable).map(named).collect(),
        data: Some(response.data),
    };
    Reply {
        summary: OperationSummary {
            codes: summary::codes(&body.errors),
            ..OperationSummary::default()
        },
        outcome: Outcome::Executed,
        body: budget.write(&body).unwrap_or_else(|| {
            let errors = vec![budget.refusal().without_place()];
            let data = Some(Value::Null);
            text(&Body { errors, data })
        }),
        challenge,
        retry_after,
        cookie: None,
        is_mutation: false,
    }
}

/// Every error has a code and a text of bearable length. One without a code is async-graphql's own,
/// about the document.
fn readable(mut error: ServerError) -> ServerError {
    if let Some(end) = error.message.find(", found ") {
        error.message.truncate(end); // What was found may be a password.
    }
    error.message = cut(error.message);
    if extension(&error, "code").is_none() {
        error.message = sentence(&error.message);
        let fields = vec![(faulty_part(&error.message), error.message.clone())];
        let own = async_graphql::Error::from(ApiError::invalid_in_words(fields));
        error.extensions = own.extensions;
    }
    error
}

/// The argument that a message of async-graphql names, or else the document.
fn faulty_part(message: &str) -> String {
    let argument = message.strip_prefix("Invalid value for argument \"");
    let argument = argument.and_then(|rest| rest.split_once('"'));
    argument.map_or_else(|| "query".to_owned(), |(path, _)| path.to_owned())
}

fn extension<'a>(error: &'a ServerError, name: &str) -> Option<&'a Value> {
    error
        .extensions
        .as_ref()
        .and_then(|it: &ErrorExtensionValues| it.get(name))
}

fn text(body: &Body) -> Vec<u8> {
    // Nothing in a body can fail to be JSON; were it so, an empty answer is the honest one.
    serde_json::to_vec(body).unwrap_or_default()
}
