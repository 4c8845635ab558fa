//! The service's own pages, rendered from templates in the binary.
//!
//! The folder `pages/` of the project has the templates, and a file of phrases for each language: to add a language, add a
//! file. `account` serves the pages of mailed links, `mailbox` captured mail, and `graphiql` GraphiQL.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use minijinja::value::Value;
use minijinja::{Environment, UndefinedBehavior, context};
use rust_embed::RustEmbed;
use url::Url;

use super::request::content;
use crate::domain::{Languages, ProductName};

pub mod account;
pub mod graphiql;
pub mod mailbox;

/// The files of the folder `pages/`.
#[derive(RustEmbed)]
#[folder = "pages/"]
struct Embedded;

/// Allows a page to load the service's own style and script, and to call its API.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; \
    style-src 'self'; connect-src 'self'; img-src 'self' data:; frame-src 'self'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The templates and phrases, ready to render.
pub struct Pages {
    environment: Environment<'static>,
    phrases: BTreeMap<String, Value>,
    languages: Languages,
    options: PageOptions,
}

/// The facts that the pages state about the service.
pub struct PageOptions {
    pub product: ProductName,
    /// The app that a page leads on to.
    pub app: Option<Url>,
    /// Whether invited people may register.
    pub registration: bool,
    /// Whether users may log in before their address is verified, to correct it.
    pub unverified_login: bool,
}

impl Pages {
    /// Loads all files.
    pub fn load(options: PageOptions) -> Result<Self, PageError> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        let mut pages = Self {
            environment,
            phrases: BTreeMap::new(),
            languages: Languages::default(),
            options,
        };
        for name in Embedded::iter() {
            pages.add(&name)?;
        }
        Ok(pages)
    }

    fn add(&mut self, name: &str) -> Result<(), PageError> {
        let text = file(name).ok_or_else(|| PageError::Missing(name.to_owned()))?;
        let text = String::from_utf8_lossy(&text).into_owned();
        if let Some(language) = name.strip_suffix(".json") {
            let phrases: serde_json::Value = serde_json::from_str(&text)
                .map_err(|error| PageError::Phrases(name.to_owned(), error))?;
            let phrases = Value::from(minijinja::value::Serde(phrases));
            self.phrases.insert(language.to_owned(), phrases);
            self.languages.insert(language);
        } else if Path::new(name).extension().is_some_and(|end| end == "html") {
            self.environment
                .add_template_owned(name.to_owned(), text)
                .map_err(|error| PageError::Template(name.to_owned(), error))?;
        }
        Ok(())
    }

    /// Renders a page in the reader's language; `None` if there is no such page.
    pub(in crate::http) fn in_language(
        &self,
        template: &str,
        headers: &HeaderMap,
    ) -> Option<Response> {
        let template = self.environment.get_template(template).ok()?;
        let language = self.languages.choose(&content::languages(headers));
        let page = template.render(context! {
            product => self.options.product.as_str(),
            app => self.options.app.as_ref().map(Url::as_str),
            registration => self.options.registration,
            unverified_login => self.options.unverified_login,
            lang => language,
            t => self.phrases.get(language),
        });
        let mut response = respond(page);
        let varies = HeaderValue::from_static("Accept-Language");
        response.headers_mut().insert(header::VARY, varies);
        Some(response)
    }

    /// Renders the page for an unknown address.
    pub(in crate::http) fn not_found(&self, headers: &HeaderMap) -> Response {
        let mut response = self
            .in_language("not-found.html", headers)
            .unwrap_or_default();
        *response.status_mut() = StatusCode::NOT_FOUND;
        response
    }

    /// Renders a page with some content, in English.
    pub(in crate::http) fn show(&self, template: &str, content: Value) -> Response {
        let page = self
            .environment
            .get_template(template)
            .and_then(|template| {
                let product = self.options.product.as_str();
                template.render(context! { product, ..content })
            });
        respond(page)
    }
}

/// A file of the folder `pages/` that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    #[error("pages/{0} is not in the build")]
    Missing(String),
    #[error("pages/{0}: {1}")]
    Phrases(String, serde_json::Error),
    #[error("pages/{0}: {1:#}")]
    Template(String, minijinja::Error),
}

/// Returns a file of the folder `pages/`.
pub fn file(name: &str) -> Option<Cow<'static, [u8]>> {
    Some(Embedded::get(name)?.data)
}

/// Turns a rendered page into a response. A failure is a mistake in a template, and a test renders each.
fn respond(page: Result<String, minijinja::Error>) -> Response {
    match page {
        Ok(page) => secured(page.into_response(), "text/html; charset=utf-8"),
        Err(error) => {
            tracing::error!(%error, "a page cannot be rendered");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// Adds the headers of every page.
pub fn secured(mut response: Response, media_type: &'static str) -> Response {
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, media_type),
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        // The page's address may have held a secret.
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}
