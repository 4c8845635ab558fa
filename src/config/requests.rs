//! The settings of what one request may ask for.

use clap::Args;

use super::values::{bytes, number};
use crate::graphql::Limits;

/// The screen refuses documents whose brackets nest deeper than 64, and every level of fields is a
/// bracket.
const MAX_USEFUL_DEPTH: u64 = 60;

/// What one request may ask for.
#[derive(Args, Clone)]
#[group(skip)]
#[command(next_help_heading = "Limits of a request")]
pub struct RequestSettings {
    /// Largest request body, bytes
    #[arg(long, default_value = "65536", value_parser = bytes)]
    pub max_body: usize,

    /// Deepest nesting of fields in a document
    #[arg(long, default_value = "20", value_parser = number::<u64>(1, MAX_USEFUL_DEPTH))]
    pub max_depth: u64,

    /// Most fields, spreads and inline fragments of a document, after expansion
    #[arg(long, default_value = "500", value_parser = number::<u64>(1, 10_000))]
    pub max_fields: u64,

    /// Most aliases of a document, after expansion
    #[arg(long, default_value = "30", value_parser = number::<u64>(1, 1_000))]
    pub max_aliases: u64,

    /// Most directives of a document, after expansion
    #[arg(long, default_value = "30", value_parser = number::<u64>(1, 1_000))]
    pub max_directives: u64,

    /// Most fields on the first level of a document, after expansion
    #[arg(long, default_value = "20", value_parser = number::<u64>(1, 1_000))]
    pub max_root_fields: u64,

    /// Most fragment definitions of a document
    #[arg(long, default_value = "30", value_parser = number::<u64>(1, 1_000))]
    pub max_fragments: u64,

    /// Most objects in the lists of one answer together: pages are bounded one by one, but lists within lists multiply
    #[arg(long, default_value = "10000", value_parser = number::<u32>(1, 1_000_000))]
    pub max_objects: u32,

    /// Most values of one answer, which are fields of all of its objects
    #[arg(long, default_value = "100000", value_parser = number::<u32>(1, 10_000_000))]
    pub max_values: u32,

    /// Largest answer to a GraphQL request, bytes
    #[arg(long, default_value = "1048576", value_parser = number::<u32>(1_024, 1_073_741_824))]
    pub max_answer: u32,
}

impl RequestSettings {
    pub(super) fn limits(&self, introspection: bool) -> Limits {
        Limits {
            depth: self.max_depth,
            fields: self.max_fields,
            aliases: self.max_aliases,
            directives: self.max_directives,
            root_fields: self.max_root_fields,
            fragments: self.max_fragments,
            objects: usize::try_from(self.max_objects).unwrap_or(usize::MAX),
            values: usize::try_from(self.max_values).unwrap_or(usize::MAX),
            bytes: usize::try_from(self.max_answer).unwrap_or(usize::MAX),
            introspection,
        }
    }
}
