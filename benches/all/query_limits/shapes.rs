//! The worst known documents, in every size.

use std::fmt::Write;

use serde_json::{Value, json};

/// A family of requests that grows with a number.
pub struct Shape {
    pub name: &'static str,
    make: Box<dyn Fn(usize) -> Value>,
}

impl Shape {
    /// The largest request of this shape whose JSON text fits.
    pub fn of_size(&self, bytes: usize) -> Value {
        let fits = |units: usize| (self.make)(units).to_string().len() <= bytes;
        let (mut least, mut most) = (0, 1);
        while fits(most) && most < bytes {
            (least, most) = (most, most * 2);
        }
        while least + 1 < most {
            let middle = usize::midpoint(least, most);
            if fits(middle) {
                least = middle;
            } else {
                most = middle;
            }
        }
        (self.make)(least)
    }
}

/// `unit(0) unit(1) …`, `count` of them.
fn each(count: usize, unit: impl Fn(usize) -> String) -> String {
    (0..count).fold(String::new(), |mut text, number| {
        write!(text, "{} ", unit(number)).unwrap();
        text
    })
}

fn document(name: &'static str, query: impl Fn(usize) -> String + 'static) -> Shape {
    request(name, move |n| json!({ "query": query(n) }))
}

fn request(name: &'static str, make: impl Fn(usize) -> Value + 'static) -> Shape {
    Shape {
        name,
        make: Box::new(make),
    }
}

