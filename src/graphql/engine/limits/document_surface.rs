//! The surface of a document, read in one pass over its bytes before the parser sees it:
//! how deep its brackets go, since the parser recurses and its stack ends, how many words it has, since
//! parsing and validating take time for each, and that no field of an input stands twice, which the
//! parser forgets (GraphQL October 2021, section 5.6.3).

use std::collections::HashSet;

use crate::graphql::spec::reveal_types::MAX_NAME;

/// Deeper than any document that passes the other limits at their defaults.
pub const MAX_NESTING: usize = 64;

/// The counts of a document outside strings and comments.
#[derive(Clone, Copy, Debug, Default)]
pub struct DocumentSurface {
    /// Names, numbers, strings and punctuation marks.
    pub words: u64,
    /// Variables, where they are declared and where they are used.
    pub variables: u64,
}

/// A bracket that is open.
enum Open<'a> {
    /// The parenthesis of arguments or of variables: every brace in it holds an input.
    Parenthesis,
    /// The brace of an input, with the names of its fields so far.
    Input(HashSet<&'a [u8]>),
    Other,
}

impl DocumentSurface {
    /// Counts, and refuses what the parser must not see.
    pub fn read(query: &str) -> Result<Self, String> {
        let mut surface = Self::default();
        let mut rest = query.as_bytes();
        let mut open: Vec<Open> = Vec::new();
        while let [first, tail @ ..] = rest {
            surface.words += u64::from(!matches!(first, b'#' | b' ' | b'\t' | b'\n' | b'\r'));
            rest = match first {
                b'{' | b'(' | b'[' => {
                    if open.len() == MAX_NESTING {
                        return Err(format!("nests brackets more than {MAX_NESTING} deep"));
                    }
                    let is_input = || open.iter().any(|it| matches!(it, Open::Parenthesis));
                    open.push(match first {
                        b'(' => Open::Parenthesis,
                        b'{' if is_input() => Open::Input(HashSet::new()),
                        _ => Open::Other,
                    });
                    tail
                }
                b'}' | b')' | b']' => {
                    open.pop();
                    tail
                }
                b'$' => {
                    surface.variables += 1;
                    tail
                }
                b'#' => after_comment(tail),
                // The parser would read on after a string that does not end, as something else: what we
                // skip must be what it skips.
                b'"' => after_any_string(tail).ok_or("has a string that does not end")?,
                byte if is_of_name(*byte) => {
                    let length = rest.iter().take_while(|byte| is_of_name(**byte)).count();
                    if length > MAX_NAME {
                        return Err(format!("has a name of more than {MAX_NAME} characters"));
                    }
                    let (name, tail) = rest.split_at(length);
                    if let Some(Open::Input(fields)) = open.last_mut()
                        && after_ignored(tail).starts_with(b":")
                        && !fields.insert(name)
                    {
                        return Err("has a field of an input twice".to_owned());
                    }
                    tail
                }
                _ => tail,
            };
        }
        Ok(surface)
    }
}

fn after_ignored(mut text: &[u8]) -> &[u8] {
    loop {
        text = match text {
            [b' ' | b'\t' | b'\n' | b'\r' | b',', tail @ ..] => tail,
            [b'#', tail @ ..] => after_comment(tail),
            _ => return text,
        }
    }
}

fn is_of_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn after_comment(text: &[u8]) -> &[u8] {
    let end = text.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
    &text[end.unwrap_or(text.len())..]
}

fn after_any_string(text: &[u8]) -> Option<&[u8]> {
    match text {
        [b'"', b'"', block @ ..] => after_block_string(block),
        _ => after_string(text),
    }
}

fn after_string(mut text: &[u8]) -> Option<&[u8]> {
    loop {
        text = match text {
            [b'"', tail @ ..] => return Some(tail),
            [b'\n' | b'\r', ..] | [b'\\', b'\n' | b'\r', ..] | [] => return None,
            [b'\\', _, tail @ ..] | [_, tail @ ..] => tail,
        }
    }
}

