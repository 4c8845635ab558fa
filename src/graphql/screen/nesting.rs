//! How deep brackets go, counted before the parser sees them: it recurses, and its stack ends.

/// Deeper than any document that passes the other limits at their defaults.
const MAX_NESTING: usize = 64;

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
            b'"' => match tail {
                [b'"', b'"', block @ ..] => after_block_string(block),
                _ => after_string(tail),
            },
            _ => tail,
        };
    }
    Ok(())
}

fn after_comment(text: &[u8]) -> &[u8] {
    let end = text.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
    &text[end.unwrap_or(text.len())..]
}

#[expect(
    clippy::match_same_arms,
    reason = "an escape skips two bytes, and must come first"
)]
fn after_string(mut text: &[u8]) -> &[u8] {
    loop {
        match text {
            [b'\\', _, tail @ ..] => text = tail,
            // A string cannot hold a line break: this one is malformed and ends here.
            [b'"' | b'\n' | b'\r', tail @ ..] => return tail,
            [_, tail @ ..] => text = tail,
            [] => return text,
        }
    }
}

#[expect(
    clippy::match_same_arms,
    reason = "an escape skips its quotes, and must come first"
)]
fn after_block_string(mut text: &[u8]) -> &[u8] {
    loop {
        match text {
            [b'\\', b'"', b'"', b'"', tail @ ..] => text = tail,
            [b'"', b'"', b'"', tail @ ..] => return tail,
            [_, tail @ ..] => text = tail,
            [] => return text,
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
    fn brackets_after_an_empty_or_unfinished_string_count() {
        let many = "{".repeat(100);
        for text in [
            format!("\"\" {many}"),
            format!("\"a\n{many}"),
            format!("#\n{many}"),
        ] {
            assert!(check(&text).is_err(), "{text}");
        }
    }
}
