//! Origins of pages, as the setting names them and as browsers send them.

use std::str::FromStr;

use axum::http::HeaderValue;
use url::Url;

/// The origins whose scripts may call the API: `https://app.example.com`, `capacitor://localhost`, or all of one label
/// before a name, `https://*.preview.example.com`.
#[derive(Clone, Debug, Default)]
pub struct CorsOrigins(Vec<AllowedOrigin>);

#[derive(Clone, Debug)]
enum AllowedOrigin {
    Exact(String),
    /// The `*` stands for one label, as it does in a certificate.
    AnyLabel {
        before: String,
        after: String,
    },
}

impl FromStr for CorsOrigins {
    type Err = String;

    /// A comma-separated list; empty for none.
    fn from_str(text: &str) -> Result<Self, String> {
        // What stands before an @, encoded or not, may be a password, and is not repeated.
        if text.contains('@') || text.contains("%40") {
            return Err(
                "has an @: an origin has no user and no password, as in https://app.example.com"
                    .to_owned(),
            );
        }
        let entries = text.split(',').map(str::trim);
        let entries = entries.filter(|entry| !entry.is_empty());
        let is_separator = |c: char| c == ';' || c == ',' || c.is_whitespace();
        if entries.clone().any(|entry| entry.contains(is_separator)) {
            let words = text.split(is_separator).filter(|word| !word.is_empty());
            let list = words.collect::<Vec<_>>().join(",");
            return Err(format!("must be separated by commas: write {list}"));
        }
        entries.map(str::parse).collect::<Result<_, _>>().map(Self)
    }
}

impl FromStr for AllowedOrigin {
    type Err = String;

