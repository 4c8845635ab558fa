//! The screen ahead of the engine: what a document costs is known before anything executes it.
//!
//! async-graphql's own checks are not enough. Its recursion check walks fragment spreads without
//! remembering them, so that a document of 755 bytes holds a core for seconds, and its limits let a
//! hundred aliased `login`s run. Here a document is parsed once, counted in one linear pass that
//! remembers each fragment, and refused with a reason.

mod measure;
mod surface;

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::parser::parse_query;
use async_graphql::parser::types::{
    ExecutableDocument, OperationDefinition, Selection, SelectionSet,
};
use serde_json::{Map, Value};

use self::measure::{Measurer, Size};
pub(super) use self::surface::MAX_NAME;
use self::surface::MAX_NESTING;
use super::blueprint::Blueprint;

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

/// Judges documents. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Screen {
    limits: Limits,
    blueprint: Arc<Blueprint>,
}

impl Screen {
    #[must_use]
    pub(super) fn new(limits: Limits, blueprint: Arc<Blueprint>) -> Self {
        Self { limits, blueprint }
    }

    /// The screen of this API's own schema.
    ///
    /// # Errors
    /// When the schema has a root field without `@access`.
    pub fn of_schema(limits: Limits) -> Result<Self, String> {
        let blueprint = Blueprint::read(&super::sdl())?;
        Ok(Self::new(limits, Arc::new(blueprint)))
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
        let surface = surface::read(query)?;
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
        let mut measurer = Measurer::new(&document.fragments);
        for name in document.fragments.keys() {
            // Whether its fields are root fields depends on where it is spread.
            let size = Size {
                root_fields: 0,
                ..measurer.fragment(name)?
            };
            self.within_limits(size)?;
        }
        // The engine validates every operation, whichever it executes: so together they must fit.
        let mut whole = Size::default();
        for (_, operation) in document.operations.iter() {
            whole = whole.beside(measurer.operation(&operation.node)?);
        }
        self.within_limits(whole)?;
        for (_, operation) in document.operations.iter() {
            self.check_roots(&document, &operation.node)?;
        }
        Ok(document)
    }

    fn within_limits(&self, size: Size) -> Result<(), String> {
        let limits = &self.limits;
        within("levels", size.depth, limits.depth)?;
        let nesting = u64::try_from(MAX_NESTING).unwrap_or(u64::MAX);
        within("levels of selections", size.nesting, nesting)?;
        within("fields after expansion", size.fields, limits.fields)?;
        within("aliases", size.aliases, limits.aliases)?;
        within("directives", size.directives, limits.directives)?;
        within("root fields", size.root_fields, limits.root_fields)
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
            |(name, count): &(&str, u64)| *count > 1 && self.blueprint.takes_credential(name);
        match counts.into_iter().find(repeated) {
            Some((name, _)) => Err(format!("may have {name} once in an operation")),
            None => Ok(()),
        }
    }
}

impl Screen {
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
            .any(|name| self.blueprint.takes_credential(name))
    }
}

/// Names, arguments, punctuation: more than this for each field that a document may have is no query.
const WORDS_A_FIELD: u64 = 10;

/// Values of variables times places of use: a list of 1,000 in 100 places.
const MAX_COPIES: u64 = 100_000;

/// How many values there are, with 16 bytes of text as one more.
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

#[cfg(test)]
mod tests {
    use super::{Limits, Map, Screen, Value};
    use std::fmt::Write;

    const LIMITS: Limits = Limits {
        depth: 5,
        fields: 40,
        aliases: 3,
        directives: 3,
        root_fields: 10,
        fragments: 6,
        objects: 100,
        values: 1_000,
        bytes: 1_000_000,
        introspection: false,
    };

    fn refusal(query: &str) -> String {
        let screen = Screen::of_schema(LIMITS).unwrap();
        screen.check(query, &Map::new()).expect_err(query)
    }

    fn accepts(query: &str) {
        let screen = Screen::of_schema(LIMITS).unwrap();
        assert!(screen.check(query, &Map::new()).is_ok(), "{query}");
    }

    #[test]
    fn each_limit_admits_what_reaches_it_and_refuses_one_more() {
        accepts("{a{a{a{a{a}}}}}");
        assert_eq!(refusal("{a{a{a{a{a{a}}}}}}"), "has more than 5 levels");
        accepts("{x:a y:a z:a}");
        assert_eq!(refusal("{w:a x:a y:a z:a}"), "has more than 3 aliases");
        accepts("{a@b a@b a@b}");
        assert_eq!(refusal("{a@b a@b a@b@b}"), "has more than 3 directives");
        accepts("{a a a a a a a a a a}");
        assert_eq!(
            refusal("{a a a a a a a a a a a}"),
            "has more than 10 root fields"
        );
        let wide = |fields: usize| format!("{{a{{{}}}}}", "b ".repeat(fields));
        accepts(&wide(39));
        assert_eq!(
            refusal(&wide(40)),
            "has more than 40 fields after expansion"
        );
    }

