//! The limits of one request.

use clap::Args;

use super::values::{bytes, number};
use crate::graphql::{QueryLimits, ResponseLimits};

/// The query limits refuse documents whose brackets nest deeper than 64, and every level of fields is a bracket.
const MAX_USEFUL_DEPTH: u64 = 60;

/// The limits of one request.
#[derive(Args, Clone)]
#[group(skip)]
#[command(next_help_heading = "Limits of a request")]
pub struct RequestSettings {
    /// Maximum size of a request body, bytes
    #[arg(long, default_value = "65536", value_parser = bytes)]
    pub max_body: usize,

    /// Maximum nesting of fields in a document
    #[arg(long, default_value = "20", value_parser = number::<u64>(1, MAX_USEFUL_DEPTH))]
    pub max_depth: u64,

    /// Maximum number of fields, spreads and inline fragments in a document, with fragments expanded
    #[arg(long, default_value = "500", value_parser = number::<u64>(1, 10_000))]
    pub max_fields: u64,

    /// Maximum number of aliases in a document, with fragments expanded
    #[arg(long, default_value = "30", value_parser = number::<u64>(1, 1_000))]
    pub max_aliases: u64,

    /// Maximum number of directives in a document, with fragments expanded
    #[arg(long, default_value = "30", value_parser = number::<u64>(1, 1_000))]
    pub max_directives: u64,

    /// Maximum number of fields on the first level of a document, with fragments expanded
    #[arg(long, default_value = "20", value_parser = number::<u64>(1, 1_000))]
    pub max_root_fields: u64,

    /// Maximum number of fragment definitions in a document
    #[arg(long, default_value = "30", value_parser = number::<u64>(1, 1_000))]
    pub max_fragments: u64,

    /// Maximum number of objects in all lists of one answer together: each page is bounded, but lists within lists multiply
    #[arg(long, default_value = "10000", value_parser = number::<u32>(1, 1_000_000))]
    pub max_objects: u32,

    /// Maximum number of values in one answer: the fields of all of its objects
    #[arg(long, default_value = "100000", value_parser = number::<u32>(1, 10_000_000))]
    pub max_values: u32,

    /// Maximum size of the answer to a GraphQL request, bytes
    #[arg(long, default_value = "1048576", value_parser = number::<u32>(1_024, 1_073_741_824))]
    pub max_answer: u32,
}

impl RequestSettings {
    pub(super) fn query_limits(&self, introspection: bool) -> QueryLimits {
        QueryLimits {
            depth: self.max_depth,
            fields: self.max_fields,
            aliases: self.max_aliases,
            directives: self.max_directives,
            root_fields: self.max_root_fields,
            fragments: self.max_fragments,
            introspection,
        }
    }

    pub(super) fn response_limits(&self) -> ResponseLimits {
        ResponseLimits {
            objects: usize::try_from(self.max_objects).unwrap_or(usize::MAX),
            values: usize::try_from(self.max_values).unwrap_or(usize::MAX),
            bytes: usize::try_from(self.max_answer).unwrap_or(usize::MAX),
        }
    }
}
