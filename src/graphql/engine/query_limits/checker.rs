//! The check of a document against the query limits.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::parser::parse_query;
use async_graphql::parser::types::{
    ExecutableDocument, OperationDefinition, Selection, SelectionSet,
};
use serde_json::{Map, Value};

use super::document_cost::{CostCounter, DocumentCost};
use super::error::QueryError;
use super::text_scan::TextScan;
use super::{MAX_NESTING, QueryLimits};
use crate::graphql::schema::sdl;
use crate::graphql::schema_index::{SchemaError, SchemaIndex};

/// Names, arguments and punctuation for each field that a document may have. A document with more is no query.
const WORDS_PER_FIELD: u64 = 10;

/// The most values of variables times their uses: a list of 1,000 in 100 places.
const MAX_COPIES: u64 = 100_000;

/// Checks documents against the query limits. Cheap to clone.
#[derive(Clone, Debug)]
pub struct QueryChecker {
    limits: QueryLimits,
    schema_index: Arc<SchemaIndex>,
}

impl QueryChecker {
    pub(in crate::graphql) fn new(limits: QueryLimits, schema_index: Arc<SchemaIndex>) -> Self {
        Self {
            limits,
            schema_index,
        }
    }

    /// Makes the checker for this API's own schema.
    ///
    /// # Errors
    /// When the schema has a root field without `@access`.
    pub fn of_schema(limits: QueryLimits) -> Result<Self, SchemaError> {
        let schema_index = SchemaIndex::read(&sdl())?;
        Ok(Self::new(limits, Arc::new(schema_index)))
    }

    /// Parses a document and counts it.
    ///
    /// # Errors
    /// When it does not parse, or exceeds a limit.
    pub fn check(
        &self,
        query: &str,
        variables: &Map<String, Value>,
    ) -> Result<ExecutableDocument, QueryError> {
        let (_, document) = self.read(query, variables)?;
        Ok(document)
    }

    /// Parses a document, and applies the limits. Returns it with what was counted in its text.
    pub(in crate::graphql) fn read(
        &self,
        query: &str,
        variables: &Map<String, Value>,
    ) -> Result<(TextScan, ExecutableDocument), QueryError> {
        let scan = self.scan(query)?;
        check_variables(&scan, variables)?;
        Ok((scan, self.parse(query)?))
    }

    /// Checks what can be known before the text is parsed.
    fn scan(&self, query: &str) -> Result<TextScan, QueryError> {
        let scan = TextScan::read(query)?;
        let max_words = self.limits.fields.saturating_mul(WORDS_PER_FIELD);
        within("words", scan.words, max_words)?;
        Ok(scan)
    }

    /// Parses a document that was scanned, and counts it.
    fn parse(&self, query: &str) -> Result<ExecutableDocument, QueryError> {
        let document = parse_query(query).map_err(|error| match error.positions().next() {
            Some(at) => QueryError::Syntax {
                line: at.line,
                column: at.column,
            },
            None => QueryError::SyntaxAnywhere,
        })?;
        let fragments = u64::try_from(document.fragments.len()).unwrap_or(u64::MAX);
        within("fragments", fragments, self.limits.fragments)?;
        self.check_cost(&document)?;
        for (_, operation) in document.operations.iter() {
            self.check_roots(&document, &operation.node)?;
        }
        Ok(document)
    }

    fn check_cost(&self, document: &ExecutableDocument) -> Result<(), QueryError> {
        let mut counter = CostCounter::new(&document.fragments);
        for name in document.fragments.keys() {
            // Whether its fields are root fields depends on where it is spread.
            let cost = DocumentCost {
                root_fields: 0,
                ..counter.fragment(name)?
            };
            self.within_limits(cost)?;
        }
        // The engine validates all operations, and executes one: so the limits are for all of them together.
        let mut whole = DocumentCost::default();
        for (_, operation) in document.operations.iter() {
            whole = whole.beside(counter.operation(&operation.node)?);
        }
        self.within_limits(whole)
    }