/// Every shape, by subject.
pub fn all() -> Vec<Shape> {
    [
        nesting(),
        fragments(),
        fields(),
        values(),
        variables(),
        operations(),
        text(),
        schema(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn nesting() -> Vec<Shape> {
    let inside = |open: &'static str, close: &'static str| {
        move |n: usize| format!("{{a(b:{}1{})}}", open.repeat(n), close.repeat(n))
    };
    vec![
        document("nested selections", |n| {
            format!("{}a{}", "{a".repeat(n), "}".repeat(n))
        }),
        document("nested inline fragments", |n| {
            format!("{}{{a}}{}", "{...".repeat(n), "}".repeat(n))
        }),
        document("nested lists", inside("[", "]")),
        document("nested objects", inside("{a:", "}")),
        document("nested list types", |n| {
            format!("query($a:{}Int{}){{a}}", "[".repeat(n), "]".repeat(n))
        }),
        document("unclosed braces", |n| "{a".repeat(n)),
        document("unclosed lists", |n| format!("{{a(b:{}", "[".repeat(n))),
        document("closed, never opened", |n| format!("{{a{}", "}".repeat(n))),
        document("lists behind an unfinished block string", |n| {
            format!("{{a(b:[\"\"\"x\"{}", "[".repeat(n))
        }),
        document("selections behind an unfinished block string", |n| {
            format!("{{a(b:[\"\"\"x\"]){}", "{a".repeat(n))
        }),
        behind_a_string("500 lists behind an unfinished block string", 500),
        behind_a_string("700 lists behind an unfinished block string", 700),
        behind_a_string("1500 lists behind an unfinished block string", 1500),
        behind_a_string("2500 lists behind an unfinished block string", 2500),
        document("60 inline fragments in each of 30 fragments", |n| {
            // Each fragment ends in a spread of the next; a comment of `n` characters fills the rest.
            let deep = |inner: &str| format!("{}{{{inner}}}{}", "{...".repeat(60), "}".repeat(60));
            let chain = each(29, |i| {
                format!("fragment F{i} on Query{}", deep(&format!("...F{}", i + 1)))
            });
            format!(
                "{{...F0}} {chain} fragment F29 on Query{} #{}",
                deep("me{id}"),
                "x".repeat(n)
            )
        }),
        document("15 inline fragments in each of 30 fragments", |n| {
            let deep = |inner: &str| format!("{}{{{inner}}}{}", "{...".repeat(15), "}".repeat(15));
            let chain = each(29, |i| {
                format!("fragment F{i} on Query{}", deep(&format!("...F{}", i + 1)))
            });
            format!(
                "{{...F0}} {chain} fragment F29 on Query{} #{}",
                deep("me{id}"),
                "x".repeat(n)
            )
        }),
    ]
}

/// Brackets after the start of a block string that never ends. A scan that takes them for text misses them, and a parser
/// that reads an empty string instead goes on with lists.
fn behind_a_string(name: &'static str, depth: usize) -> Shape {
    document(name, move |n| {
        let (open, close) = ("[".repeat(depth), "]".repeat(depth));
        format!(
            "{{sessions(after:[\"\"\"x\"{open}{close}]){{totalCount}}}} #{}",
            "x".repeat(n)
        )
    })
}

fn fragments() -> Vec<Shape> {
    vec![
        document("doubling fragments", |n| {
            let fragment = |i| format!("fragment F{i} on Query{{...F{} ...F{}}}", i + 1, i + 1);
            format!(
                "{{...F0}} {} fragment F{n} on Query{{me{{id}}}}",
                each(n, fragment)
            )
        }),
        document("29 doubling fragments", |n| {
            let fragment = |i| format!("fragment F{i} on Query{{...F{} ...F{}}}", i + 1, i + 1);
            format!(
                "{{...F0}} {} fragment F29 on Query{{me{{id}}}} #{}",
                each(29, fragment),
                "x".repeat(n)
            )
        }),
        document("chain of fragments", |n| {
            let fragment = |i| format!("fragment F{i} on Query{{...F{}}}", i + 1);
            format!(
                "{{...F0}} {} fragment F{n} on Query{{me{{id}}}}",
                each(n, fragment)
            )
        }),
        document("circle of fragments", |n| {
            let fragment = |i| format!("fragment F{i} on Query{{...F{}}}", (i + 1) % n.max(1));
            format!("{{...F0}} {}", each(n, fragment))
        }),
        document("30 fragments that spread all of them", |n| {
            let spreads = |i: usize| each(30, move |j| format!("...F{}", (i + j) % 30));
            let fragments = each(30, |i| format!("fragment F{i} on Query{{{}}}", spreads(i)));
            format!("{{...F0}} {fragments} #{}", "x".repeat(n))
        }),
        document("many tiny fragments", |n| {
            format!("{{a}} {}", each(n, |i| format!("fragment F{i} on Q{{a}}")))
        }),
        document("one fragment spread often", |n| {
            format!("{{{}}} fragment F on Query{{me{{id}}}}", "...F ".repeat(n))
        }),
        document("unknown fragments", |n| {
            format!("{{{}}}", each(n, |i| format!("...F{i}")))
        }),
    ]
}

fn fields() -> Vec<Shape> {
    vec![
        document("aliases", |n| {
            format!("{{{}}}", each(n, |i| format!("a{i}:me{{id}}")))
        }),
        document("one field often", |n| {
            format!("{{me{{{}}}}}", "id ".repeat(n))
        }),
        document("499 fields", |n| {
            format!("{{me{{{}}}}} #{}", "id ".repeat(499), "x".repeat(n))
        }),
        document("499 unknown fields", |n| {
            format!(
                "{{me{{{}}}}} #{}",
                each(499, |i| format!("emailVerifie{i}")),
                "x".repeat(n)
            )
        }),
        document("unknown field with a long name", |n| {
            format!("{{me{{{}}}}}", "a".repeat(n))
        }),
        document("unknown root field with a long name", |n| {
            format!("mutation{{{}}}", "a".repeat(n))
        }),
        document("30 directives of a long name", |n| {
            format!(
                "{{me{{id {}}}}}",
                format!("@{} ", "a".repeat(n / 30 + 1)).repeat(30)
            )
        }),
        document("directives on one field", |n| {
            format!("{{a {}}}", "@b".repeat(n))
        }),
        document("directives on many fields", |n| {
            format!("{{{}}}", "a@b ".repeat(n))
        }),
        document("directives with variables", |n| {
            format!(
                "query($v:Boolean!){{me{{{}}}}}",
                "id@skip(if:$v) ".repeat(n)
            )
        }),
        document("arguments of one directive", |n| {
            format!("{{me{{id@skip({})}}}}", each(n, |i| format!("a{i}:1")))
        }),
    ]
}

fn values() -> Vec<Shape> {
    let value = |open: &'static str, unit: &'static str, close: &'static str| {
        move |n: usize| {
            format!(
                "{{sessions(after:{open}{}{close}){{totalCount}}}}",
                unit.repeat(n)
            )
        }
    };
    vec![
        document("arguments", |n| {
            format!(
                "{{sessions({}){{totalCount}}}}",
                each(n, |i| format!("a{i}:1"))
            )
        }),
        document("one argument often", |n| {
            format!("{{sessions({}){{totalCount}}}}", "after:1 ".repeat(n))
        }),
        document("one field twice with many arguments", |n| {
            let field =
                |prefix: char| format!("me({}){{id}}", each(n, |i| format!("{prefix}{i}:1")));
            format!("{{{} {}}}", field('a'), field('b'))
        }),
        document("one field twice with the same arguments", |n| {
            let field = format!("me({}){{id}}", each(n, |i| format!("a{i}:1")));
            format!("{{{field} {field}}}")
        }),
        document("two fields under one long alias with many arguments", |n| {
            let alias = "a".repeat(n * 5);
            format!(
                "{{{alias}:me({}){{id}} {alias}:me{{id}}}}",
                each(n, |i| format!("a{i}:1"))
            )
        }),
        document("long list", value("[", "1 ", "]")),
        document("list of lists", value("[", "[]", "]")),
        document("list of objects", value("[", "{}", "]")),
        document("list of strings", value("[", "\"\" ", "]")),
        document("object of many keys", |n| {
            format!(
                "mutation{{login(input:{{{}}}){{user{{id}}}}}}",
                each(n, |i| format!("a{i}:1"))
            )
        }),
        document("long number", |n| {
            format!("{{sessions(first:{}){{totalCount}}}}", "9".repeat(n))
        }),
        document("long string", value("\"", "x", "\"")),
        document("string of escapes", value("\"", "\\u0041", "\"")),
        document(
            "block string of many lines",
            value("\"\"\"", " \n", "\"\"\""),
        ),
        document(
            "block string of escapes",
            value("\"\"\"", "\\\"\"\"", "\"\"\""),
        ),
        document("unfinished string", |n| {
            format!("{{a(b:\"{}", "x".repeat(n))
        }),
        document("unfinished block strings", |n| {
            // `"\\"` ends before the three quotes that follow, and hides them from those before it.
            format!("{{a(b:[{}])}}", "\"\\\\\"\"\"\"x\" ".repeat(n))
        }),
    ]
}

fn variables() -> Vec<Shape> {
    let declared = |n: usize, ty: &str| each(n, |i| format!("$v{i}:{ty}"));
    vec![
        document("variables, unused", move |n| {
            format!("query({}){{me{{id}}}}", declared(n, "Int"))
        }),
        document("variables, all used", move |n| {
            let used = each(n, |i| format!("$v{i}"));
            format!(
                "query({}){{sessions(after:[{used}]){{totalCount}}}}",
                declared(n, "Int")
            )
        }),
        document("variables, the last one used often", move |n| {
            let used = format!("first:$v{} ", n.saturating_sub(1)).repeat(n);
            format!(
                "query({}){{sessions({used}){{totalCount}}}}",
                declared(n, "Int")
            )
        }),
        document("variables of a long operation name, unused", move |n| {
            format!(
                "query {}({}){{me{{id}}}}",
                "q".repeat(n * 8),
                declared(n, "Int")
            )
        }),
        document("variables of a long operation name, undefined", move |n| {
            let used = each(n, |i| format!("$v{i}"));
            format!(
                "query {}{{sessions(after:[{used}]){{totalCount}}}}",
                "q".repeat(n * 5)
            )
        }),
        document("variable of a list of an unknown type", |n| {
            format!("query($v:[Nope]=[1]){{me{{id}}}} #{}", "x".repeat(n))
        }),
        request("long variable used often", |n| {
            let query = format!(
                "query($v:String){{sessions(after:[{}]){{totalCount}}}}",
                "$v".repeat(n)
            );
            json!({ "query": query, "variables": { "v": "x".repeat(2 * n) } })
        }),
        request("variable with a long list used often", |n| {
            let query = format!(
                "query($v:[Int]){{sessions(after:[{}]){{totalCount}}}}",
                "$v".repeat(n)
            );
            json!({ "query": query, "variables": { "v": vec![1; n] } })
        }),
        request(
            "variable with a list of objects, as an argument, often",
            |n| {
                let query = format!(
                    "query($v:[Int]){{sessions({}){{totalCount}}}}",
                    "after:$v ".repeat(n)
                );
                json!({ "query": query, "variables": { "v": vec![json!({}); 3 * n] } })
            },
        ),
        request("list of a variable with a long name, all wrong", |n| {
            let name = "v".repeat(2 * n);
            json!({ "query": format!("query(${name}:[Int!]){{me{{id}}}}"), "variables": { name: vec![""; n] } })
        }),
        request("list of a variable with a long name, all right", |n| {
            let name = "v".repeat(n);
            json!({ "query": format!("query(${name}:[Int!]){{me{{id}}}}"), "variables": { name: vec![1; n] } })
        }),
        request("many variables", |n| {
            let many = |i: usize| (format!("v{i}"), json!(1));
            let variables: serde_json::Map<_, _> = (0..n).map(many).collect();
            json!({ "query": "{ __typename }", "variables": variables })
        }),
        request("nested variable", |n| {
            let deep = n.min(120);
            let text = format!("{}{}", "[".repeat(deep), "]".repeat(deep));
            let value: Value = serde_json::from_str(&text).unwrap();
            let query = format!(
                "query($v:[Int]){{sessions(after:$v){{totalCount}}}} #{}",
                "x".repeat(n)
            );
            json!({ "query": query, "variables": { "v": value } })
        }),
    ]
}

fn operations() -> Vec<Shape> {
    let named = |name: &'static str, query: Box<dyn Fn(usize) -> String>| {
        request(
            name,
            move |n| json!({ "query": query(n), "operationName": "q0" }),
        )
    };
    let fields = |count: usize| "id ".repeat(count);
    vec![
        named(
            "many operations",
            Box::new(|n| each(n, |i| format!("query q{i}{{me{{id}}}}"))),
        ),
        named(
            "many operations that spread one fragment",
            Box::new(move |n| {
                let operations = each(n, |i| format!("query q{i}{{...F}}"));
                format!("{operations} fragment F on Query{{me{{{}}}}}", fields(490))
            }),
        ),
        named(
            "many mutations that spread one fragment",
            Box::new(move |n| {
                let operations = each(n, |i| format!("mutation q{i}{{...F}}"));
                format!(
                    "{operations} fragment F on Mutation{{{}}}",
                    "...{...@skip(if:true){logout{revokedSessions}}}".repeat(19)
                )
            }),
        ),
        named(
            "many mutations that spread inline fragments",
            Box::new(move |n| {
                let operations = each(n, |i| format!("mutation q{i}{{...F}}"));
                let deep = format!(
                    "{}{{logout{{revokedSessions}}}}{}",
                    "{...".repeat(55),
                    "}".repeat(55)
                );
                format!(
                    "{operations} fragment F on Mutation{{{}}}",
                    format!("...{deep}").repeat(8)
                )
            }),
        ),
        named(
            "many operations with undefined variables in a fragment",
            Box::new(|n| {
                let used = each(n, |i| format!("$v{i}"));
                let operations = each(n / 2, |i| format!("query q{i}{{...F}}"));
                format!(
                    "{operations} fragment F on Query{{sessions(after:[{used}]){{totalCount}}}}"
                )
            }),
        ),
        named(
            "many operations of one name",
            Box::new(|n| "query q{me{id}} ".repeat(n)),
        ),
    ]
}

fn text() -> Vec<Shape> {
    vec![
        document("nothing", |n| " ".repeat(n)),
        document("commas", |n| format!("{{{}me{{id}}}}", ",".repeat(n))),
        document("one comment", |n| format!("{{me{{id}}}}#{}", "#".repeat(n))),
        document("many comments", |n| {
            format!("{{{}me{{id}}}}", "#\n".repeat(n))
        }),
        document("comments between fields", |n| {
            format!("{{me{{{}}}}}", "#\nid ".repeat(n))
        }),
        document("comment before an unclosed end", |n| {
            format!("{}a #{}", "{a".repeat(60), "x".repeat(n))
        }),
        document("quotes", |n| "\"".repeat(n)),
        document("quotes in a list", |n| format!("{{a(b:[{}", "\"".repeat(n))),
        document("backslashes in a string", |n| {
            format!("{{a(b:\"{}", "\\".repeat(n))
        }),
        document("dots", |n| format!("{{{}", ".".repeat(n))),
        document("garbage", |n| {
            each(n, |i| {
                let code = 33 + u32::try_from(i * 7919 % 900).unwrap();
                char::from_u32(code).unwrap().to_string()
            })
        }),
        document("words", |n| "query ".repeat(n)),
        document("control characters", |n| "\0".repeat(n)),
        request(
            "operation name",
            |n| json!({ "query": "query q{me{id}}", "operationName": "q".repeat(n) }),
        ),
    ]
}

fn schema() -> Vec<Shape> {
    // A type's fields' types' fields …, through `!` or not: twice as many paths for each hop.
    let hops = |count: usize, hop: &'static str| {
        move |n: usize| {
            let fragment = |i: usize| {
                let next = if i + 1 == count {
                    "name".to_owned()
                } else {
                    format!("...F{}", i + 1)
                };
                format!("fragment F{i} on __Type{{{}}}", hop.replace("NEXT", &next))
            };
            format!(
                "{{__schema{{types{{...F0}}}}}} {} #{}",
                each(count, fragment),
                "x".repeat(n)
            )
        }
    };
    let plain = "fields{type{NEXT ofType{NEXT}}}";
    let lists = "fields{type{NEXT ofType{NEXT ofType{ofType{NEXT}}}}}";
    vec![
        document("introspection in circles, 4 hops", hops(4, plain)),
        document("introspection in circles, 5 hops", hops(5, plain)),
        document("introspection in circles, 6 hops", hops(6, plain)),
        document(
            "introspection in circles through lists, 3 hops",
            hops(3, lists),
        ),
        document("introspection 20 times", |n| {
            let once = "__schema{types{name fields{name args{name type{name ofType{name}}} type{name ofType{name}}}}}";
            format!("{{{}}} #{}", once.repeat(20), "x".repeat(n))
        }),
        document("one type name often", |n| {
            format!(
                "{{me{{id {}}}}} #{}",
                "__typename ".repeat(490),
                "x".repeat(n)
            )
        }),
    ]
}
