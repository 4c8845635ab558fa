//! From the bytes of a request to the four parameters of GraphQL over HTTP.

use axum::body::Body;
use axum::http::StatusCode;
use http_body_util::BodyExt;
use serde_json::{Map, Value};

use super::body_room::{BodyRoom, Share};

/// What a client asks to have executed. The variables may hold passwords, so it has no `Debug`.
pub(super) struct Parameters {
    pub query: String,
    pub operation_name: Option<String>,
    pub variables: Map<String, Value>,
}

/// A request that is wrong before it is GraphQL: a status, the part, and what is wrong with it.
#[derive(Debug)]
pub(super) struct Malformed {
    pub status: StatusCode,
    pub fault: Fault,
    pub part: String,
    pub reason: String,
}

/// What kind of answer a malformed request gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// The part is named.
    Invalid,
    /// It names a query by its hash alone. Libraries then send the query itself.
    PersistedQuery,
}

impl Malformed {
    pub(super) fn new(status: StatusCode, part: &str, reason: impl Into<String>) -> Self {
        Self {
            status,
            fault: Fault::Invalid,
            part: part.to_owned(),
            reason: reason.into(),
        }
    }

    pub(super) fn header(name: &str, reason: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, &format!("headers.{name}"), reason)
    }

    /// The status is that of Apollo's own server, whatever the media type: not every client of theirs reads another
    /// answer.
    fn persisted_query() -> Self {
        Self {
            fault: Fault::PersistedQuery,
            ..Self::new(StatusCode::OK, "query", "is missing")
        }
    }

    fn bad(part: &str, reason: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, part, reason)
    }
}

/// Why a body was not read.
#[derive(Debug)]
pub(super) enum Unread {
    Malformed(Malformed),
    /// Others hold what room there is.
    Overloaded,
}

impl From<Malformed> for Unread {
    fn from(malformed: Malformed) -> Self {
        Self::Malformed(malformed)
    }
}

/// Reads a whole body, but no more than the limit.
pub(super) async fn read(
    mut body: Body,
    limit: usize,
    room: &BodyRoom,
) -> Result<(Vec<u8>, Share), Unread> {
    let too_large = || {
        let reason = format!("is larger than {limit} bytes");
        Malformed::new(StatusCode::PAYLOAD_TOO_LARGE, "body", reason)
    };
    let (mut bytes, mut share) = (Vec::new(), None);
    // Copied piece by piece: kept as they are, pieces of one byte would each hold a whole buffer.
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Malformed::bad("body", "broke off before its end"))?;
        let Ok(piece) = frame.into_data() else {
            continue; // a trailer
        };
        let length = bytes.len() + piece.len();
        if length > limit {
            return Err(too_large().into());
        }
        if !room.take(&mut share, length) {
            return Err(Unread::Overloaded);
        }
        bytes.extend_from_slice(&piece);
    }
    Ok((bytes, share))
}

const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// The parameters of a POST.
pub(super) fn from_json(bytes: &[u8]) -> Result<Parameters, Malformed> {
    // Some editors and programs begin UTF-8 with it, and parsers may ignore it (RFC 8259 section 8.1).
    let bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|_| Malformed::bad("body", "is not UTF-8"))?;
    let body = serde_json::from_str(text).map_err(|_| Malformed::bad("body", "is not JSON"))?;
    match body {
        Value::Object(parameters) => read_parameters(parameters),
        Value::Array(_) => Err(Malformed::bad(
            "body",
            "is a batch: send one request at a time",
        )),
        _ => Err(Malformed::bad("body", "is not a JSON object")),
    }
}

/// The parameters of a GET, where `variables` and `extensions` are JSON texts.
pub(super) fn from_query_string(text: &str) -> Result<Parameters, Malformed> {
    let mut parameters = Map::new();
    for (name, value) in url::form_urlencoded::parse(text.as_bytes()) {
        let value = match name.as_ref() {
            "variables" | "extensions" => {
                serde_json::from_str(&value).map_err(|_| Malformed::bad(&name, "is not JSON"))?
            }
            _ => Value::String(value.into_owned()),
        };
        parameters.insert(name.into_owned(), value);
    }
    read_parameters(parameters)
}

fn read_parameters(mut parameters: Map<String, Value>) -> Result<Parameters, Malformed> {
    let mut take = |name: &str| parameters.remove(name).filter(|value| !value.is_null());
    let extensions = match take("extensions") {
        None => Map::new(),
        Some(Value::Object(extensions)) => extensions,
        Some(_) => return Err(Malformed::bad("extensions", "must be an object")),
    };
    let query = match take("query") {
        Some(Value::String(query)) => query,
        Some(_) => return Err(Malformed::bad("query", "must be a string")),
        None if extensions
            .get("persistedQuery")
            .is_some_and(Value::is_object) =>
        {
            return Err(Malformed::persisted_query());
        }
        None => return Err(Malformed::bad("query", "is missing")),
    };
    let operation_name = match take("operationName") {
        Some(Value::String(name)) => Some(name),
        None => None,
        Some(_) => return Err(Malformed::bad("operationName", "must be a string")),
    };
    let variables = match take("variables") {
        Some(Value::Object(variables)) => variables,
        None => Map::new(),
        Some(_) => return Err(Malformed::bad("variables", "must be an object")),
    };
    Ok(Parameters {
        query,
        operation_name,
        variables,
    })
}
