//! The health probes: is the process alive, and can it serve?

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::app_state::AppState;
use super::lifecycle::Lifecycle;
use crate::store::MigrationState;

/// The longest time that the database may take to answer.
const DATABASE_TIMEOUT: Duration = Duration::from_secs(5);

/// Answers as long as the process runs. If this fails, restart it.
pub(super) async fn live() -> Response {
    status(StatusCode::OK, "live")
}

/// Answers whether requests should be sent here: the service is not shutting down, and the database answers, takes writes,
/// and has the schema that this version needs.
pub(super) async fn ready(State(state): State<Arc<AppState>>) -> Response {
    if *state.lifecycle.borrow() > Lifecycle::Serving {
        return unavailable("shutting down");
    }
    let limit = state.options.timeout.min(DATABASE_TIMEOUT);
    let Ok(migrations) = tokio::time::timeout(limit, state.store.migration_state()).await else {
        tracing::warn!("not ready: the database does not answer");
        return unavailable("the database does not answer");
    };
    match migrations {
        Ok(MigrationState::Current | MigrationState::Newer) => writable(&state).await,
        Ok(MigrationState::Pending(_)) => unavailable("migrations are pending"),
        Err(error) => {
            tracing::warn!(%error, "not ready");
            unavailable("the database cannot be reached")
        }
    }
}

async fn writable(state: &AppState) -> Response {
    match state.store.check_writable().await {
        Ok(()) => status(StatusCode::OK, "ready"),
        Err(error) => {
            tracing::warn!(%error, "not ready");
            unavailable("the database takes no writes")
        }
    }
}

fn unavailable(text: &str) -> Response {
    status(StatusCode::SERVICE_UNAVAILABLE, text)
}

fn status(code: StatusCode, text: &str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (code, headers, format!("{{\"status\":\"{text}\"}}")).into_response()
}