    fn within_limits(&self, cost: DocumentCost) -> Result<(), QueryError> {
        let limits = &self.limits;
        within("levels", cost.depth, limits.depth)?;
        if cost.nesting > MAX_NESTING {
            return Err(QueryError::SelectionsTooDeep);
        }
        within("fields after expansion", cost.fields, limits.fields)?;
        within("aliases", cost.aliases, limits.aliases)?;
        within("directives", cost.directives, limits.directives)?;
        within("root fields", cost.root_fields, limits.root_fields)
    }

    /// Checks the root fields of an operation. A hundred aliased logins in one request are a hundred guesses that look like
    /// one.
    fn check_roots(
        &self,
        document: &ExecutableDocument,
        operation: &OperationDefinition,
    ) -> Result<(), QueryError> {
        let mut counts = HashMap::new();
        count_roots(document, &operation.selection_set.node, &mut counts);
        let asks_for_schema = |name: &&str| matches!(*name, "__schema" | "__type" | "_service");
        if !self.limits.introspection && counts.keys().any(asks_for_schema) {
            return Err(QueryError::IntrospectionDisabled);
        }
        let is_repeated =
            |(name, count): &(&str, u64)| *count > 1 && self.schema_index.takes_credential(name);
        match counts.into_iter().find(is_repeated) {
            Some((name, _)) => Err(QueryError::RepeatedCredentialField {
                field: name.to_owned(),
            }),
            None => Ok(()),
        }
    }

    /// Whether a root field of the operation takes a password, a token or an address to mail to.
    #[must_use]
    pub fn takes_credential(
        &self,
        document: &ExecutableDocument,
        operation: &OperationDefinition,
    ) -> bool {
        let mut counts = HashMap::new();
        count_roots(document, &operation.selection_set.node, &mut counts);
        counts
            .into_keys()
            .any(|name| self.schema_index.takes_credential(name))
    }
}

/// Checks that the variables are not copied too often: the engine copies a variable for each of its uses.
pub(in crate::graphql) fn check_variables(
    scan: &TextScan,
    variables: &Map<String, Value>,
) -> Result<(), QueryError> {
    let copies = scan.variables.saturating_mul(weight(variables.values()));
    if copies > MAX_COPIES {
        return Err(QueryError::LargeVariables);
    }
    Ok(())
}

/// Counts values, with 16 bytes of text as one more.
fn weight<'a>(values: impl Iterator<Item = &'a Value>) -> u64 {
    let one = |value: &Value| match value {
        Value::Array(items) => 1 + weight(items.iter()),
        Value::Object(fields) => 1 + weight(fields.values()),
        Value::String(text) => 1 + u64::try_from(text.len() / 16).unwrap_or(u64::MAX),
        _ => 1,
    };
    values.map(one).fold(0, u64::saturating_add)
}

fn within(counted: &'static str, count: u64, limit: u64) -> Result<(), QueryError> {
    if count <= limit {
        return Ok(());
    }
    Err(QueryError::OverLimit { counted, limit })
}

/// Counts root fields by name. The number of steps is bounded by the limit on fields.
fn count_roots<'a>(
    document: &'a ExecutableDocument,
    set: &'a SelectionSet,
    counts: &mut HashMap<&'a str, u64>,
) {
    for selection in &set.items {
        match &selection.node {
            Selection::Field(field) => *counts.entry(&field.node.name.node).or_default() += 1,
            Selection::InlineFragment(fragment) => {
                count_roots(document, &fragment.node.selection_set.node, counts);
            }
            Selection::FragmentSpread(spread) => {
                if let Some(fragment) = document.fragments.get(&spread.node.fragment_name.node) {
                    count_roots(document, &fragment.node.selection_set.node, counts);
                }
            }
        }
    }
}
