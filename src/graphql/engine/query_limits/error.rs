//! The reasons for refusing a document.

use super::MAX_NESTING;
use crate::graphql::spec::reveal_types::MAX_NAME;

/// The reason for refusing a document, as a predicate of "the query". It repeats nothing of the document but names of the
/// schema: a document may hold a password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    #[error("nests brackets more than {MAX_NESTING} deep")]
    BracketsTooDeep,
    #[error("has a string that does not end")]
    UnterminatedString,
    #[error("has a name of more than {MAX_NAME} characters")]
    NameTooLong,
    #[error("has a field of an input twice")]
    DuplicateInputField,
    #[error("does not parse: line {line}, column {column}")]
    Syntax { line: usize, column: usize },
    /// A syntax error for which the parser gives no position.
    #[error("does not parse")]
    SyntaxAnywhere,
    #[error("has more than {limit} {counted}")]
    OverLimit { counted: &'static str, limit: u64 },
    #[error("has more than {MAX_NESTING} levels of selections")]
    SelectionsTooDeep,
    #[error("uses large variables too often")]
    LargeVariables,
    #[error("has fragments that spread one another in a circle")]
    FragmentCycle,
    #[error("asks for the schema, which is turned off here")]
    IntrospectionDisabled,
    /// A root field that takes a password, a token or an address to mail to.
    #[error("may have {field} once in an operation")]
    RepeatedCredentialField { field: String },
}
