//! How deep brackets go, counted before the parser sees them: it recurses, and its stack ends.

/// Deeper than any document that passes the other limits at their defaults.
pub(super) const MAX_NESTING: usize = 64;

/// Counts open brackets, outside strings and comments, in one pass over the bytes.
pub(super) fn check(query: &str) -> Result<(), String> {
    let mut rest = query.as_bytes();
    let mut open = 0_usize;
    while let [first, tail @ ..] = rest {
        rest = match first {
            b'{' | b'(' | b'[' => {
                open += 1;
                if open > MAX_NESTING {
                    return Err(format!("nests brackets more than {MAX_NESTING} deep"));
                }
                tail
            }
            b'}' | b')' | b']' => {
                open = open.saturating_sub(1);
                tail
            }
            b'#' => after_comment(tail),
            // The parser would read on after a string that does not end, as something else: what we
            // skip must be what it skips.
            b'"' => after_any_string(tail).ok_or("has a string that does not end")?,
            _ => tail,
        };
    }
    Ok(())
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
    use super::{MAX_NESTING, check};

    #[test]
    fn brackets_of_every_kind_count_together() {
        let deep = |levels: usize| "{([".repeat(levels / 3) + &"{".repeat(levels % 3);
        assert!(check(&deep(MAX_NESTING)).is_ok());
        assert!(check(&deep(MAX_NESTING + 1)).is_err());
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
            assert!(check(&text).is_ok(), "{text}");
        }
    }

    #[test]
    fn brackets_after_an_empty_string_or_a_comment_count() {
        let many = "{".repeat(100);
        for text in [format!("\"\" {many}"), format!("#\n{many}")] {
            assert!(check(&text).unwrap_err().contains("deep"), "{text}");
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
            assert_eq!(check(&text), Err(refusal), "{text}");
        }
    }
}
