//! Arguments as domain values, and everything that is wrong with them.

use async_graphql::ID;
use uuid::Uuid;

use crate::domain::PageRequest;
use crate::graphql::error::ApiError;

/// The problems of an input, field by field.
#[derive(Default)]
pub struct Problems(Vec<(String, String)>);

impl Problems {
    /// The parsed value; or `None`, and the problem is noted.
    pub fn take<T>(&mut self, field: &str, parsed: Result<T, String>) -> Option<T> {
        parsed
            .map_err(|message| self.0.push((format!("input.{field}"), message)))
            .ok()
    }

    /// The parsed value of a field that may be left out or null.
    pub fn take_optional<T>(
        &mut self,
        field: &str,
        raw: Option<&str>,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Option<T> {
        raw.and_then(|raw| self.take(field, parse(raw)))
    }

    /// # Errors
    /// `VALIDATION_FAILED` if a problem was noted.
    pub fn check(self) -> Result<(), ApiError> {
        if self.0.is_empty() {
            return Ok(());
        }
        Err(ApiError::invalid(self.0))
    }
}

/// One field of the input breaks a rule.
pub fn invalid(field: &str, message: &str) -> ApiError {
    ApiError::invalid(vec![(format!("input.{field}"), message.to_owned())])
}

/// The four arguments of a connection.
pub fn page(
    after: Option<&str>,
    before: Option<&str>,
    first: Option<i32>,
    last: Option<i32>,
) -> Result<PageRequest, ApiError> {
    PageRequest::parse(after, before, first, last)
        .map_err(|(argument, message)| ApiError::invalid(vec![(argument.to_owned(), message)]))
}

/// An id of ours. `None` stands for one that cannot be: it belongs to nothing.
pub fn id(id: &ID) -> Option<Uuid> {
    Uuid::parse_str(id).ok()
}

/// An id of ours that may be left out. Text that is no id becomes an id that nothing has, so that it is found missing
/// when, and only when, one of others would be.
pub fn optional_id(named: Option<&ID>) -> Option<Uuid> {
    named.map(|named| id(named).unwrap_or(Uuid::nil()))
}
