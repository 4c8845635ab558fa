//! The check of a document against the limits.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::parser::parse_query;
use async_graphql::parser::types::{
    ExecutableDocument, OperationDefinition, Selection, SelectionSet,
};
use serde_json::{Map, Value};

use super::Limits;
use super::document_cost::{CostMeter, DocumentCost};
use super::document_surface::{DocumentSurface, MAX_NESTING};
use crate::graphql::schema::sdl;
use crate::graphql::schema_index::SchemaIndex;

/// Checks documents against the limits. Cheap to clone.
#[derive(Clone, Debug)]
pub struct QueryLimits {
    limits: Limits,
    schema_index: Arc<SchemaIndex>,
}

impl QueryLimits {
    pub(in crate::graphql) fn new(limits: Limits, schema_index: Arc<SchemaIndex>) -> Self {
        Self {
            limits,
            schema_index,
        }
    }

    /// The query limits of this API's own schema.
    ///
    /// # Errors
    /// When the schema has a root field without `@access`.
    pub fn of_schema(limits: Limits) -> Result<Self, String> {
        let schema_index = SchemaIndex::read(&sdl())?;
        Ok(Self::new(limits, Arc::new(schema_index)))
    }

    /// Parses a document and counts it.
    ///
    /// # Errors
    /// Says what is wrong with it, without repeating any of it.
    pub fn check(
        &self,
        query: &str,
        variables: &Map<String, Value>,
    ) -> Result<ExecutableDocument, String> {
        let surface = DocumentSurface::read(query)?;
        let words = self.limits.fields.saturating_mul(WORDS_A_FIELD);
        within("words", surface.words, words)?;
        // The engine copies a variable for each place that it stands in.
        let copies = surface.variables.saturating_mul(weight(variables.values()));
        if copies > MAX_COPIES {
            return Err("uses large variables too often".to_owned());
        }
        let document = parse_query(query).map_err(|error| match error.positions().next() {
            Some(at) => format!("does not parse: line {}, column {}", at.line, at.column),
            None => "does not parse".to_owned(),
        })?;
        let fragments = u64::try_from(document.fragments.len()).unwrap_or(u64::MAX);
        within("fragments", fragments, self.limits.fragments)?;
        let mut meter = CostMeter::new(&document.fragments);
        for name in document.fragments.keys() {
            // Whether its fields are root fields depends on where it is spread.
            let cost = DocumentCost {
                root_fields: 0,
                ..meter.fragment(name)?
            };
            self.within_limits(cost)?;
        }
        // The engine validates every operation, whichever it executes: so together they must fit.
        let mut whole = DocumentCost::default();
        for (_, operation) in document.operations.iter() {
            whole = whole.beside(meter.operation(&operation.node)?);
        }
        self.within_limits(whole)?;
        for (_, operation) in document.operations.iter() {
            self.check_roots(&document, &operation.node)?;
        }
        Ok(document)
    }

    fn within_limits(&self, cost: DocumentCost) -> Result<(), String> {
        let limits = &self.limits;
        within("levels", cost.depth, limits.depth)?;
        let nesting = u64::try_from(MAX_NESTING).unwrap_or(u64::MAX);
        within("levels of selections", cost.nesting, nesting)?;
        within("fields after expansion", cost.fields, limits.fields)?;
        within("aliases", cost.aliases, limits.aliases)?;
        within("directives", cost.directives, limits.directives)?;
        within("root fields", cost.root_fields, limits.root_fields)
    }

    /// A hundred aliased logins in one request are a hundred guesses that look like one.
    fn check_roots(
        &self,
        document: &ExecutableDocument,
        operation: &OperationDefinition,
    ) -> Result<(), String> {
        let mut counts = HashMap::new();
        count_roots(document, &operation.selection_set.node, &mut counts);
        let asks_for_schema = |name: &&str| matches!(*name, "__schema" | "__type" | "_service");
        if !self.limits.introspection && counts.keys().any(asks_for_schema) {
            return Err("asks for the schema, which is turned off here".to_owned());
        }
        let repeated =
            |(name, count): &(&str, u64)| *count > 1 && self.schema_index.takes_credential(name);
        match counts.into_iter().find(repeated) {
            Some((name, _)) => Err(format!("may have {name} once in an operation")),
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

/// Names, arguments, punctuation: more than this for each field that a document may have is no query.
const WORDS_A_FIELD: u64 = 10;

/// Values of variables times places of use: a list of 1,000 in 100 places.
const MAX_COPIES: u64 = 100_000;

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

fn within(what: &str, count: u64, limit: u64) -> Result<(), String> {
    if count <= limit {
        return Ok(());
    }
    Err(format!("has more than {limit} {what}"))
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
