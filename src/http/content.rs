//! Media types: what a client sends, and what it can read.

use axum::http::{HeaderMap, header};

/// The two forms of an answer (GraphQL over HTTP, section 6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// `application/graphql-response+json`: the status says whether the request was good.
    GraphqlResponse,
    /// `application/json`, from before: a document that is not valid answers 200.
    Json,
}

impl Form {
    pub(super) fn media_type(self) -> &'static str {
        match self {
            Self::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
        }
    }
}

/// What to answer with; `None` when the client reads neither form. Without a wish it is the older
/// form, which every client knows.
pub(super) fn negotiate(headers: &HeaderMap) -> Option<Form> {
    let wishes = accepted(headers);
    if wishes.is_empty() {
        return Some(Form::Json);
    }
    let quality = |names: [&str; 3]| {
        // The most specific name that is listed counts (RFC 9110 section 12.5.1).
        names
            .iter()
            .find_map(|name| wishes.iter().find(|(wish, _)| wish == name))
            .map_or(0.0, |(_, quality)| *quality)
    };
    let newer = quality(["application/graphql-response+json", "application/*", "*/*"]);
    let older = quality(["application/json", "application/*", "*/*"]);
    let names_newer = wishes
        .iter()
        .any(|(wish, _)| wish.contains("graphql-response"));
    match (newer > 0.0, older > 0.0) {
        (false, false) => None,
        (true, true) if newer > older || (newer >= older && names_newer) => {
            Some(Form::GraphqlResponse)
        }
        (_, true) => Some(Form::Json),
        (true, false) => Some(Form::GraphqlResponse),
    }
}

/// Whether this is a browser that navigates, rather than a program that asks.
pub(super) fn wants_page(headers: &HeaderMap) -> bool {
    accepted(headers)
        .iter()
        .any(|(wish, quality)| wish == "text/html" && *quality > 0.0)
}

/// Whether a body is JSON in UTF-8. A plain HTML form cannot send this type, so no other site can
/// make a browser send a mutation without asking us first (cross-site request forgery).
pub(super) fn is_json(headers: &HeaderMap) -> bool {
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

/// Whether a body comes as it is.
pub(super) fn is_unencoded(headers: &HeaderMap) -> bool {
    headers
        .get_all(header::CONTENT_ENCODING)
        .iter()
        .all(|coding| coding.as_bytes().eq_ignore_ascii_case(b"identity"))
}

/// Whether the client unpacks gzip by itself.
pub(super) fn takes_gzip(headers: &HeaderMap) -> bool {
    let codings = list(headers, header::ACCEPT_ENCODING);
    let named = |name: &str| codings.iter().find(|(coding, _)| coding == name);
    let gzip = named("gzip").or_else(|| named("*"));
    gzip.is_some_and(|(_, quality)| *quality > 0.0)
}

/// The languages that the client's user reads, best first (RFC 9110 section 12.5.4). Browsers write
/// this header, so what cannot be read in it is left out.
pub(super) fn languages(headers: &HeaderMap) -> Vec<String> {
    const MOST: usize = 10;
    const LONGEST: usize = 35; // RFC 5646 section 4.4.1
    let mut wishes = list(headers, header::ACCEPT_LANGUAGE);
    wishes.retain(|(tag, quality)| *quality > 0.0 && tag != "*" && tag.len() <= LONGEST);
    wishes.sort_by(|(_, one), (_, other)| other.total_cmp(one));
    let tags = wishes.into_iter().map(|(tag, _)| tag);
    tags.take(MOST).collect()
}

fn accepted(headers: &HeaderMap) -> Vec<(String, f32)> {
    list(headers, header::ACCEPT)
}

/// A list of wishes with their weights, 1 where none is given (RFC 9110 section 12.4.2).
fn list(headers: &HeaderMap, name: header::HeaderName) -> Vec<(String, f32)> {
    let values = headers.get_all(name);
    let wishes = values.iter().filter_map(|value| value.to_str().ok());
    wishes
        .flat_map(|value| value.split(','))
        .map(|wish| {
            let mut parts = wish.split(';').map(str::trim);
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

fn only(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Form, is_json, languages, negotiate};
    use axum::http::{HeaderMap, HeaderValue, header};

    fn form(accept: &'static str) -> Option<Form> {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, HeaderValue::from_static(accept));
        negotiate(&headers)
    }

    #[test]
    fn the_form_is_the_one_that_the_client_reads_best() {
        let newer = Some(Form::GraphqlResponse);
        let older = Some(Form::Json);
        assert_eq!(negotiate(&HeaderMap::new()), older);
        assert_eq!(form("*/*"), older);
        assert_eq!(form("application/json"), older);
        assert_eq!(form("application/*"), older);
        assert_eq!(form("application/graphql-response+json"), newer);
        assert_eq!(
            form("application/graphql-response+json, application/json"),
            newer
        );
        assert_eq!(
            form("application/json, application/graphql-response+json"),
            newer
        );
        assert_eq!(
            form("application/graphql-response+json;q=0.5, application/json"),
            older
        );
        assert_eq!(form("application/graphql-response+json;q=0, */*"), older);
        assert_eq!(form("text/html, */*;q=0.1"), older);
        assert_eq!(form("text/html"), None);
        assert_eq!(form("application/json;q=0"), None);
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
