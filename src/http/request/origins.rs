//! The origins of pages that may call the API, as the setting names them and as browsers send them.

use std::str::FromStr;

use axum::http::HeaderValue;
use url::Url;

/// The origins whose scripts may call the API. Each is exact, such as `https://app.example.com` or `capacitor://localhost`, or
/// has a `*` for the first label of a name: `https://*.preview.example.com`.
#[derive(Clone, Debug, Default)]
pub struct CorsOrigins(Vec<AllowedOrigin>);

#[derive(Clone, Debug)]
enum AllowedOrigin {
    Exact(String),
    /// The `*` stands for one label, as in a certificate.
    AnyLabel {
        before: String,
        after: String,
    },
}

/// A mistake in a list of origins.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OriginError {
    #[error("has an @: an origin has no user and no password, as in https://app.example.com")]
    Credentials,
    #[error("must be separated by commas: write {corrected}")]
    Separator { corrected: String },
    #[error(
        "* would be every site on the web: name the origins, such as https://app.example.com, or a pattern, such as \
         https://*.preview.example.com"
    )]
    AnySite,
    #[error(
        "null is the origin of every file and every sandboxed page: serve the page from a web server, and write its \
         origin, such as http://localhost:5173"
    )]
    Null,
    #[error(
        "{entry:?} is no pattern: a * stands for one whole label before a name that is yours, as in \
         https://*.preview.example.com"
    )]
    NotAPattern { entry: String },
    #[error("{entry:?} leaves the port open: name each, as in {origin}:5173")]
    AnyPort { entry: String, origin: String },
    #[error("{entry:?} is no origin: write it as https://app.example.com")]
    NotAnOrigin { entry: String },
    #[error("{entry:?} has no scheme: write {corrected}")]
    NoScheme { entry: String, corrected: String },
    #[error("{entry:?} is more than an origin: write {origin}")]
    MoreThanAnOrigin { entry: String, origin: String },
}

impl FromStr for CorsOrigins {
    type Err = OriginError;

    /// Reads a comma-separated list. An empty list allows nobody.
    fn from_str(text: &str) -> Result<Self, OriginError> {
        // The text before an @, encoded or not, may be a password, so it is not repeated.
        if text.contains('@') || text.contains("%40") {
            return Err(OriginError::Credentials);
        }
        let entries = text.split(',').map(str::trim);
        let entries = entries.filter(|entry| !entry.is_empty());
        let is_separator = |c: char| c == ';' || c == ',' || c.is_whitespace();
        if entries.clone().any(|entry| entry.contains(is_separator)) {
            let words = text.split(is_separator).filter(|word| !word.is_empty());
            let corrected = words.collect::<Vec<_>>().join(",");
            return Err(OriginError::Separator { corrected });
        }
        entries.map(str::parse).collect::<Result<_, _>>().map(Self)
    }
}

impl FromStr for AllowedOrigin {
    type Err = OriginError;

    fn from_str(entry: &str) -> Result<Self, OriginError> {
        match entry {
            // Any site on the web could try passwords through its visitors.
            "*" => Err(OriginError::AnySite),
            "null" => Err(OriginError::Null),
            _ if entry.contains('*') => pattern(entry),
            _ => origin(entry).map(Self::Exact),
        }
    }
}

impl AllowedOrigin {
    fn matches(&self, origin: &[u8]) -> bool {
        match self {
            Self::Exact(allowed) => allowed.as_bytes() == origin,
            Self::AnyLabel { before, after } => origin
                .strip_prefix(before.as_bytes())
                .and_then(|rest| rest.strip_suffix(after.as_bytes()))
                .is_some_and(is_label),
        }
    }
}

/// Returns whether a text is one label of a name as browsers write it: in lower case, without a dot.
fn is_label(text: &[u8]) -> bool {
    let fits = |byte: &u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_');
    !text.is_empty() && text.iter().all(fits)
}

