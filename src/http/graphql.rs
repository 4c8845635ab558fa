//! `/graphql`: GraphQL over HTTP, and GraphiQL for browsers.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Extension;
use axum::body::Body;
use axum::extract::{ConnectInfo, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use tokio::time::timeout;

use super::answer_memory::ToMutation;
use super::app_state::{AppState, HttpOptions};
use super::body::{self, Fault, Malformed, Parameters, Unread};
use super::body_room::Share;
use super::content::{self, Form};
use super::request_id::RequestId;
use super::{client, graphiql};
use crate::graphql::{
    Challenge, ErrorCode, GraphQLRequest, GraphQLResponse, OperationSummary, Outcome,
    TokenDelivery, overloaded, persisted_query_not_supported, refusal, timed_out,
};

/// Seconds after which bodies that do not end are given up and have left their room.
const RETRY_AFTER: u64 = 10;

/// What a handler knows of its request beside the parameters.
struct Envelope {
    headers: HeaderMap,
    peer: SocketAddr,
    request_id: RequestId,
}

/// Queries by URL, and the page for browsers.
pub(super) async fn get(
    State(state): State<Arc<AppState>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Extension(request_id): Extension<RequestId>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let query = query.unwrap_or_default();
    let asks = url::form_urlencoded::parse(query.as_bytes()).any(|(name, _)| name == "query");
    if !asks && state.options.graphiql && content::wants_page(&headers) {
        return graphiql::page(&headers, state.mailbox.is_some());
    }
    let envelope = Envelope {
        headers,
        peer,
        request_id,
    };
    let parameters = read_query(&envelope.headers, &query, state.options.max_body);
    let received = parameters.map(|parameters| (parameters, None));
    answer(&state, envelope, received, true).await
}

/// Reads the parameters of a GET. Browsers have bugs that let another site set a `Content-Type` without asking
/// first (GHSA-9q82-xgwf-vj6h), so a GET that has one passes the same check as a POST.
fn read_query(headers: &HeaderMap, query: &str, max: usize) -> Result<Parameters, Malformed> {
    if headers.contains_key(header::CONTENT_TYPE) && !content::is_json(headers) {
        let reason = "must be application/json or absent: a GET has no body";
        return Err(unsupported("headers.Content-Type", reason));
    }
    if query.len() > max {
        let reason = format!("is longer than {max} bytes");
        return Err(Malformed::new(StatusCode::URI_TOO_LONG, "query", reason));
    }
    body::from_query_string(query)
}

fn unsupported(part: &str, reason: &str) -> Malformed {
    Malformed::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, part, reason)
}

/// Queries and mutations.
pub(super) async fn post(
    State(state): State<Arc<AppState>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Extension(request_id): Extension<RequestId>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let received = receive(&state, &headers, body).await;
    let envelope = Envelope {
        headers,
        peer,
        request_id,
    };
    match received {
        Ok(received) => answer(&state, envelope, Ok(received), false).await,
        Err(Unread::Malformed(malformed)) => answer(&state, envelope, Err(malformed), false).await,
        Err(Unread::Overloaded) => shed(&envelope.headers),
    }
}

/// To one whose large body has no room beside those of others.
fn shed(headers: &HeaderMap) -> Response {
    let form = content::negotiate(headers).unwrap_or(Form::Json);
    let mut response = send(
        form,
        StatusCode::SERVICE_UNAVAILABLE,
        overloaded(RETRY_AFTER),
    );
    let headers = response.headers_mut();
    headers.insert(header::RETRY_AFTER, HeaderValue::from(RETRY_AFTER));
    summed_up(response, ErrorCode::Overloaded)
}

/// The parameters, and the room that they take.
async fn receive(
    state: &AppState,
    headers: &HeaderMap,
    body: Body,
) -> Result<(Parameters, Share), Unread> {
    if !content::is_json(headers) {
        return Err(unsupported("body", "must be sent as application/json in UTF-8").into());
    }
    if !content::is_unencoded(headers) {
        return Err(unsupported("body", "must be sent without a Content-Encoding").into());
    }
    let options = &state.options;
    let reading = body::read(body, options.max_body, &state.body_room);
    let read = timeout(options.timeout, reading).await.map_err(|_| {
        let reason = "did not arrive in time";
        Malformed::new(StatusCode::REQUEST_TIMEOUT, "body", reason)
    })?;
    let (bytes, share) = read?;
    Ok((body::from_json(&bytes)?, share))
}

