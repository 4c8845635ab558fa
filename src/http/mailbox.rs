//! Captured mail as a page, for whoever tries the service on their own machine. Its links sign people
//! in, so it is there on loopback alone, and only for a browser that means this machine.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use minijinja::context;
use uuid::Uuid;

use super::app_state::AppState;
use super::host;
use super::pages::secured;
use crate::service::{AuthError, Captured, Envelope, Mailbox};

const MOST: u32 = 200;

/// A mail is whatever its template makes of it: it may show itself, and open links in new tabs.
const MAIL_POLICY: &str = "sandbox allow-popups allow-popups-to-escape-sandbox; \
    default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; \
    form-action 'none'; frame-ancestors 'self'";

/// `GET /mailbox`
pub(super) async fn list(State(state): State<Arc<AppState>>, headers: HeaderMap) -> Response {
    let Some(mailbox) = open(&state, &headers) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    match mailbox.list(false, MOST).await {
        Ok(mails) => {
            let mails: Vec<_> = mails.iter().map(outside).collect();
            state.pages.show("mailbox.html", context! { mails })
        }
        Err(error) => failed(&error),
    }
}

/// `GET /mailbox/{id}`
pub(super) async fn show(
    State(state): State<Arc<AppState>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    match find(&state, &id, &headers).await {
        Ok(mail) => {
            let from = &mail.from;
            let (text, source) = (&mail.text, &mail.source);
            let mail = context! { from, text, source, ..outside(&mail.envelope) };
            state.pages.show("mail.html", context! { mail })
        }
        Err(response) => response,
    }
}

/// `GET /mailbox/{id}/html`: what the frame shows.
pub(super) async fn html(
    State(state): State<Arc<AppState>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    match find(&state, &id, &headers).await {
        Ok(mail) => {
            // Links open beside the mailbox, whatever the template says.
            let page = mail
                .html
                .replacen("<head>", r#"<head><base target="_blank">"#, 1);
            let mut response = secured(page.into_response(), "text/html; charset=utf-8");
            let policy = HeaderValue::from_static(MAIL_POLICY);
            response
                .headers_mut()
                .insert(header::CONTENT_SECURITY_POLICY, policy);
            response
        }
        Err(response) => response,
    }
}

async fn find(state: &AppState, id: &str, headers: &HeaderMap) -> Result<Captured, Response> {
    let absent = || StatusCode::NOT_FOUND.into_response();
    let mailbox = open(state, headers).ok_or_else(absent)?;
    // The mailbox is open: a page leads back to it.
    let missing = || {
        let mut response = state.pages.show("mail-missing.html", context! {});
        *response.status_mut() = StatusCode::NOT_FOUND;
        response
    };
    let id = Uuid::parse_str(id).map_err(|_| missing())?;
    match mailbox.find(id).await {
        Ok(mail) => mail.ok_or_else(missing),
        Err(error) => Err(failed(&error)),
    }
}

/// What proxies add. One on this machine calls us by our own name.
const PROXY_HEADERS: [&str; 7] = [
    "forwarded",
    "via",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-forwarded-server",
    "x-real-ip",
];

/// The mailbox, for a request that names this machine and came by no proxy.
fn open<'a>(state: &'a AppState, headers: &HeaderMap) -> Option<&'a Mailbox> {
    if PROXY_HEADERS.iter().any(|name| headers.contains_key(*name)) {
        return None;
    }
    let mailbox = state.mailbox.as_ref();
    mailbox.filter(|_| host::is_this_machine(headers))
}

fn outside(mail: &Envelope) -> minijinja::Value {
    context! {
        id => mail.id.to_string(),
        to => mail.to.as_str(),
        subject => mail.subject.as_str(),
        at => moment(mail.created_at),
        state => mail.state.as_str(),
    }
}

fn moment(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M:%S UTC").to_string()
}

fn failed(error: &AuthError) -> Response {
    tracing::error!(%error, "the mailbox cannot be shown");
    let text = "The mailbox cannot be shown; the log says why.\n";
    (StatusCode::INTERNAL_SERVER_ERROR, text).into_response()
}
