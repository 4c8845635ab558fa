//! The cost of a document once its fragments are expanded, counted in time linear in its text: each fragment is counted
//! once and remembered.

use std::collections::HashMap;

use async_graphql::parser::types::{
    FragmentDefinition, OperationDefinition, Selection, SelectionSet,
};
use async_graphql::{Name, Positioned};

use super::MAX_NESTING;
use super::error::QueryError;

/// The cost of a part of a document. Sums saturate: a sum that overflows is over every limit.
#[derive(Clone, Copy, Debug, Default)]
pub struct DocumentCost {
    /// Levels of nested fields.
    pub depth: u64,
    /// Levels of nested selection sets, those of inline fragments and spreads included.
    pub nesting: usize,
    pub fields: u64,
    pub aliases: u64,
    pub directives: u64,
    pub root_fields: u64,
}

impl DocumentCost {
    /// Adds the cost of a part that stands beside this one.
    pub fn beside(self, other: Self) -> Self {
        Self {
            depth: self.depth.max(other.depth),
            nesting: self.nesting.max(other.nesting),
            fields: self.fields.saturating_add(other.fields),
            aliases: self.aliases.saturating_add(other.aliases),
            directives: self.directives.saturating_add(other.directives),
            root_fields: self.root_fields.saturating_add(other.root_fields),
        }
    }

    fn with_directives(self, count: usize) -> Self {
        let count = u64::try_from(count).unwrap_or(u64::MAX);
        Self {
            directives: self.directives.saturating_add(count),
            ..self
        }
    }
}

/// The state of a fragment.
enum FragmentState {
    /// It is being counted: a spread of it now closes a circle.
    Counting,
    Counted(DocumentCost),
}

/// Counts the parts of one document.
pub struct CostCounter<'a> {
    definitions: &'a HashMap<Name, Positioned<FragmentDefinition>>,
    fragments: HashMap<&'a Name, FragmentState>,
    /// The depth of this walk, which recurses as the engine will.
    open: usize,
}

impl<'a> CostCounter<'a> {
    pub fn new(definitions: &'a HashMap<Name, Positioned<FragmentDefinition>>) -> Self {
        Self {
            definitions,
            fragments: HashMap::new(),
            open: 0,
        }
    }

    /// Counts an operation.
    pub fn operation(
        &mut self,
        operation: &'a OperationDefinition,
    ) -> Result<DocumentCost, QueryError> {
        let variables = operation
            .variable_definitions
            .iter()
            .map(|variable| variable.node.directives.len());
        let directives = operation.directives.len() + variables.sum::<usize>();
        let cost = self.selection_set(&operation.selection_set.node)?;
        Ok(cost.with_directives(directives))
    }

    /// Counts a fragment. One that is not defined costs nothing: validation refuses the document for it.
    pub fn fragment(&mut self, name: &'a Name) -> Result<DocumentCost, QueryError> {
        match self.fragments.get(name) {
            Some(FragmentState::Counted(cost)) => return Ok(*cost),
            Some(FragmentState::Counting) => {
                return Err(QueryError::FragmentCycle);
            }
            None => {}
        }
        let Some(definition) = self.definitions.get(name) else {
            return Ok(DocumentCost::default());
        };
        self.fragments.insert(name, FragmentState::Counting);
        let cost = self
            .selection_set(&definition.node.selection_set.node)?
            .with_directives(definition.node.directives.len());
        self.fragments.insert(name, FragmentState::Counted(cost));
        Ok(cost)
    }

    fn selection_set(&mut self, set: &'a SelectionSet) -> Result<DocumentCost, QueryError> {
        self.open += 1;
        if self.open > MAX_NESTING {
            return Err(QueryError::SelectionsTooDeep);
        }
        let mut total = DocumentCost::default();
        for selection in &set.items {
            total = total.beside(self.selection(&selection.node)?);
        }
        self.open -= 1;
        let nesting = total.nesting + usize::from(!set.items.is_empty());
        Ok(DocumentCost { nesting, ..total })
    }

    fn selection(&mut self, selection: &'a Selection) -> Result<DocumentCost, QueryError> {
        let (inner, directives) = match selection {
            Selection::Field(field) => {
                let field = &field.node;
                let inner = self.selection_set(&field.selection_set.node)?;
                let cost = DocumentCost {
                    depth: inner.depth.saturating_add(1),
                    aliases: inner.aliases.saturating_add(field.alias.is_some().into()),
                    root_fields: 1,
                    ..inner
                };
                (cost, field.directives.len())
            }
            Selection::InlineFragment(fragment) => {
                let fragment = &fragment.node;
                let inner = self.selection_set(&fragment.selection_set.node)?;
                (inner, fragment.directives.len())
            }
            Selection::FragmentSpread(spread) => {
                let spread = &spread.node;
                let inner = self.fragment(&spread.fragment_name.node)?;
                (inner, spread.directives.len())
            }
        };
        // A spread counts in addition to the fields of its fragment: expanding it costs time even if the fragment is empty.
        let cost = DocumentCost {
            fields: inner.fields.saturating_add(1),
            ..inner
        };
        Ok(cost.with_directives(directives))
    }
}
