//! `/.well-known/change-password`: where password managers send people whose password has leaked (W3C, "A Well-Known URL
//! for Changing Passwords").

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};

use super::app_state::AppState;

/// Leads to the page of the settings.
pub(super) async fn redirect(State(state): State<Arc<AppState>>) -> Response {
    if let Some(page) = &state.options.change_password_url {
        return Redirect::to(page.as_str()).into_response();
    }
    let reason = "There is no page to change a password: set CHANGE_PASSWORD_URL to yours.\n";
    (StatusCode::NOT_FOUND, reason).into_response()
}
