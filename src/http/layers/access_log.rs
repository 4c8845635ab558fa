//! The access log: one line for each request to the API. Operation and field names come from the schema only, so no text
//! of a client is logged.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use tokio::time::Instant;

use crate::graphql::OperationSummary;
use crate::http::request::proxies::TrustedProxies;
use crate::platform::statement_count::StatementCount;

/// Logs the request once it has its response.
pub async fn write(
    State(proxies): State<TrustedProxies>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
    next: Next,
) -> Response {
    let began = Instant::now();
    let client = proxies.client_address(request.headers(), peer.ip());
    let statements = StatementCount::default();
    let response = statements.count(next.run(request)).await;
    // Pages and preflights are not operations, and have no summary.
    if let Some(summary) = response.extensions().get::<OperationSummary>() {
        let microseconds = u32::try_from(began.elapsed().as_micros()).unwrap_or(u32::MAX);
        tracing::info!(
            target: "latchkey::access",
            %client,
            session = summary.session.map(|id| id.to_string()).unwrap_or_default(),
            operation = summary.operation,
            fields = summary.fields.join(","),
            code = summary.codes.join(","),
            status = response.status().as_u16(),
            statements = statements.get(),
            milliseconds = f64::from(microseconds) / 1000.0,
            "request"
        );
    }
    response
}