    fn from_str(entry: &str) -> Result<Self, String> {
        match entry {
            // It would let any site on the web try passwords by way of its visitors.
            "*" => Err("* would be every site on the web: name the origins, such as https://app.example.com, or a \
                        pattern, such as https://*.preview.example.com"
                .to_owned()),
            "null" => Err("null is the origin of every file and every sandboxed page: serve the page from a web \
                           server, and write its origin, such as http://localhost:5173"
                .to_owned()),
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

/// As browsers write it: in small letters, with no dot in it.
fn is_label(text: &[u8]) -> bool {
    let fits = |byte: &u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_');
    !text.is_empty() && text.iter().all(fits)
}

/// Stands for the `*` while a pattern is read.
const LABEL: &str = "label";

fn pattern(entry: &str) -> Result<AllowedOrigin, String> {
    let form = || {
        format!(
            "{entry:?} is no pattern: a * stands for one whole label before a name that is yours, as in \
             https://*.preview.example.com"
        )
    };
    if let Some(origin) = entry.strip_suffix(":*") {
        return Err(format!(
            "{entry:?} leaves the port open: name each, as in {origin}:5173"
        ));
    }
    let (scheme, rest) = entry.split_once("://*.").ok_or_else(form)?;
    let read = origin(&format!("{scheme}://{LABEL}.{rest}")).map_err(|_| form())?;
    let (before, after) = read.split_once(LABEL).ok_or_else(form)?;
    let name = after.trim_start_matches('.').split(':').next();
    // A top-level domain is nobody's.
    let is_owned = name.is_some_and(|name| name.contains('.') || name == "localhost");
    if !matches!(before, "https://" | "http://") || !is_owned || rest.contains('*') {
        return Err(form());
    }
    Ok(AllowedOrigin::AnyLabel {
        before: before.to_owned(),
        after: after.to_owned(),
    })
}

/// An origin as browsers write it; `https://APP.example.com:443/` is none, but can only mean one.
fn origin(entry: &str) -> Result<String, String> {
    let form = || format!("{entry:?} is no origin: write it as https://app.example.com");
    if !entry.contains("://") {
        let scheme = if entry.starts_with("localhost") {
            "http"
        } else {
            "https"
        };
        let with_scheme = origin(&format!("{scheme}://{entry}")).map_err(|_| form())?;
        return Err(format!("{entry:?} has no scheme: write {with_scheme}"));
    }
    let url = Url::parse(entry).map_err(|_| form())?;
    let host = url
        .host_str()
        .filter(|host| !host.is_empty())
        .ok_or_else(form)?;
    let is_web = matches!(url.scheme(), "https" | "http");
    if url.is_special() && !is_web {
        return Err(form());
    }
    let origin = match url.port() {
        Some(port) => format!("{}://{host}:{port}", url.scheme()),
        None => format!("{}://{host}", url.scheme()),
    };
    if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
        return Err(format!("{entry:?} is more than an origin: write {origin}"));
    }
    Ok(origin)
}

impl CorsOrigins {
    pub(super) fn has(&self, origin: &HeaderValue) -> bool {
        self.0
            .iter()
            .any(|allowed| allowed.matches(origin.as_bytes()))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The setting with one more origin; `None` for a text that is no origin.
    pub(super) fn with(&self, origin: &str) -> Option<String> {
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

#[cfg(test)]
mod tests {
    use super::CorsOrigins;
    use axum::http::HeaderValue;

    fn allows(setting: &str, origin: &str) -> bool {
        let origins: CorsOrigins = setting.parse().unwrap();
        origins.has(&HeaderValue::from_str(origin).unwrap())
    }

    #[test]
    fn an_origin_is_a_scheme_a_host_and_perhaps_a_port() {
        for (setting, origin) in [
            ("https://app.example.com", "https://app.example.com"),
            ("a://b, http://localhost:3000", "http://localhost:3000"),
            // What can only mean one thing is understood.
            ("https://app.example.com/", "https://app.example.com"),
            ("https://APP.example.com", "https://app.example.com"),
            ("https://app.example.com:443", "https://app.example.com"),
            ("https://bücher.example", "https://xn--bcher-kva.example"),
            ("http://[::1]:3000", "http://[::1]:3000"),
            // Pages of apps.
            ("capacitor://localhost", "capacitor://localhost"),
            ("ionic://localhost/", "ionic://localhost"),
            ("tauri://localhost", "tauri://localhost"),
            (
                "chrome-extension://aapbdbdomjkkjkaonfhkkikfgjllcleb",
                "chrome-extension://aapbdbdomjkkjkaonfhkkikfgjllcleb",
            ),
        ] {
            assert!(allows(setting, origin), "{setting}");
        }
        assert!(!allows("", "https://app.example.com"));
    }

    #[test]
    fn a_wrong_one_is_answered_with_the_right_one() {
        for (setting, expected) in [
            ("*", "https://*.preview.example.com"),
            ("null", "http://localhost:5173"),
            ("app.example.com", "write https://app.example.com"),
            ("localhost:3000", "write http://localhost:3000"),
            (
                "https://app.example.com/path",
                "write https://app.example.com",
            ),
            ("https://app.example.com?a", "write https://app.example.com"),
            (
                "https://ada:pw@app.example.com",
                "as in https://app.example.com",
            ),
            (
                "https://a.example;https://b.example",
                "write https://a.example,https://b.example",
            ),
            (
                "https://a.example; https://b.example https://c.example,",
                "write https://a.example,https://b.example,https://c.example",
            ),
            ("http://localhost:*", "as in http://localhost:5173"),
            (
                "https://a.example, http://[::1]:*",
                "as in http://[::1]:5173",
            ),
            ("data:text/html,x", "https://app.example.com"),
            ("file:///home/ada/page.html", "https://app.example.com"),
            ("wss://app.example.com", "https://app.example.com"),
            ("https://*.com", "one whole label"),
            ("https://*", "one whole label"),
            ("https://app-*.example.com", "one whole label"),
            ("https://*app.example.com", "one whole label"),
            ("https://*.*.example.com", "one whole label"),
            ("https://preview.*.example.com", "one whole label"),
            ("https://*.10.0.0.1", "one whole label"),
            ("*.example.com", "one whole label"),
            ("capacitor://*.example.com", "one whole label"),
        ] {
            let refusal = setting.parse::<CorsOrigins>().unwrap_err();
            assert!(refusal.contains(expected), "{setting}: {refusal}");
            assert!(!refusal.contains("pw"), "{setting}: {refusal}");
        }
    }

    #[test]
    fn a_pattern_stands_for_exactly_one_label() {
        let setting = "https://*.preview.example.com, http://*.localhost:3000";
        for origin in [
            "https://a.preview.example.com",
            "https://feature-1_b.preview.example.com",
            "https://xn--bcher-kva.preview.example.com",
            "http://shop.localhost:3000",
        ] {
            assert!(allows(setting, origin), "{origin}");
        }
        for origin in [
            "https://preview.example.com",
            "https://.preview.example.com",
            "https://a.b.preview.example.com",
            "https://evil.com?.preview.example.com",
            "https://evil.com#.preview.example.com",
            "https://evil.com/.preview.example.com",
            "https://evil.com\\.preview.example.com",
            "https://evil@a.preview.example.com",
            "https://evil.com%2f.preview.example.com",
            "https://evil:1.preview.example.com",
            "https://a.preview.example.com.evil.com",
            "https://a.preview.example.com.",
            "https://a.preview.example.com:8443",
            "https://a.preview.example.com/",
            "https://A.preview.example.com",
            "https://a.PREVIEW.example.com",
            "https://apreview.example.com",
            "https://*.preview.example.com",
            "https:// .preview.example.com",
            "http://a.preview.example.com",
            "http://shop.localhost",
            "http://shop.localhost:30001",
            "https://https://a.preview.example.com",
        ] {
            assert!(!allows(setting, origin), "{origin}");
        }
    }
}