async fn answer(
    state: &AppState,
    envelope: Envelope,
    received: Result<(Parameters, Share), Malformed>,
    only_queries: bool,
) -> Response {
    let Some(form) = content::negotiate(&envelope.headers) else {
        let reason = "names neither application/graphql-response+json nor application/json";
        let unreadable = Malformed::new(StatusCode::NOT_ACCEPTABLE, "headers.Accept", reason);
        return refuse(Form::Json, &unreadable);
    };
    let options = &state.options;
    let read = received.and_then(|it| call(options, envelope, it, only_queries));
    let call = match read {
        Ok(call) => call,
        Err(malformed) => return refuse(form, &malformed),
    };
    let answer = state.engine.answer(call);
    if let Ok(reply) = timeout(options.timeout, answer).await {
        let change = reply.cookie.as_ref();
        let cookie = change.and_then(|change| options.cookies.write(change, state.clock.now()));
        let is_mutation = reply.is_mutation;
        let summary = reply.summary.clone();
        let mut response = respond(form, reply);
        response.extensions_mut().insert(summary);
        if is_mutation {
            response.extensions_mut().insert(ToMutation);
        }
        if let Some(cookie) = cookie {
            response.headers_mut().insert(header::SET_COOKIE, cookie);
        }
        response
    } else {
        tracing::error!("a request took too long: its client is told, and a mutation goes on");
        let response = send(form, StatusCode::SERVICE_UNAVAILABLE, timed_out());
        summed_up(response, ErrorCode::Unavailable)
    }
}

/// What the engine is asked, with what the headers say of who asks.
fn call(
    options: &HttpOptions,
    envelope: Envelope,
    (parameters, share): (Parameters, Share),
    only_queries: bool,
) -> Result<GraphQLRequest, Malformed> {
    let headers = &envelope.headers;
    let client = client::read(headers, envelope.peer, &options.trusted_proxies)
        .map_err(|(name, reason)| Malformed::header(name, reason))?;
    let token_delivery = if only_queries {
        TokenDelivery::Body // Queries make no tokens.
    } else {
        options.cookies.read(headers, &options.cors_origins)?
    };
    Ok(GraphQLRequest {
        query: parameters.query,
        operation_name: parameters.operation_name,
        variables: parameters.variables,
        only_queries,
        client,
        bearer: client::bearer(headers),
        token_delivery,
        request_id: envelope.request_id.0,
        body_memory: share.map(|share| Box::new(share) as Box<dyn Send>),
    })
}

fn respond(form: Form, reply: GraphQLResponse) -> Response {
    let status = match (reply.outcome, form) {
        (Outcome::Executed, _) | (Outcome::Refused, Form::Json) => StatusCode::OK,
        (Outcome::Refused, Form::GraphqlResponse) => StatusCode::BAD_REQUEST,
        (Outcome::PostNeeded, _) => StatusCode::METHOD_NOT_ALLOWED,
    };
    let mut response = send(form, status, reply.body);
    let headers = response.headers_mut();
    if status == StatusCode::METHOD_NOT_ALLOWED {
        headers.insert(header::ALLOW, HeaderValue::from_static("POST"));
    }
    if let Some(challenge) = reply.challenge {
        let value = HeaderValue::from_static(match challenge {
            Challenge::Missing => "Bearer",
            Challenge::InvalidToken => r#"Bearer error="invalid_token""#,
        });
        headers.insert(header::WWW_AUTHENTICATE, value);
    }
    if let Some(seconds) = reply.retry_after {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

fn refuse(form: Form, malformed: &Malformed) -> Response {
    let (body, code) = match malformed.fault {
        Fault::Invalid => {
            let body = refusal(&malformed.part, &malformed.reason);
            (body, ErrorCode::ValidationFailed)
        }
        Fault::PersistedQuery => {
            let body = persisted_query_not_supported();
            (body, ErrorCode::PersistedQueryNotSupported)
        }
    };
    summed_up(send(form, malformed.status, body), code)
}

/// Tells the access log of a request that has not become an operation.
fn summed_up(mut response: Response, code: ErrorCode) -> Response {
    let summary = OperationSummary::refused(code);
    response.extensions_mut().insert(summary);
    response
}

/// Answers may hold tokens, so nothing on the way may keep one.
fn send(form: Form, status: StatusCode, body: Vec<u8>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, form.media_type()),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (status, headers, body).into_response()
}

/// Everything but GET, HEAD and POST.
pub(super) async fn method_not_allowed(headers: HeaderMap) -> Response {
    let form = content::negotiate(&headers).unwrap_or(Form::Json);
    let reason = "must be GET or POST";
    let malformed = Malformed::new(StatusCode::METHOD_NOT_ALLOWED, "method", reason);
    let mut response = refuse(form, &malformed);
    let allowed = HeaderValue::from_static("GET, HEAD, POST");
    response.headers_mut().insert(header::ALLOW, allowed);
    response
}
