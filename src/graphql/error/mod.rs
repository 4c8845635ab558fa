//! The error that a client gets when a field fails.
//!
//! `code` has the values of `extensions.code`, `from_service` maps each refusal of the service to one, and `message` makes
//! sentences of messages.

mod code;
mod from_service;
pub mod message;

use async_graphql::{Error, ErrorExtensionValues, Pos, ServerError, Value};

pub use self::code::ErrorCode;
use self::message::{field_message, sentence};

/// The longest message, in characters; 300 with its full stop. Only a prober makes longer ones.
const MAX_MESSAGE: usize = 299;

/// Cuts a text that clients read to the longest message.
pub fn cut(mut text: String) -> String {
    if let Some((end, _)) = text.char_indices().nth(MAX_MESSAGE) {
        text.truncate(end);
    }
    text
}

/// The maximum number of errors in a response. One request could cause thousands.
pub const MAX_ERRORS: usize = 5;

/// The error that a client gets when a field fails.
///
/// It has no `Display` on purpose. async-graphql makes a message for clients of any error that has one, so that a stray `?`
/// on a database error in a resolver would leak it. Without `Display`, it does not compile.
#[derive(Clone, Debug)]
pub struct ApiError {
    code: ErrorCode,
    message: String,
    /// The extensions beside the code.
    extensions: Vec<(&'static str, Value)>,
}

impl ApiError {
    /// Makes an error whose message becomes a sentence.
    pub fn new(code: ErrorCode, message: &str) -> Self {
        Self::literal(code, sentence(message))
    }

    /// Makes an error whose message programs compare, and so stays as it is.
    pub fn literal(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            extensions: Vec::new(),
        }
    }

    pub fn code(&self) -> ErrorCode {
        self.code
    }

    /// Adds an extension.
    pub fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.extensions.push((name, value.into()));
        self
    }

    /// Makes the error for input that breaks rules, from the path of each part and a predicate such as "must not be empty".
    pub fn invalid(parts: Vec<(String, String)>) -> Self {
        let with_subject = |(path, predicate): (String, String)| {
            let message = field_message(&path, &predicate);
            (path, message)
        };
        Self::invalid_with_messages(parts.into_iter().map(with_subject).collect())
    }

    /// Makes the error for input that breaks rules, from the path of each part and a whole sentence about it.
    pub fn invalid_with_messages(parts: Vec<(String, String)>) -> Self {
        let message = match parts.as_slice() {
            [(_, message)] => cut(message.clone()),
            _ => "several values are not valid: see extensions.fields".to_owned(),
        };
        let field = |(path, message): (String, String)| {
            let (path, message) = (cut(path), sentence(&cut(message)));
            async_graphql::value!({ "path": path, "message": message })
        };
        Self::new(ErrorCode::ValidationFailed, &message).with(
            "fields",
            Value::List(parts.into_iter().map(field).collect()),
        )
    }

    /// Turns into an error without a place in a document.
    pub fn without_place(self) -> ServerError {
        let error = Error::from(self).into_server_error(Pos::default());
        ServerError {
            locations: Vec::new(),
            ..error
        }
    }

    /// Logs an unexpected failure. The client sees `INTERNAL`, and nothing of the cause.
    pub fn unexpected(cause: &str) -> Self {
        tracing::error!(error = cause, "unexpected");
        Self::internal()
    }

    /// The error of an unexpected failure, whose cause is only logged.
    pub fn internal() -> Self {
        Self::new(ErrorCode::Internal, "something went wrong on our side")
    }
}

impl From<ApiError> for Error {
    fn from(error: ApiError) -> Self {
        let mut extensions = ErrorExtensionValues::default();
        extensions.set("code", error.code.value());
        for (name, value) in error.extensions {
            extensions.set(name, value);
        }
        Self {
            message: error.message,
            source: None,
            extensions: Some(extensions),
        }
    }
}
