//! The query limits: the cost of a document is known before anything executes it.
//!
//! async-graphql's own checks are not enough. Its recursion check walks fragment spreads without remembering them, so that
//! a document of 755 bytes holds a core for seconds, and its limits let a hundred aliased `login`s run. Here a document is
//! parsed once, counted in one linear pass that remembers each fragment, and refused with a reason.
//!
//! `query_limits` checks a document. It asks `document_surface`, which reads the text before the parser does, and
//! `document_cost`, which counts the parsed document.

mod document_cost;
pub mod document_surface;
pub mod query_limits;

#[cfg(test)]
mod query_limits_tests;

/// How much a document may ask for, all of its operations together. Counts are of the document as it
/// expands: a fragment that is spread twice counts twice.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    pub depth: u64,
    /// Fields, spreads and inline fragments.
    pub fields: u64,
    pub aliases: u64,
    pub directives: u64,
    pub root_fields: u64,
    /// Fragment definitions, spread or not.
    pub fragments: u64,
    /// Objects in the lists of its answer, however they are nested.
    pub objects: usize,
    /// Fields of all objects of its answer.
    pub values: usize,
    /// Bytes of its answer.
    pub bytes: usize,
    /// Whether a document may ask for the schema.
    pub introspection: bool,
}
