//! Captured mail as a page, for people who try the service on their own machine. Mailed links give access to accounts, so
//! the page exists only on loopback, and only for a browser that names this machine.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use minijinja::context;

use super::secured;
use crate::http::app_state::AppState;
use crate::http::request::host;
use crate::service::{AuthError, Captured, Envelope, Mailbox};

/// The number of mails that the list shows.
const MAX_LISTED: u32 = 200;

/// Restricts a mail, whose template may hold anything: it is shown, and opens links in new tabs.
const MAIL_POLICY: &str = "sandbox allow-popups allow-popups-to-escape-sandbox; \
    default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; \
    form-action 'none'; frame-ancestors 'self'";

/// `GET /mailbox`: the list.
pub async fn list(State(state): State<Arc<AppState>>, headers: HeaderMap) -> Response {
    let Some(mailbox) = open(&state, &headers) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    match mailbox.list(false, MAX_LISTED).await {
        Ok(mails) => {
            let mails: Vec<_> = mails.iter().map(summary).collect();
            state.pages.show("mailbox.html", context! { mails })
        }
        Err(error) => failed(&error),
    }
}

/// `GET /mailbox/{id}`: one mail.
pub async fn show(
    State(state): State<Arc<AppState>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    match find(&state, &id, &headers).await {
        Ok(mail) => {
            let from = &mail.from;
            let (text, source) = (&mail.text, &mail.source);
            let mail = context! { from, text, source, ..summary(&mail.envelope) };
            state.pages.show("mail.html", context! { mail })
        }
        Err(response) => response,
    }
}

/// `GET /mailbox/{id}/html`: the content of the frame.
pub async fn html(
    State(state): State<Arc<AppState>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    match find(&state, &id, &headers).await {
        Ok(mail) => {
            // Links open in new tabs, whatever the template says.
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
    // A page that leads back to the mailbox.
    let missing = || {
        let mut response = state.pages.show("mail-missing.html", context! {});
        *response.status_mut() = StatusCode::NOT_FOUND;
        response
    };
    let id = id.parse().map_err(|_| missing())?;
    match mailbox.find(id).await {
        Ok(mail) => mail.ok_or_else(missing),
        Err(error) => Err(failed(&error)),
    }
}

/// Headers that proxies add. A proxy on this machine may use the service's own name.
const PROXY_HEADERS: [&str; 7] = [
    "forwarded",
    "via",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-forwarded-server",
    "x-real-ip",
];

/// Returns the mailbox if the request names this machine and came through no proxy.
fn open<'a>(state: &'a AppState, headers: &HeaderMap) -> Option<&'a Mailbox> {
    if PROXY_HEADERS.iter().any(|name| headers.contains_key(*name)) {
        return None;
    }
    let mailbox = state.mailbox.as_ref();
    mailbox.filter(|_| host::is_this_machine(headers))
}

/// Returns what the list shows of a mail.
fn summary(mail: &Envelope) -> minijinja::Value {
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
