//! The messages of errors as whole sentences, each of which can be understood alone.

/// Makes a sentence about a part of a request from the part's path and a predicate: `input.newEmail` and
/// `must not be empty` make "The new email address must not be empty."
pub fn field_message(path: &str, predicate: &str) -> String {
    sentence(&format!("{} {predicate}", subject(path)))
}

/// Makes a sentence of a text: with a capital letter at its start and one full stop at its end.
pub fn sentence(text: &str) -> String {
    let text = text.trim().trim_end_matches('.');
    let mut chars = text.chars();
    let Some(first) = chars.next() else {
        return String::new();
    };
    let end = if text.ends_with(['?', '!', '…']) {
        ""
    } else {
        "."
    };
    format!("{}{}{end}", first.to_uppercase(), chars.as_str())
}

fn subject(path: &str) -> String {
    match path {
        "query" => "the query".to_owned(),
        "operationName" => "the operation name".to_owned(),
        "variables" => "the value of variables".to_owned(),
        "extensions" => "the value of extensions".to_owned(),
        "body" => "the body of the request".to_owned(),
        "method" => "the method of the request".to_owned(),
        _ => named_subject(path),
    }
}

fn named_subject(path: &str) -> String {
    match path.split_once('.') {
        Some(("headers", name)) => format!("the header {name}"),
        // A client knows the input that it wrote itself by its path.
        Some(("variables" | "representations", _)) => format!("the value of {path}"),
        Some(("input", name)) => format!("the {}", in_words(name)),
        _ => format!("the argument {path}"),
    }
}

/// Spells the name of a field out: `newEmail` becomes "new email address".
fn in_words(name: &str) -> String {
    let mut words = String::with_capacity(name.len() + 8);
    for c in name.chars() {
        if c.is_ascii_uppercase() {
            words.push(' ');
        }
        words.push(c.to_ascii_lowercase());
    }
    match words.strip_suffix("email") {
        Some(rest) => format!("{rest}email address"),
        None => words,
    }
}

#[cfg(test)]
mod tests {
    use super::{field_message, sentence};

    #[test]
    fn a_path_and_a_predicate_make_a_sentence() {
        for (path, predicate, expected) in [
            (
                "input.newEmail",
                "must not be empty",
                "The new email address must not be empty.",
            ),
            ("input.username", "is taken.", "The username is taken."),
            (
                "input.organizationName",
                "must not be empty",
                "The organization name must not be empty.",
            ),
            (
                "variables.input.email",
                "is required",
                "The value of variables.input.email is required.",
            ),
            (
                "headers.X-Device-ID",
                "must be UTF-8",
                "The header X-Device-ID must be UTF-8.",
            ),
            (
                "operationName",
                "must be a string",
                "The operation name must be a string.",
            ),
            ("query", "is missing", "The query is missing."),
            (
                "first",
                "must be between 0 and 100",
                "The argument first must be between 0 and 100.",
            ),
        ] {
            assert_eq!(field_message(path, predicate), expected);
        }
    }

    #[test]
    fn a_sentence_ends_once() {
        for text in ["it ends", "It ends.", "it ends..", " It ends. "] {
            assert_eq!(sentence(text), "It ends.");
        }
        assert_eq!(sentence("did it end?"), "Did it end?");
        assert_eq!(sentence(""), "");
    }
}
