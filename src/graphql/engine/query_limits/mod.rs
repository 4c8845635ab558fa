//! The query limits: a document is refused before anything executes it if it asks for too much.
//!
//! async-graphql's own checks are not enough. Its recursion check walks fragment spreads without remembering them, so that
//! a document of 755 bytes holds a core for seconds, and its limits let a hundred aliased `login`s run. Here a document is
//! parsed once, counted in one linear pass that remembers each fragment, and refused with a reason.
//!
//! `checker` checks a document. It uses `text_scan`, which reads the text before the parser does, and `document_cost`,
//! which counts the parsed document. `error` has the reasons for refusing one.

pub mod checker;
mod document_cost;
pub mod error;
pub mod text_scan;

#[cfg(test)]
mod checker_tests;

/// The deepest nesting of brackets in a document. No document that passes the other limits at their defaults is as deep.
const MAX_NESTING: usize = 64;

/// The limits of a document, for all of its operations together. Counts are of the expanded document: a fragment that is
/// spread twice counts twice.
#[derive(Clone, Copy, Debug)]
pub struct QueryLimits {
    /// Levels of nested fields.
    pub depth: u64,
    /// Fields, spreads and inline fragments.
    pub fields: u64,
    /// Fields with an alias.
    pub aliases: u64,
    /// Directives, wherever they stand.
    pub directives: u64,
    /// Fields of the root type.
    pub root_fields: u64,
    /// Fragment definitions, spread or not.
    pub fragments: u64,
    /// Whether a document may ask for the schema.
    pub introspection: bool,
}
