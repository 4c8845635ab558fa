//! `QueryChecker` against documents at each limit, and beyond it.

use std::fmt::Write;

use serde_json::{Map, Value};

use super::QueryLimits;
use super::checker::QueryChecker;

const LIMITS: QueryLimits = QueryLimits {
    depth: 5,
    fields: 40,
    aliases: 3,
    directives: 3,
    root_fields: 10,
    fragments: 6,
    introspection: false,
};

fn refusal(query: &str) -> String {
    let checker = QueryChecker::of_schema(LIMITS).unwrap();
    let error = checker.check(query, &Map::new()).expect_err(query);
    error.to_string()
}

fn accepts(query: &str) {
    let checker = QueryChecker::of_schema(LIMITS).unwrap();
    assert!(checker.check(query, &Map::new()).is_ok(), "{query}");
}

#[test]
fn a_document_may_reach_each_limit_and_not_exceed_it() {
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
    let inline =
        |depth: usize, inner: &str| format!("{}{inner}{}", "...{".repeat(depth), "}".repeat(depth));
    let chained = format!(
        "{{...A}} fragment A on Q {{{}}} fragment B on Q {{{}}} fragment C on Q {{{}}}",
        inline(30, "...B"),
        inline(30, "...C"),
        inline(30, "a")
    );
    let limits = QueryLimits {
        fields: 1_000,
        ..LIMITS
    };
    let checker = QueryChecker::of_schema(limits).unwrap();
    let refusal = checker.check(&chained, &Map::new()).unwrap_err();
    assert_eq!(refusal.to_string(), "has more than 64 levels of selections");
}

#[test]
fn a_large_variable_in_many_places_is_refused() {
    let checker = QueryChecker::of_schema(LIMITS).unwrap();
    let check = |items: usize, uses: usize| {
        let document = format!("query($v: [Int]) {{a(b: [{}])}}", "$v ".repeat(uses));
        let mut variables = Map::new();
        variables.insert("v".to_owned(), Value::Array(vec![Value::from(1); items]));
        checker.check(&document, &variables)
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
