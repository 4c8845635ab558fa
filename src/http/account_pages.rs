//! Where mailed links lead until a frontend has pages of its own. They call the API as anyone does; the
//! link's token stands in the fragment, which never reaches us by GET.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};

use super::answer_memory::Embedded;
use super::app_state::AppState;
use super::pages::{file, secured};

/// The pages, by the last part of their path.
const PAGES: [&str; 5] = [
    "verify-email",
    "reset-password",
    "confirm-email",
    "secure-account",
    "accept-invitation",
];

/// `GET /account/{page}`, and what the pages load.
pub(super) async fn page(
    State(state): State<Arc<AppState>>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Response {
    let found = match name.as_str() {
        "style.css" => load(&name, "text/css; charset=utf-8"),
        "account.js" => load(&name, "text/javascript; charset=utf-8"),
        page if PAGES.contains(&page) => state.pages.in_language(&format!("{page}.html"), &headers),
        _ => None,
    };
    found.unwrap_or_else(|| state.pages.not_found(&headers))
}

fn load(name: &str, media_type: &'static str) -> Option<Response> {
    let mut response = secured(file(name)?.into_response(), media_type);
    response.extensions_mut().insert(Embedded);
    Some(response)
}