/// Stands for the `*` while a pattern is read.
const LABEL: &str = "label";

/// Reads a pattern such as `https://*.preview.example.com`.
fn pattern(entry: &str) -> Result<AllowedOrigin, OriginError> {
    let not_a_pattern = || OriginError::NotAPattern {
        entry: entry.to_owned(),
    };
    if let Some(origin) = entry.strip_suffix(":*") {
        return Err(OriginError::AnyPort {
            entry: entry.to_owned(),
            origin: origin.to_owned(),
        });
    }
    let (scheme, rest) = entry.split_once("://*.").ok_or_else(not_a_pattern)?;
    let read = origin(&format!("{scheme}://{LABEL}.{rest}")).map_err(|_| not_a_pattern())?;
    let (before, after) = read.split_once(LABEL).ok_or_else(not_a_pattern)?;
    let name = after.trim_start_matches('.').split(':').next();
    // Nobody owns a top-level domain.
    let is_owned = name.is_some_and(|name| name.contains('.') || name == "localhost");
    if !matches!(before, "https://" | "http://") || !is_owned || rest.contains('*') {
        return Err(not_a_pattern());
    }
    Ok(AllowedOrigin::AnyLabel {
        before: before.to_owned(),
        after: after.to_owned(),
    })
}

/// Reads an origin, and returns it as browsers write it: `https://APP.example.com:443/` is `https://app.example.com`.
fn origin(entry: &str) -> Result<String, OriginError> {
    let not_an_origin = || OriginError::NotAnOrigin {
        entry: entry.to_owned(),
    };
    if !entry.contains("://") {
        return Err(without_scheme(entry));
    }
    let url = Url::parse(entry).map_err(|_| not_an_origin())?;
    let host = url.host_str().filter(|host| !host.is_empty());
    let host = host.ok_or_else(not_an_origin)?;
    let is_web = matches!(url.scheme(), "https" | "http");
    if url.is_special() && !is_web {
        return Err(not_an_origin());
    }
    let origin = match url.port() {
        Some(port) => format!("{}://{host}:{port}", url.scheme()),
        None => format!("{}://{host}", url.scheme()),
    };
    if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
        return Err(OriginError::MoreThanAnOrigin {
            entry: entry.to_owned(),
            origin,
        });
    }
    Ok(origin)
}

/// Says which scheme an entry lacks, if it is an origin otherwise.
fn without_scheme(entry: &str) -> OriginError {
    let scheme = if entry.starts_with("localhost") {
        "http"
    } else {
        "https"
    };
    let entry = entry.to_owned();
    match origin(&format!("{scheme}://{entry}")) {
        Ok(corrected) => OriginError::NoScheme { entry, corrected },
        Err(_) => OriginError::NotAnOrigin { entry },
    }
}

impl CorsOrigins {
    /// Returns whether pages of an origin may call the API.
    pub(in crate::http) fn has(&self, origin: &HeaderValue) -> bool {
        self.0
            .iter()
            .any(|allowed| allowed.matches(origin.as_bytes()))
    }

    /// Iterates over the origins that are exact, as browsers write them.
    pub fn exact(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|allowed| match allowed {
            AllowedOrigin::Exact(origin) => Some(origin.as_str()),
            AllowedOrigin::AnyLabel { .. } => None,
        })
    }

    /// Returns whether no other site may call the API.
    pub(in crate::http) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the setting with one more origin; `None` if the text is not an origin.
    pub(in crate::http) fn with(&self, origin: &str) -> Option<String> {
        if origin != "null" && self::origin(origin).ok()? != origin {
            return None;
        }
        let allowed = self.0.iter().map(|allowed| match allowed {
            AllowedOrigin::Exact(origin) => origin.clone(),
            AllowedOrigin::AnyLabel { before, after } => format!("{before}*{after}"),
        });
        let all: Vec<_> = allowed.chain([origin.to_owned()]).collect();
        Some(all.join(","))
    }
}
