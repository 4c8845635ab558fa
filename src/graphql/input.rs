//! Arguments as domain values, and the errors of those that are not valid.

use std::fmt::Display;

use async_graphql::ID;

use crate::domain::{Id, PageRequest};
use crate::graphql::error::ApiError;

/// The errors of an input, field by field: a path each, and a predicate such as "must not be empty".
#[derive(Default)]
pub struct ValidationErrors(Vec<(String, String)>);

impl ValidationErrors {
    /// Returns the parsed value of a field, or notes the error and returns `None`.
    pub fn collect<T, E: Display>(&mut self, field: &str, parsed: Result<T, E>) -> Option<T> {
        parsed
            .map_err(|error| self.0.push((format!("input.{field}"), error.to_string())))
            .ok()
    }

    /// Parses a field that may be left out or null. Notes the error, if there is one.
    pub fn collect_optional<T, E: Display>(
        &mut self,
        field: &str,
        raw: Option<&str>,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Option<T> {
        raw.and_then(|raw| self.collect(field, parse(raw)))
    }

    /// Ends the validation.
    ///
    /// # Errors
    /// `VALIDATION_FAILED` if an error was noted.
    pub fn check(self) -> Result<(), ApiError> {
        if self.0.is_empty() {
            return Ok(());
        }
        Err(self.into())
    }
}

impl From<ValidationErrors> for ApiError {
    fn from(errors: ValidationErrors) -> Self {
        Self::invalid(errors.0)
    }
}

/// The error for one field of the input that breaks a rule. The predicate is such as "must not be empty".
pub fn invalid(field: &str, predicate: impl Display) -> ApiError {
    ApiError::invalid(vec![(format!("input.{field}"), predicate.to_string())])
}

/// Parses the four arguments of a connection.
pub fn parse_page(
    after: Option<&str>,
    before: Option<&str>,
    first: Option<i32>,
    last: Option<i32>,
) -> Result<PageRequest, ApiError> {
    PageRequest::parse(after, before, first, last)
        .map_err(|(argument, message)| ApiError::invalid(vec![(argument.to_owned(), message)]))
}

/// Parses an id. `None` stands for text that is no id, and so belongs to no object.
pub fn parse_id<Kind>(id: &ID) -> Option<Id<Kind>> {
    id.parse().ok()
}

/// Parses an id that may be left out. Text that is no id becomes an id that no object has: the service then refuses it
/// exactly when it would refuse the id of an object that is not there.
pub fn parse_optional_id<Kind>(id: Option<&ID>) -> Option<Id<Kind>> {
    id.map(|id| parse_id(id).unwrap_or(Id::NIL))
}

/// Returns the one value that was given of several fields of the input, each with its name.
///
/// # Errors
/// `VALIDATION_FAILED` when none or more than one was given.
pub fn exactly_one<T, const N: usize>(fields: [(&str, Option<T>); N]) -> Result<T, ApiError> {
    let names = fields.each_ref().map(|(name, _)| *name);
    let mut given = fields
        .into_iter()
        .filter_map(|(name, value)| value.map(|value| (name, value)));
    match (given.next(), given.next()) {
        (Some((_, value)), None) => Ok(value),
        (None, _) => Err(invalid(
            names[0],
            format_args!("is missing: give one of {}", names.join(", ")),
        )),
        (Some(_), Some((second, _))) => Err(invalid(
            second,
            format_args!("is one too many: give only one of {}", names.join(", ")),
        )),
    }
}
