//! For whoever restarts and routes: is the process alive, and can it serve?

use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::app_state::AppState;
use super::lifecycle::Lifecycle;
use crate::store::MigrationState;

/// How long the database may take to say that it is there.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(5);

/// Answers as long as the process can answer at all: restart it if this fails.
pub(super) async fn live() -> Response {
    status(StatusCode::OK, "live")
}

/// Whether requests should be sent here: the service is not about to end, and the database answers, takes writes,
/// and has the schema this version needs.
pub(super) async fn ready(State(state): State<Arc<AppState>>) -> Response {
    if *state.lifecycle.borrow() > Lifecycle::Serving {
        return status(StatusCode::SERVICE_UNAVAILABLE, "shutting down");
    }
    let asked = state.store.migration_state();
    let Ok(migrations) = tokio::time::timeout(state.options.timeout.min(PATIENCE), asked).await
    else {
        tracing::warn!("not ready: the database is silent");
        return status(
            StatusCode::SERVICE_UNAVAILABLE,
            "the database does not answer",
        );
    };
    match migrations {
        Ok(MigrationState::Current | MigrationState::Newer) => writable(&state).await,
        Ok(MigrationState::Pending(_)) => {
            status(StatusCode::SERVICE_UNAVAILABLE, "migrations are pending")
        }
        Err(error) => {
            tracing::warn!(%error, "not ready");
            status(
                StatusCode::SERVICE_UNAVAILABLE,
                "the database cannot be reached",
            )
        }
    }
}

async fn writable(state: &AppState) -> Response {
    match state.store.check_writable().await {
        Ok(()) => status(StatusCode::OK, "ready"),
        Err(error) => {
            tracing::warn!(%error, "not ready");
            status(
                StatusCode::SERVICE_UNAVAILABLE,
                "the database takes no writes",
            )
        }
    }
}

fn status(code: StatusCode, text: &str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (code, headers, format!("{{\"status\":\"{text}\"}}")).into_response()
}
