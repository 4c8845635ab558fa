//! A document, parsed and counted, and the result of its validation.
//!
//! One rule of async-graphql's validation reads the values of variables (`ArgumentsOfCorrectType`), and none compares their
//! declared types with their uses strictly enough to replace it. So only a document without variables that was valid once
//! is valid for every request.

use std::sync::OnceLock;

use async_graphql::ValidationResult;
use async_graphql::parser::types::ExecutableDocument;

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
    /// The result of its validation, once it was found valid.
    valid: OnceLock<ValidationResult>,
}

impl ParsedDocument {
    /// Parses the document of a request, and applies the query limits.
    pub fn parse(
        checker: &QueryChecker,
        schema_index: &SchemaIndex,
        request: &GraphQLRequest,
    ) -> Result<Self, QueryError> {
        let query = &request.query;
        let (scan, mut document) = checker.read(query, &request.variables)?;
        let has_directives = query.contains('@');
        reveal_types(&mut document, schema_index, has_directives);
        Ok(Self {
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

    /// The result of an earlier validation, if it is that of every request.
    pub fn validation(&self) -> Option<ValidationResult> {
        self.valid
            .get()
            .filter(|_| self.scan.variables == 0)
            .copied()
    }

    /// Notes that the document is valid.
    pub fn found_valid(&self, result: ValidationResult) {
        self.valid.get_or_init(|| result);
    }
}

#[cfg(test)]
impl ParsedDocument {
    /// A document that nothing has validated.
    pub fn unvalidated(text: &str) -> Self {
        let document = async_graphql::parser::parse_query(text).unwrap();
        let scan = TextScan::read(text).unwrap();
        Self {
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
