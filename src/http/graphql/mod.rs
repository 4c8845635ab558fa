//! `/graphql`: GraphQL over HTTP, and GraphiQL for browsers. `response` turns what the engine returns into responses.

use std::pin::pin;
use std::sync::Arc;

use axum::Extension;
use axum::body::Body;
use axum::extract::{RawQuery, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use tokio::time::timeout;

pub use self::response::method_not_allowed;
use super::app_state::{AppState, HttpOptions};
use super::arrival::Arrival;
use super::pages::graphiql;
use super::request::bad_request::BadRequest;
use super::request::body::{self, BodyError, BodyPermit};
use super::request::client;
use super::request::content::{self, MediaType};
use super::request::parameters::{self, Parameters};
use crate::graphql::{GraphQLRequest, TokenDelivery};

mod response;

/// The parts of a request beside its parameters.
struct Envelope {
    headers: HeaderMap,
    arrival: Arrival,
}

/// Answers queries by URL, and serves GraphiQL to browsers.
pub async fn get(
    State(state): State<Arc<AppState>>,
    Extension(arrival): Extension<Arrival>,
    RawQuery(query): RawQuery,
    request: Request,
) -> Response {
    let headers = request.into_parts().0.headers;
    let query = query.unwrap_or_default();
    let has_query = url::form_urlencoded::parse(query.as_bytes()).any(|(name, _)| name == "query");
    if !has_query && state.options.graphiql && content::wants_page(&headers) {
        return graphiql::page(&headers, state.mailbox.is_some());
    }
    let envelope = Envelope { headers, arrival };
    let parameters = read_query(&envelope.headers, &query, state.options.max_body);
    let received = parameters.map(|parameters| (parameters, None));
    answer(&state, envelope, received, true).await
}

/// Reads the parameters of a GET. Browsers have bugs that let another site set a `Content-Type` without a preflight
/// (GHSA-9q82-xgwf-vj6h), so a GET that has one passes the same check as a POST.
fn read_query(headers: &HeaderMap, query: &str, max: usize) -> Result<Parameters, BadRequest> {
    if headers.contains_key(header::CONTENT_TYPE) && !content::is_json(headers) {
        let reason = "must be application/json or absent: a GET has no body";
        return Err(BadRequest::unsupported("headers.Content-Type", reason));
    }
    if query.len() > max {
        let reason = format!("is longer than {max} bytes");
        return Err(BadRequest::with_status(
            StatusCode::URI_TOO_LONG,
            "query",
            reason,
        ));
    }
    parameters::from_query_string(query)
}

/// Answers queries and mutations.
pub async fn post(
    State(state): State<Arc<AppState>>,
    Extension(arrival): Extension<Arrival>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let headers = parts.headers;
    let received = match read_body(&state, &headers, body).await {
        Ok(received) => Ok(received),
        Err(BodyError::BadRequest(bad_request)) => Err(bad_request),
        Err(BodyError::Overloaded) => return response::no_memory(&headers),
    };
    let envelope = Envelope { headers, arrival };
    answer(&state, envelope, received, false).await
}

/// Reads the parameters of a POST, with the permit for the memory of its body.
async fn read_body(
    state: &AppState,
    headers: &HeaderMap,
    body: Body,
) -> Result<(Parameters, BodyPermit), BodyError> {
    if !content::is_json(headers) {
        let reason = "must be sent as application/json in UTF-8";
        return Err(BadRequest::unsupported("body", reason).into());
    }
    if !content::is_unencoded(headers) {
        let reason = "must be sent without a Content-Encoding";
        return Err(BadRequest::unsupported("body", reason).into());
    }
    let options = &state.options;
    let reading = body::read(body, options.max_body, &state.body_memory);
    let read = timeout(options.timeout, reading).await.map_err(|_| {
        let reason = "did not arrive in time";
        BadRequest::with_status(StatusCode::REQUEST_TIMEOUT, "body", reason)
    })?;
    let (bytes, permit) = read?;
    Ok((parameters::from_json(&bytes)?, permit))
}

/// Executes a request and returns its response.
async fn answer(
    state: &AppState,
    envelope: Envelope,
    received: Result<(Parameters, BodyPermit), BadRequest>,
    only_queries: bool,
) -> Response {
    let Some(media_type) = content::negotiate(&envelope.headers) else {
        let reason = "accepts neither application/graphql-response+json nor application/json";
        let refused = BadRequest::with_status(StatusCode::NOT_ACCEPTABLE, "headers.Accept", reason);
        return response::refuse(MediaType::Json, &refused);
    };
    let options = &state.options;
    let request = received
        .and_then(|parameters| graphql_request(options, envelope, parameters, only_queries));
    let request = match request {
        Ok(request) => request,
        Err(refused) => return response::refuse(media_type, &refused),
    };
    let answering = pin!(state.engine.answer(request));
    let Ok(result) = timeout(options.timeout, answering).await else {
        tracing::error!("a request timed out; its client is told, and a mutation continues");
        return response::timed_out(media_type);
    };
    response::respond(media_type, result, &options.cookies, &state.clock)
}

/// Builds the engine's request from the parameters and the headers.
fn graphql_request(
    options: &HttpOptions,
    envelope: Envelope,
    (parameters, permit): (Parameters, BodyPermit),
    only_queries: bool,
) -> Result<GraphQLRequest, BadRequest> {
    let headers = &envelope.headers;
    let client = client::read(headers, envelope.arrival.peer, &options.trusted_proxies)?;
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
        request_id: envelope.arrival.id,
        body_memory: permit.map(|permit| Box::new(permit) as Box<dyn Send>),
    })
}
