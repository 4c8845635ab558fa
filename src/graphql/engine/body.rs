//! The JSON of a response, and its errors as clients may read them.

use async_graphql::{ErrorExtensionValues, ServerError, Value};
use serde::Serialize;

use crate::graphql::error::message::sentence;
use crate::graphql::error::{ApiError, MAX_ERRORS, cut};

/// The body of a response.
#[derive(Serialize)]
pub struct Body {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ServerError>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<Value>,
}

impl Body {
    /// Writes the body as JSON.
    pub fn to_json(&self) -> Vec<u8> {
        // Nothing in a body can fail to be JSON. An empty response is the honest one if something does.
        serde_json::to_vec(self).unwrap_or_default()
    }
}

/// Keeps the first errors, and gives each a code and a message of at most 300 characters.
pub fn readable_errors(errors: Vec<ServerError>) -> Vec<ServerError> {
    errors.into_iter().take(MAX_ERRORS).map(readable).collect()
}

/// Gives a code to an error that has none: it is async-graphql's own, about the document.
fn readable(mut error: ServerError) -> ServerError {
    if let Some(end) = error.message.find(", found ") {
        error.message.truncate(end); // The value that follows may be a password.
    }
    error.message = cut(error.message);
    if extension(&error, "code").is_none() {
        error.message = sentence(&error.message);
        let fields = vec![(invalid_part(&error.message), error.message.clone())];
        let invalid = async_graphql::Error::from(ApiError::invalid_with_messages(fields));
        error.extensions = invalid.extensions;
    }
    error
}

/// The argument that a message of async-graphql names, or else the query.
fn invalid_part(message: &str) -> String {
    let argument = message.strip_prefix("Invalid value for argument \"");
    let argument = argument.and_then(|rest| rest.split_once('"'));
    argument.map_or_else(|| "query".to_owned(), |(path, _)| path.to_owned())
}

/// A value among the extensions of an error.
pub fn extension<'a>(error: &'a ServerError, name: &str) -> Option<&'a Value> {
    error
        .extensions
        .as_ref()
        .and_then(|extensions: &ErrorExtensionValues| extensions.get(name))
}

/// The codes of errors, each once.
pub fn codes(errors: &[ServerError]) -> Vec<String> {
    let mut codes: Vec<String> = Vec::new();
    for error in errors {
        let code = match extension(error, "code") {
            Some(Value::Enum(code)) => code.as_str(),
            Some(Value::String(code)) => code,
            _ => continue,
        };
        if !codes.iter().any(|listed| listed == code) {
            codes.push(code.to_owned());
        }
    }
    codes
}
