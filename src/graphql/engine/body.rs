//! The JSON of a response, and its errors as clients may read them.

use async_graphql::{ErrorExtensionValues, ServerError, Value};
use serde::Serialize;

use crate::graphql::error::{ApiError, cut};
use crate::graphql::sentence::sentence;

/// More errors help nobody but a prober.
const MAX_ERRORS: usize = 5;

/// The body of a response.
#[derive(Serialize)]
pub struct Body {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ServerError>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<Value>,
}

impl Body {
    pub fn to_json(&self) -> Vec<u8> {
        // Nothing in a body can fail to be JSON; were it so, an empty answer is the honest one.
        serde_json::to_vec(self).unwrap_or_default()
    }
}

/// The first errors, each with a code and a text of bearable length.
pub fn readable_errors(errors: Vec<ServerError>) -> Vec<ServerError> {
    errors.into_iter().take(MAX_ERRORS).map(readable).collect()
}

/// An error without a code is async-graphql's own, about the document.
fn readable(mut error: ServerError) -> ServerError {
    if let Some(end) = error.message.find(", found ") {
        error.message.truncate(end); // What was found may be a password.
    }
    error.message = cut(error.message);
    if extension(&error, "code").is_none() {
        error.message = sentence(&error.message);
        let fields = vec![(faulty_part(&error.message), error.message.clone())];
        let own = async_graphql::Error::from(ApiError::invalid_in_words(fields));
        error.extensions = own.extensions;
    }
    error
}

/// The argument that a message of async-graphql names, or else the document.
fn faulty_part(message: &str) -> String {
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
        if !codes.iter().any(|known| known == code) {
            codes.push(code.to_owned());
        }
    }
    codes
}
