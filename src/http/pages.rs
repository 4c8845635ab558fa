//! Pages of our own: small, plain, and from inside the binary. `pages/` has their templates, and a file
//! of phrases for each language: to add a language is to add a file.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use minijinja::value::Value;
use minijinja::{Environment, UndefinedBehavior, context};
use rust_embed::RustEmbed;
use url::Url;

use super::content;
use crate::domain::{Languages, ProductName};

/// The files that every build has.
#[derive(RustEmbed)]
#[folder = "pages/"]
struct Embedded;

/// What a page may do: load our style and script, and call our API.
pub(super) const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; \
    style-src 'self'; connect-src 'self'; img-src 'self' data:; frame-src 'self'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The templates, ready to render.
pub struct Pages {
    environment: Environment<'static>,
    phrases: BTreeMap<String, Value>,
    languages: Languages,
    options: PageOptions,
}

/// What the pages say of the service.
pub struct PageOptions {
    pub product: ProductName,
    /// Where the app is that a page leads on to.
    pub app: Option<Url>,
    /// Whether somebody who is invited may register.
    pub registration: bool,
    /// Whether somebody may log in before their address is verified, to correct it.
    pub unverified_login: bool,
}

impl Pages {
    /// # Errors
    /// Says which file of the build is wrong.
    pub fn load(options: PageOptions) -> Result<Self, String> {
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

    fn add(&mut self, name: &str) -> Result<(), String> {
        let text = asset(name).ok_or_else(|| format!("pages/{name} is not in the build"))?;
        if let Some(language) = name.strip_suffix(".json") {
            let phrases: serde_json::Value =
                serde_json::from_str(&text).map_err(|error| format!("pages/{name}: {error}"))?;
            let phrases = Value::from(minijinja::value::Serde(phrases));
            self.phrases.insert(language.to_owned(), phrases);
            self.languages.insert(language);
        } else if Path::new(name).extension().is_some_and(|end| end == "html") {
            self.environment
                .add_template_owned(name.to_owned(), text)
                .map_err(|error| format!("pages/{name}: {error:#}"))?;
        }
        Ok(())
    }

    /// A page in the language of whoever asks; `None` if there is no such page.
    pub(super) fn in_language(&self, template: &str, headers: &HeaderMap) -> Option<Response> {
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
        let mut response = answer(page);
        let varies = HeaderValue::from_static("Accept-Language");
        response.headers_mut().insert(header::VARY, varies);
        Some(response)
    }

    /// The answer to a browser that asks for a page that there is not.
    pub(super) fn not_found(&self, headers: &HeaderMap) -> Response {
        let mut response = self
            .in_language("not-found.html", headers)
            .unwrap_or_default();
        *response.status_mut() = StatusCode::NOT_FOUND;
        response
    }

    /// A page that shows this, in English.
    pub(super) fn show(&self, template: &str, content: Value) -> Response {
        let page = self
            .environment
            .get_template(template)
            .and_then(|template| {
                let product = self.options.product.as_str();
                template.render(context! { product, ..content })
            });
        answer(page)
    }
}

/// A file of ours, from inside the binary.
pub(super) fn file(name: &str) -> Option<Cow<'static, [u8]>> {
    Some(Embedded::get(name)?.data)
}

/// A file of ours, as text.
fn asset(name: &str) -> Option<String> {
    Some(String::from_utf8_lossy(&file(name)?).into_owned())
}

/// A failure here is a mistake in a template of ours; a test renders each.
fn answer(page: Result<String, minijinja::Error>) -> Response {
    match page {
        Ok(page) => secured(page.into_response(), "text/html; charset=utf-8"),
        Err(error) => {
            tracing::error!(%error, "a page cannot be rendered");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// What every page of ours says about itself.
pub(super) fn secured(mut response: Response, media_type: &'static str) -> Response {
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, media_type),
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        // A page's address may have held a secret.
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}
