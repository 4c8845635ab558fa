//! The access log: one line for each request to the API. Operation and field names come from the schema only, so no text
//! of a client is logged.

use std::net::{IpAddr, SocketAddr};

use axum::http::HeaderMap;
use axum::response::Response;
use tokio::time::Instant;

use crate::graphql::OperationSummary;
use crate::http::request::proxies::TrustedProxies;
use crate::platform::statement_count::StatementCount;

/// The access log.
#[derive(Clone)]
pub struct AccessLog {
    proxies: TrustedProxies,
}

/// A request that is logged once it has its response.
pub struct LoggedRequest {
    began: Instant,
    client: IpAddr,
}

impl AccessLog {
    pub fn new(proxies: TrustedProxies) -> Self {
        Self { proxies }
    }

    /// Notes when a request came, and from whom.
    pub fn begin(&self, headers: &HeaderMap, peer: SocketAddr) -> LoggedRequest {
        LoggedRequest {
            began: Instant::now(),
            client: self.proxies.client_address(headers, peer.ip()),
        }
    }
}

impl LoggedRequest {
    /// Logs the request. Pages and preflights are not operations, have no summary and are not logged.
    pub fn end(self, response: &Response, statements: &StatementCount) {
        let Some(summary) = response.extensions().get::<OperationSummary>() else {
            return;
        };
        let microseconds = u32::try_from(self.began.elapsed().as_micros()).unwrap_or(u32::MAX);
        tracing::info!(
            target: "latchkey::access",
            client = %self.client,
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
}
