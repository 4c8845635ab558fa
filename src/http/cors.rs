//! Which other sites' scripts may call the API from a browser: none, unless the settings name them.

use std::str::FromStr;
use std::time::Duration;

use axum::http::{HeaderName, HeaderValue, Method, header};
use tower_http::cors::CorsLayer;
use url::{Origin, Url};

use super::cookies::TOKEN_DELIVERY;

/// The origins whose scripts may call, such as `https://app.example.com`.
#[derive(Clone, Debug, Default)]
pub struct CorsOrigins(Vec<HeaderValue>);

impl FromStr for CorsOrigins {
    type Err = String;

    /// A comma-separated list; empty for none. There is no `*`: it would let any site on the web try
    /// passwords by way of its visitors.
    fn from_str(text: &str) -> Result<Self, String> {
        let entries = text.split(',').map(str::trim);
        let origin = |entry: &str| {
            let form = || format!("{entry:?} is no origin, such as https://app.example.com");
            let url = Url::parse(entry).map_err(|_| form())?;
            match url.origin() {
                Origin::Tuple(..)
                    if url.origin().ascii_serialization() == entry && !entry.contains('*') =>
                {
                    HeaderValue::from_str(entry).map_err(|_| form())
                }
                _ => Err(form()),
            }
        };
        let entries = entries.filter(|entry| !entry.is_empty());
        entries.map(origin).collect::<Result<_, _>>().map(Self)
    }
}

impl CorsOrigins {
    pub(super) fn has(&self, origin: &HeaderValue) -> bool {
        self.0.contains(origin)
    }

    /// Answers preflights, and says in each answer who may read it. `None` if nobody else may.
    pub(super) fn layer(&self) -> Option<CorsLayer> {
        if self.0.is_empty() {
            return None;
        }
        let asked = [
            header::CONTENT_TYPE,
            header::AUTHORIZATION,
            HeaderName::from_static("x-device-id"),
            HeaderName::from_static("x-device-name"),
            HeaderName::from_static("x-device-type"),
            HeaderName::from_static(TOKEN_DELIVERY),
        ];
        let told = [
            header::RETRY_AFTER,
            header::WWW_AUTHENTICATE,
            HeaderName::from_static("x-request-id"),
        ];
        let layer = CorsLayer::new()
            .allow_origin(self.0.clone())
            .allow_methods([Method::GET, Method::POST])
            .allow_headers(asked)
            // Of these sites alone, and only the one cookie that the header above asks for counts.
            .allow_credentials(true)
            .expose_headers(told)
            .max_age(Duration::from_hours(2)); // the most that browsers keep
        Some(layer)
    }
}

#[cfg(test)]
mod tests {
    use super::CorsOrigins;

    #[test]
    fn an_origin_is_a_scheme_a_host_and_perhaps_a_port() {
        let read = |text: &str| text.parse::<CorsOrigins>().map(|origins| origins.0.len());
        assert_eq!(read(""), Ok(0));
        assert_eq!(
            read("https://app.example.com, http://localhost:3000"),
            Ok(2)
        );
        for text in [
            "*",
            "null",
            "app.example.com",
            "https://app.example.com/",
            "https://app.example.com/path",
            "https://APP.example.com",
            "https://app.example.com:443",
            "https://*.example.com",
            "data:text/html,x",
        ] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
