//! The pages that mailed links lead to until a frontend has its own. They call the API like any client. The token of a
//! link is in the fragment, which browsers do not send.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};

use super::{file, secured};
use crate::http::app_state::AppState;
use crate::http::layers::response_memory::Embedded;

/// The pages, by the last segment of their path.
const PAGES: [&str; 5] = [
    "verify-email",
    "reset-password",
    "confirm-email",
    "secure-account",
    "accept-invitation",
];

/// `GET /account/{page}`: a page, or a file that the pages load.
pub async fn page(
    State(state): State<Arc<AppState>>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Response {
    let page = match name.as_str() {
        "style.css" => load(&name, "text/css; charset=utf-8"),
        "account.js" => load(&name, "text/javascript; charset=utf-8"),
        name if PAGES.contains(&name) => state.pages.in_language(&format!("{name}.html"), &headers),
        _ => None,
    };
    page.unwrap_or_else(|| state.pages.not_found(&headers))
}

fn load(name: &str, media_type: &'static str) -> Option<Response> {
    let mut response = secured(file(name)?.into_response(), media_type);
    response.extensions_mut().insert(Embedded);
    Some(response)
}
