//! GraphiQL, served from the binary: the page loads nothing from other hosts.
//!
//! `graphiql/build.mjs` makes the files. They are committed compressed, so that building the service needs only cargo.

use std::hash::{DefaultHasher, Hasher};
use std::io::Read;
use std::sync::OnceLock;

use axum::extract::Path;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use flate2::read::GzDecoder;

use crate::http::layers::response_memory::Embedded;
use crate::http::request::content;

/// Allows the page to load only its own files. The editor sets styles on its elements, hence `unsafe-inline`.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; worker-src 'self'; \
    style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src data:; connect-src 'self'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// A file of the page.
struct Asset {
    name: &'static str,
    media_type: &'static str,
    gzip: &'static [u8],
    /// The unpacked file, as soon as a client without gzip asks for it.
    plain: OnceLock<Vec<u8>>,
    tag: OnceLock<String>,
}

impl Asset {
    const fn new(name: &'static str, media_type: &'static str, gzip: &'static [u8]) -> Self {
        Self {
            name,
            media_type,
            gzip,
            plain: OnceLock::new(),
            tag: OnceLock::new(),
        }
    }
}

const PAGE: &str = "index.html";
const HTML: &str = "text/html; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLES: &str = "text/css; charset=utf-8";
const TEXT: &str = "text/plain; charset=utf-8";

static ASSETS: [Asset; 7] = [
    Asset::new(
        PAGE,
        HTML,
        include_bytes!("../../../graphiql/dist/index.html.gz"),
    ),
    Asset::new(
        "graphiql.js",
        SCRIPT,
        include_bytes!("../../../graphiql/dist/graphiql.js.gz"),
    ),
    Asset::new(
        "graphiql.css",
        STYLES,
        include_bytes!("../../../graphiql/dist/graphiql.css.gz"),
    ),
    Asset::new(
        "editor.worker.js",
        SCRIPT,
        include_bytes!("../../../graphiql/dist/editor.worker.js.gz"),
    ),
    Asset::new(
        "graphql.worker.js",
        SCRIPT,
        include_bytes!("../../../graphiql/dist/graphql.worker.js.gz"),
    ),
    Asset::new(
        "json.worker.js",
        SCRIPT,
        include_bytes!("../../../graphiql/dist/json.worker.js.gz"),
    ),
    Asset::new(
        "licenses.txt",
        TEXT,
        include_bytes!("../../../graphiql/dist/licenses.txt.gz"),
    ),
];

/// `GET /graphql` for a browser. The page has a link to the mailbox if there is one.
pub fn page(headers: &HeaderMap, has_mailbox: bool) -> Response {
    let mut response = serve(PAGE, headers);
    if has_mailbox && let Some(page) = ASSETS.iter().find(|asset| asset.name == PAGE) {
        let plain = String::from_utf8_lossy(&unpack(page.gzip))
            .replace(r#"data-mailbox="""#, r#"data-mailbox="mailbox""#);
        let headers = response.headers_mut();
        for name in [
            header::CONTENT_ENCODING,
            header::ETAG,
            header::CONTENT_LENGTH,
        ] {
            headers.remove(name);
        }
        *response.status_mut() = StatusCode::OK;
        *response.body_mut() = plain.into();
        response.extensions_mut().remove::<Embedded>();
    }
    response
}

/// `GET /graphiql/{asset}`.
pub async fn asset(Path(name): Path<String>, headers: HeaderMap) -> Response {
    serve(&name, &headers)
}

fn serve(name: &str, request: &HeaderMap) -> Response {
    let Some(asset) = ASSETS.iter().find(|asset| asset.name == name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let tag = asset.tag.get_or_init(|| tag(asset.gzip));
    let cached = request.get(header::IF_NONE_MATCH);
    let mut response = if cached.is_some_and(|cached| cached.as_bytes() == tag.as_bytes()) {
        StatusCode::NOT_MODIFIED.into_response()
    } else if content::accepts_gzip(request) {
        ([(header::CONTENT_ENCODING, "gzip")], asset.gzip).into_response()
    } else {
        let plain = asset.plain.get_or_init(|| unpack(asset.gzip));
        plain.as_slice().into_response()
    };
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: &'static str| {
        headers.insert(name, HeaderValue::from_static(value));
    };
    set(header::CONTENT_TYPE, asset.media_type);
    set(header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY);
    set(header::REFERRER_POLICY, "no-referrer");
    set(header::VARY, "Accept, Accept-Encoding");
    // Cached, but revalidated each time: the names stay the same from version to version.
    set(header::CACHE_CONTROL, "no-cache");
    if let Ok(tag) = HeaderValue::try_from(tag) {
        headers.insert(header::ETAG, tag);
    }
    response.extensions_mut().insert(Embedded);
    response
}

/// Unpacks a file. It cannot fail: the build made the files, and a test unpacks each.
fn unpack(gzip: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    match GzDecoder::new(gzip).read_to_end(&mut plain) {
        Ok(_) => plain,
        Err(_) => Vec::new(),
    }
}

fn tag(bytes: &[u8]) -> String {
    let mut hasher = DefaultHasher::new();
    hasher.write(bytes);
    format!("W/\"{:016x}\"", hasher.finish())
}