    #[test]
    fn fragments_count_as_often_as_they_are_spread() {
        let doubling = "{...A} fragment A on Q {...B ...B} fragment B on Q {...C ...C} \
                        fragment C on Q {...D ...D} fragment D on Q {a{b} c{d}}";
        assert_eq!(refusal(doubling), "has more than 40 fields after expansion");
    }

    #[test]
    fn operations_count_together_since_all_are_validated() {
        accepts("query A {a {b}} query B {a {b}}");
        let mut many = String::new();
        for number in 0..5 {
            write!(many, "query Q{number} {{a {{...F}}}} ").unwrap();
        }
        let document = format!("{many} fragment F on Q {{{}}}", "b ".repeat(8));
        assert_eq!(
            refusal(&document),
            "has more than 40 fields after expansion"
        );
    }

    #[test]
    fn the_fields_of_a_fragment_are_root_fields_only_where_it_is_spread_at_the_root() {
        let fragment = format!("fragment F on U {{{}}}", "b ".repeat(11));
        accepts(&format!("{{a {{...F}}}} {fragment}"));
        let at_root = format!("{{...F}} {fragment}");
        assert_eq!(refusal(&at_root), "has more than 10 root fields");
    }

    #[test]
    fn selections_do_not_nest_without_end_through_inline_fragments_and_spreads() {
        let inline = |depth: usize, inner: &str| {
            format!("{}{inner}{}", "...{".repeat(depth), "}".repeat(depth))
        };
        let chained = format!(
            "{{...A}} fragment A on Q {{{}}} fragment B on Q {{{}}} fragment C on Q {{{}}}",
            inline(30, "...B"),
            inline(30, "...C"),
            inline(30, "a")
        );
        let limits = Limits {
            fields: 1_000,
            ..LIMITS
        };
        let screen = Screen::of_schema(limits).unwrap();
        let refusal = screen.check(&chained, &Map::new()).unwrap_err();
        assert_eq!(refusal, "has more than 64 levels of selections");
    }

    #[test]
    fn a_large_variable_in_many_places_is_refused() {
        let screen = Screen::of_schema(LIMITS).unwrap();
        let check = |items: usize, uses: usize| {
            let document = format!("query($v: [Int]) {{a(b: [{}])}}", "$v ".repeat(uses));
            let mut variables = Map::new();
            variables.insert("v".to_owned(), Value::Array(vec![Value::from(1); items]));
            screen.check(&document, &variables)
        };
        assert!(check(1_000, 50).is_ok());
        assert!(check(10_000, 50).is_err());
    }

    #[test]
    fn more_words_than_fields_could_need_are_refused() {
        let many = format!("{{a(b: [{}])}}", "1 ".repeat(400));
        assert_eq!(refusal(&many), "has more than 400 words");
    }

    #[test]
    fn directives_of_definitions_and_variables_count() {
        let everywhere = "query Q($a: Int @x) @x {...A @x} fragment A on Q @x {a}";
        assert_eq!(refusal(everywhere), "has more than 3 directives");
    }

    #[test]
    fn too_many_fragments_are_refused_even_when_none_is_spread() {
        let mut document = "{a}".to_owned();
        for number in 0..7 {
            write!(document, " fragment F{number} on Q {{a}}").unwrap();
        }
        assert_eq!(refusal(&document), "has more than 6 fragments");
    }

    #[test]
    fn a_cycle_of_fragments_is_refused_even_when_it_is_not_spread() {
        let cycle = "{a} fragment A on Q {...B} fragment B on Q {...A}";
        assert_eq!(
            refusal(cycle),
            "has fragments that spread one another in a circle"
        );
    }

    #[test]
    fn a_credential_mutation_stands_once_in_an_operation_through_fragments_too() {
        let aliased = "mutation {a: login(input: 1) {b} c: login(input: 1) {b}}";
        assert_eq!(refusal(aliased), "may have login once in an operation");
        let hidden = "mutation {...L ... on Mutation {refresh(input: 1) {b} ...L}} \
                      fragment L on Mutation {x: login(input: 1) {b}}";
        assert_eq!(refusal(hidden), "may have login once in an operation");
        accepts("mutation {login(input: 1) {b} logout {c} x: logout {c}}");
    }

    #[test]
    fn a_document_that_does_not_parse_is_not_repeated() {
        assert_eq!(refusal("{secret"), "does not parse: line 1, column 8");
    }
}
