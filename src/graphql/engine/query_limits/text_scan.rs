//! The scan of a document's text, in one pass over its bytes before the parser sees it.
//!
//! It limits the nesting of brackets, since the parser recurses and its stack ends. It counts the words, since parsing and
//! validating take time for each. And it refuses an input that has a field twice, since the parser forgets the first
//! (GraphQL October 2021, section 5.6.3).

use std::collections::HashSet;

use super::MAX_NESTING;
use super::error::QueryError;
use crate::graphql::spec::reveal_types::MAX_NAME;

/// The counts of a document's text, outside strings and comments.
#[derive(Clone, Copy, Debug, Default)]
pub struct TextScan {
    /// Names, numbers, strings and punctuation marks.
    pub words: u64,
    /// Variables, each time they are declared or used.
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

impl TextScan {
    /// Counts the words and variables of a document.
    ///
    /// # Errors
    /// When the parser must not see the document.
    pub fn read(query: &str) -> Result<Self, QueryError> {
        let mut scan = Self::default();
        let mut rest = query.as_bytes();
        let mut open: Vec<Open> = Vec::new();
        while let [first, tail @ ..] = rest {
            scan.words += u64::from(!matches!(first, b'#' | b' ' | b'\t' | b'\n' | b'\r'));
            rest = match first {
                b'{' | b'(' | b'[' => {
                    open_bracket(*first, &mut open)?;
                    tail
                }
                b'}' | b')' | b']' => {
                    open.pop();
                    tail
                }
                b'$' => {
                    scan.variables += 1;
                    tail
                }
                b'#' => after_comment(tail),
                // The parser would go on after a string that does not end, and read it as something else. The scan must
                // skip exactly the bytes that the parser skips.
                b'"' => after_any_string(tail).ok_or(QueryError::UnterminatedString)?,
                byte if is_name_byte(*byte) => after_name(rest, &mut open)?,
                _ => tail,
            };
        }
        Ok(scan)
    }
}

fn open_bracket(bracket: u8, open: &mut Vec<Open<'_>>) -> Result<(), QueryError> {
    if open.len() == MAX_NESTING {
        return Err(QueryError::BracketsTooDeep);
    }
    let is_input = || open.iter().any(|outer| matches!(outer, Open::Parenthesis));
    let opened = match bracket {
        b'(' => Open::Parenthesis,
        b'{' if is_input() => Open::Input(HashSet::new()),
        _ => Open::Other,
    };
    open.push(opened);
    Ok(())
}

/// Skips the name at the start of the text. In an input, a name before a colon is a field.
fn after_name<'a>(text: &'a [u8], open: &mut [Open<'a>]) -> Result<&'a [u8], QueryError> {
    let length = text.iter().take_while(|byte| is_name_byte(**byte)).count();
    if length > MAX_NAME {
        return Err(QueryError::NameTooLong);
    }
    let (name, tail) = text.split_at(length);
    if let Some(Open::Input(fields)) = open.last_mut()
        && after_ignored(tail).starts_with(b":")
        && !fields.insert(name)
    {
        return Err(QueryError::DuplicateInputField);
    }
    Ok(tail)
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

fn is_name_byte(byte: u8) -> bool {
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
    use super::{MAX_NESTING, TextScan};

    #[test]
    fn brackets_of_every_kind_count_together() {
        let deep = |levels: usize| "{([".repeat(levels / 3) + &"{".repeat(levels % 3);
        assert!(TextScan::read(&deep(MAX_NESTING)).is_ok());
        assert!(TextScan::read(&deep(MAX_NESTING + 1)).is_err());
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
            assert!(TextScan::read(&text).is_ok(), "{text}");
        }
    }

    #[test]
    fn brackets_after_an_empty_string_or_a_comment_count() {
        let many = "{".repeat(100);
        for text in [format!("\"\" {many}"), format!("#\n{many}")] {
            let error = TextScan::read(&text).unwrap_err();
            assert_eq!(
                error.to_string(),
                "nests brackets more than 64 deep",
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
            let error = TextScan::read(&text).unwrap_err();
            assert_eq!(
                error.to_string(),
                "has a string that does not end",
                "{text}"
            );
        }
    }

    #[test]
    fn words_and_variables_are_counted_outside_strings_and_comments() {
        let document = r#"query Q($a: Int = 5) { f(a: $a, b: "$x { y") # $z w
            g }"#;
        let scan = TextScan::read(document).unwrap();
        assert_eq!(scan.variables, 2);
        // query Q ( $ a : Int = 5 ) { f ( a : $ a , b : "…" ) g }
        assert_eq!(scan.words, 24);
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
            assert!(TextScan::read(once).is_ok(), "{once}");
        }
        for twice in [
            "{ f(i: { a: 1, a: 2 }) }",
            "{ f(i: { a: 1 b: { c: 1 } a # no more\n , : 2 }) }",
            "{ f(i: [{ a: 1 }, { a: 2, a: 3 }]) }",
            "query($i: I = { a: 1, a: 2 }) { f }",
            "{ f @d(i: { a: 1, a: 2 }) }",
        ] {
            let error = TextScan::read(twice).unwrap_err();
            assert_eq!(
                error.to_string(),
                "has a field of an input twice",
                "{twice}"
            );
        }
    }

    #[test]
    fn a_long_name_is_refused() {
        assert!(TextScan::read(&"a".repeat(256)).is_ok());
        assert!(TextScan::read(&"a".repeat(257)).is_err());
    }
}