fn after_block_string(mut text: &[u8]) -> Option<&[u8]> {
    loop {
        text = match text {
            [b'"', b'"', b'"', tail @ ..] => return Some(tail),
            [b'\\', b'"', b'"', b'"', tail @ ..] | [_, tail @ ..] => tail,
            [] => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{DocumentSurface, MAX_NESTING};

    #[test]
    fn brackets_of_every_kind_count_together() {
        let deep = |levels: usize| "{([".repeat(levels / 3) + &"{".repeat(levels % 3);
        assert!(DocumentSurface::read(&deep(MAX_NESTING)).is_ok());
        assert!(DocumentSurface::read(&deep(MAX_NESTING + 1)).is_err());
    }

    #[test]
    fn brackets_in_strings_and_comments_do_not_count() {
        let many = "{".repeat(100);
        for text in [
            format!("{{a(b: \"{many}\")}}"),
            format!("{{a(b: \"\\\"{many}\")}}"),
            format!("{{a(b: \"\"\"{many} \\\"\"\" {many}\"\"\")}}"),
            format!("{{a # {many}\n}}"),
        ] {
            assert!(DocumentSurface::read(&text).is_ok(), "{text}");
        }
    }

    #[test]
    fn brackets_after_an_empty_string_or_a_comment_count() {
        let many = "{".repeat(100);
        for text in [format!("\"\" {many}"), format!("#\n{many}")] {
            assert!(
                DocumentSurface::read(&text).unwrap_err().contains("deep"),
                "{text}"
            );
        }
    }

    #[test]
    fn a_string_that_does_not_end_hides_nothing() {
        let many = "[".repeat(2_000);
        for text in [
            format!("{{a(b:[\"\"\"x\" {many}"),
            format!("{{a(b:[\"x\n\" {many}"),
            format!("{{a(b:[\"x\\\n {many}"),
            format!("{{a(b:[\"x {many}"),
        ] {
            let refusal = "has a string that does not end".to_owned();
            assert_eq!(DocumentSurface::read(&text).unwrap_err(), refusal, "{text}");
        }
    }

    #[test]
    fn words_and_variables_are_counted_outside_strings_and_comments() {
        let document = r#"query Q($a: Int = 5) { f(a: $a, b: "$x { y") # $z w
            g }"#;
        let surface = DocumentSurface::read(document).unwrap();
        assert_eq!(surface.variables, 2);
        // query Q ( $ a : Int = 5 ) { f ( a : $ a , b : "…" ) g }
        assert_eq!(surface.words, 24);
    }

    #[test]
    fn a_field_of_an_input_stands_once() {
        for once in [
            "{ a: f b: f a: f }",
            "{ f(i: { a: 1, b: { a: 1 } }) { a: x a: x } g(i: { a: 1 }) }",
            "{ f(i: [{ a: 1 }, { a: 2 }]) }",
            "{ f(i: { a: a, b: a c: \"a: a:\" }) }",
            "query($i: I = { a: 1 }, $j: I = { a: 2 }) { f }",
        ] {
            assert!(DocumentSurface::read(once).is_ok(), "{once}");
        }
        for twice in [
            "{ f(i: { a: 1, a: 2 }) }",
            "{ f(i: { a: 1 b: { c: 1 } a # no more\n , : 2 }) }",
            "{ f(i: [{ a: 1 }, { a: 2, a: 3 }]) }",
            "query($i: I = { a: 1, a: 2 }) { f }",
            "{ f @d(i: { a: 1, a: 2 }) }",
        ] {
            assert!(
                DocumentSurface::read(twice).unwrap_err().contains("twice"),
                "{twice}"
            );
        }
    }

    #[test]
    fn a_long_name_is_refused() {
        assert!(DocumentSurface::read(&"a".repeat(256)).is_ok());
        assert!(DocumentSurface::read(&"a".repeat(257)).is_err());
    }
}
