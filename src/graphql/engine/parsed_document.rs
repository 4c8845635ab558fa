//! A document, parsed and counted, and the result of its validation.
//!
//! One rule of async-graphql's validation reads the values of variables (`ArgumentsOfCorrectType`). A document that was valid
//! once is valid with every other set of variables that `spec::variables` accepts, on these conditions:
//!
//! - It has one operation, so that each variable has one declared type.
//! - Each variable is a whole argument. Then `VariableInAllowedPosition` has compared its declared type with the argument's,
//!   and a value that fits the one fits the other. Inside of lists and objects that rule has gaps.
//! - No variable is null: `VariableInAllowedPosition` lets a nullable variable stand where no null may.
//!
//! Where a condition fails, the request is validated.

use std::sync::{Arc, OnceLock};

use async_graphql::parser::types::{ExecutableDocument, OperationDefinition};
use async_graphql::{ValidationResult, Value, Variables};

use super::query_limits::checker::{QueryChecker, check_variables};
use super::query_limits::error::QueryError;
use super::query_limits::text_scan::TextScan;
use super::request::GraphQLRequest;
use crate::graphql::schema_index::SchemaIndex;
use crate::graphql::spec::reveal_types::reveal_types;

/// A document that is within the query limits. It asks for the types of objects: see `reveal_types`.
pub struct ParsedDocument {
    pub document: ExecutableDocument,
    /// Whether the document may skip fields.
    pub has_directives: bool,
    scan: TextScan,
    /// Whether it has one operation, and each variable is a whole argument.
    is_plain: bool,
    /// The result of its validation, once it was found valid.
    valid: OnceLock<ValidationResult>,
}

/// The validation of one request, for the guard.
pub struct Validation {
    pub document: Arc<ParsedDocument>,
    /// Whether the variables cannot change the result.
    pub is_settled: bool,
}

impl ParsedDocument {
    /// Parses the document of a request, and applies the query limits.
    pub fn parse(
        checker: &QueryChecker,
        schema_index: &SchemaIndex,
        request: &GraphQLRequest,
    ) -> Result<Self, QueryError> {
        let query = &request.query;
        let scan = checker.scan(query)?;
        check_variables(&scan, &request.variables)?;
        let mut document = checker.parse(query)?;
        let has_directives = query.contains('@');
        reveal_types(&mut document, schema_index, has_directives);
        Ok(Self {
            is_plain: is_plain(&document, &scan),
            document,
            has_directives,
            scan,
            valid: OnceLock::new(),
        })
    }

    /// Applies the one limit that depends on the variables.
    pub fn check_variables(&self, request: &GraphQLRequest) -> Result<(), QueryError> {
        check_variables(&self.scan, &request.variables)
    }

    /// Names, numbers and punctuation marks.
    pub fn words(&self) -> u64 {
        self.scan.words
    }

    /// Whether the document was found valid, with the variables of some request.
    pub fn is_valid(&self) -> bool {
        self.valid.get().is_some()
    }

    /// Whether these variables cannot make the document invalid, once it was valid.
    pub fn is_settled(&self, operation: &OperationDefinition, variables: &Variables) -> bool {
        self.is_plain
            && operation
                .variable_definitions
                .iter()
                .all(|definition| variables.get(&definition.node.name.node) != Some(&Value::Null))
    }
}

impl Validation {
    /// The result of an earlier validation, if it is that of this request too.
    pub fn earlier(&self) -> Option<ValidationResult> {
        self.document
            .valid
            .get()
            .filter(|_| self.is_settled)
            .copied()
    }

    /// Notes that the document is valid.
    pub fn passed(&self, result: ValidationResult) {
        self.document.valid.get_or_init(|| result);
    }
}

/// Whether the document has one operation, and each variable is a whole argument.
fn is_plain(document: &ExecutableDocument, scan: &TextScan) -> bool {
    document.operations.iter().count() == 1 && !scan.has_nested_variable
}

#[cfg(test)]
impl ParsedDocument {
    /// A document that nothing has validated.
    pub fn unvalidated(text: &str) -> Self {
        let document = async_graphql::parser::parse_query(text).unwrap();
        let scan = TextScan::read(text).unwrap();
        Self {
            is_plain: is_plain(&document, &scan),
            document,
            has_directives: false,
            scan,
            valid: OnceLock::new(),
        }
    }

    /// A document that was found valid.
    pub fn valid(text: &str) -> Self {
        let result = ValidationResult {
            cache_control: async_graphql::CacheControl::default(),
            complexity: 0,
            depth: 0,
        };
        Self {
            valid: OnceLock::from(result),
            ..Self::unvalidated(text)
        }
    }
}
