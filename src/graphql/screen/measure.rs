//! How large a document is once its fragments are expanded, in time linear in its text: each
//! fragment is measured once and remembered.

use std::collections::HashMap;

use async_graphql::parser::types::{
    FragmentDefinition, OperationDefinition, Selection, SelectionSet,
};
use async_graphql::{Name, Positioned};

use super::surface::MAX_NESTING;

/// The size of a part of a document. Sums saturate: what has overflowed is surely too large.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Size {
    pub depth: u64,
    /// Selection sets within one another, those of inline fragments and spreads too.
    pub nesting: u64,
    pub fields: u64,
    pub aliases: u64,
    pub directives: u64,
    pub root_fields: u64,
}

impl Size {
    /// The size of both, side by side.
    pub(super) fn beside(self, other: Self) -> Self {
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

/// What is known of a fragment.
enum Known {
    /// It is being measured: to meet it now is a circle.
    Open,
    Done(Size),
}

/// Measures the parts of one document.
pub(super) struct Measurer<'a> {
    definitions: &'a HashMap<Name, Positioned<FragmentDefinition>>,
    known: HashMap<&'a Name, Known>,
    /// How deep this very walk is: it recurses, as the engine will.
    open: usize,
}

impl<'a> Measurer<'a> {
    pub(super) fn new(definitions: &'a HashMap<Name, Positioned<FragmentDefinition>>) -> Self {
        Self {
            definitions,
            known: HashMap::new(),
            open: 0,
        }
    }

    pub(super) fn operation(&mut self, operation: &'a OperationDefinition) -> Result<Size, String> {
        let variables = operation
            .variable_definitions
            .iter()
            .map(|variable| variable.node.directives.len());
        let directives = operation.directives.len() + variables.sum::<usize>();
        let size = self.selection_set(&operation.selection_set.node)?;
        Ok(size.with_directives(directives))
    }

    /// A fragment that is not defined has no size; the engine will refuse the document for it.
    pub(super) fn fragment(&mut self, name: &'a Name) -> Result<Size, String> {
        match self.known.get(name) {
            Some(Known::Done(size)) => return Ok(*size),
            Some(Known::Open) => {
                return Err("has fragments that spread one another in a circle".to_owned());
            }
            None => {}
        }
        let Some(definition) = self.definitions.get(name) else {
            return Ok(Size::default());
        };
        self.known.insert(name, Known::Open);
        let size = self
            .selection_set(&definition.node.selection_set.node)?
            .with_directives(definition.node.directives.len());
        self.known.insert(name, Known::Done(size));
        Ok(size)
    }

    fn selection_set(&mut self, set: &'a SelectionSet) -> Result<Size, String> {
        self.open += 1;
        if self.open > MAX_NESTING {
            return Err(format!("has more than {MAX_NESTING} levels of selections"));
        }
        let mut total = Size::default();
        for selection in &set.items {
            total = total.beside(self.selection(&selection.node)?);
        }
        self.open -= 1;
        let nesting = total.nesting + u64::from(!set.items.is_empty());
        Ok(Size { nesting, ..total })
    }

    fn selection(&mut self, selection: &'a Selection) -> Result<Size, String> {
        let (inner, directives) = match selection {
            Selection::Field(field) => {
                let field = &field.node;
                let inner = self.selection_set(&field.selection_set.node)?;
                let size = Size {
                    depth: inner.depth.saturating_add(1),
                    aliases: inner.aliases.saturating_add(field.alias.is_some().into()),
                    root_fields: 1,
                    ..inner
                };
                (size, field.directives.len())
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
        // A spread counts as well as what it expands to: expanding costs time even when it ends in
        // nothing.
        let size = Size {
            fields: inner.fields.saturating_add(1),
            ..inner
        };
        Ok(size.with_directives(directives))
    }
}
