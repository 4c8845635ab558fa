//! Content negotiation: the media types, content encodings and languages that a client sends and accepts.

use axum::http::{HeaderMap, header};

/// The media type of a response (GraphQL over HTTP, section 6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MediaType {
    /// `application/graphql-response+json`: the status says whether the request was valid.
    GraphqlResponse,
    /// `application/json`, the older one: the status is 200 even if the document is invalid.
    Json,
}

impl MediaType {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
        }
    }
}

/// Chooses the media type of the response; `None` if the client accepts neither. A client that does not say gets the older
/// one, which every client understands.
pub fn negotiate(headers: &HeaderMap) -> Option<MediaType> {
    let accepted = accepted(headers);
    if accepted.is_empty() {
        return Some(MediaType::Json);
    }
    let quality = |names: [&str; 3]| {
        // The most specific range counts (RFC 9110 section 12.5.1).
        names
            .iter()
            .find_map(|name| accepted.iter().find(|(range, _)| range == name))
            .map_or(0.0, |(_, quality)| *quality)
    };
    let newer = quality(["application/graphql-response+json", "application/*", "*/*"]);
    let older = quality(["application/json", "application/*", "*/*"]);
    let names_newer = accepted
        .iter()
        .any(|(range, _)| range.contains("graphql-response"));
    match (newer > 0.0, older > 0.0) {
        (false, false) => None,
        (true, true) if newer > older || (newer >= older && names_newer) => {
            Some(MediaType::GraphqlResponse)
        }
        (_, true) => Some(MediaType::Json),
        (true, false) => Some(MediaType::GraphqlResponse),
    }
}

/// Returns whether the client is a browser that opens a page, rather than a program that calls the API.
pub fn wants_page(headers: &HeaderMap) -> bool {
    accepted(headers)
        .iter()
        .any(|(range, quality)| range == "text/html" && *quality > 0.0)
}

/// Returns whether a body is JSON in UTF-8. An HTML form cannot send this type, so no other site can make a browser send a
/// mutation without a preflight (cross-site request forgery).
pub fn is_json(headers: &HeaderMap) -> bool {
    let Some(text) = only(headers, header::CONTENT_TYPE) else {
        return false;
    };
    let mut parts = text.split(';').map(|part| part.trim().to_ascii_lowercase());
    let is_json = parts.next().as_deref() == Some("application/json");
    let utf8 = parts.all(|part| match part.split_once('=') {
        Some(("charset", name)) => matches!(name.trim_matches('"'), "utf-8" | "utf8"),
        _ => true,
    });
    is_json && utf8
}

/// Returns whether a body has no content encoding.
pub fn is_unencoded(headers: &HeaderMap) -> bool {
    headers
        .get_all(header::CONTENT_ENCODING)
        .iter()
        .all(|coding| coding.as_bytes().eq_ignore_ascii_case(b"identity"))
}

/// Returns whether the client accepts gzip.
pub fn accepts_gzip(headers: &HeaderMap) -> bool {
    let codings = list(headers, header::ACCEPT_ENCODING);
    let named = |name: &str| codings.iter().find(|(coding, _)| coding == name);
    let gzip = named("gzip").or_else(|| named("*"));
    gzip.is_some_and(|(_, quality)| *quality > 0.0)
}

/// Returns the languages that the user reads, best first (RFC 9110 section 12.5.4). Browsers write this header, so entries
/// that cannot be read are skipped.
pub fn languages(headers: &HeaderMap) -> Vec<String> {
    const MAX_COUNT: usize = 10;
    const MAX_LENGTH: usize = 35; // RFC 5646 section 4.4.1
    let mut tags = list(headers, header::ACCEPT_LANGUAGE);
    tags.retain(|(tag, quality)| *quality > 0.0 && tag != "*" && tag.len() <= MAX_LENGTH);
    tags.sort_by(|(_, one), (_, other)| other.total_cmp(one));
    let tags = tags.into_iter().map(|(tag, _)| tag);
    tags.take(MAX_COUNT).collect()
}

fn accepted(headers: &HeaderMap) -> Vec<(String, f32)> {
    list(headers, header::ACCEPT)
}

/// Reads a list with weights, which are 1 where none is given (RFC 9110 section 12.4.2).
fn list(headers: &HeaderMap, name: header::HeaderName) -> Vec<(String, f32)> {
    let values = headers.get_all(name);
    let lines = values.iter().filter_map(|value| value.to_str().ok());
    lines
        .flat_map(|value| value.split(','))
        .map(|entry| {
            let mut parts = entry.split(';').map(str::trim);
            let name = parts.next().unwrap_or_default().to_ascii_lowercase();
            let weight = parts.find_map(|part| part.strip_prefix("q="));
            (
                name,
                weight.map_or(1.0, |weight| weight.parse().unwrap_or(0.0)),
            )
        })
        .filter(|(name, _)| !name.is_empty())
        .collect()
}

/// Returns the value of a header that is there once.
fn only(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{MediaType, is_json, languages, negotiate};
    use axum::http::{HeaderMap, HeaderValue, header};

    fn media_type(accept: &'static str) -> Option<MediaType> {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, HeaderValue::from_static(accept));
        negotiate(&headers)
    }

    #[test]
    fn the_media_type_is_the_one_that_the_client_prefers() {
        let newer = Some(MediaType::GraphqlResponse);
        let older = Some(MediaType::Json);
        assert_eq!(negotiate(&HeaderMap::new()), older);
        assert_eq!(media_type("*/*"), older);
        assert_eq!(media_type("application/json"), older);
        assert_eq!(media_type("application/*"), older);
        assert_eq!(media_type("application/graphql-response+json"), newer);
        assert_eq!(
            media_type("application/graphql-response+json, application/json"),
            newer
        );
        assert_eq!(
            media_type("application/json, application/graphql-response+json"),
            newer
        );
        assert_eq!(
            media_type("application/graphql-response+json;q=0.5, application/json"),
            older
        );
        assert_eq!(
            media_type("application/graphql-response+json;q=0, */*"),
            older
        );
        assert_eq!(media_type("text/html, */*;q=0.1"), older);
        assert_eq!(media_type("text/html"), None);
        assert_eq!(media_type("application/json;q=0"), None);
    }

    #[test]
    fn languages_come_best_first() {
        let read = |text: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_LANGUAGE, HeaderValue::from_static(text));
            languages(&headers)
        };
        assert_eq!(read("de-AT, en;q=0.5, de;q=0.9"), ["de-at", "de", "en"]);
        assert_eq!(read("fr;q=0, *, en"), ["en"]);
        assert_eq!(read(";;;,,q=1,=,de;q=x"), ["q=1", "="]);
        assert_eq!(languages(&HeaderMap::new()), [""; 0]);
    }

    #[test]
    fn only_json_in_utf_8_is_json() {
        for (text, expected) in [
            ("application/json", true),
            ("Application/JSON; charset=UTF-8", true),
            ("application/json; charset=\"utf-8\"", true),
            ("application/json; charset=utf-16", false),
            ("text/plain", false),
            ("application/x-www-form-urlencoded", false),
            ("multipart/form-data; boundary=x", false),
            ("application/jsonp", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(text));
            assert_eq!(is_json(&headers), expected, "{text}");
        }
        assert!(!is_json(&HeaderMap::new()));
    }
}
