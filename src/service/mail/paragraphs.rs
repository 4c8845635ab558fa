//! Paragraphs of templates: wrapped lines in text, `<p>` in HTML.

use minijinja::value::Value;

/// RFC 5322 section 2.1.1 recommends lines of at most 78 characters.
const TEXT_WIDTH: usize = 76;

/// Wraps the lines of each paragraph.
pub(super) fn in_text(text: &str) -> Value {
    let wrapped: Vec<String> = paragraphs(text).map(|part| wrap(&part)).collect();
    Value::from(wrapped.join("\n\n"))
}

/// Marks each paragraph with `<p>`.
pub(super) fn in_html(text: &str) -> Value {
    let html: String = paragraphs(text)
        .map(|part| format!("<p>{part}</p>\n"))
        .collect();
    // The input is a block of a template, in which every value is already escaped.
    Value::from_safe_string(html)
}

/// Puts a text on one line: a line break in a subject would begin another header.
pub(super) fn one_line(text: &str) -> String {
    words(text).collect::<Vec<_>>().join(" ")
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
}

/// Splits a text at empty lines.
fn paragraphs(text: &str) -> impl Iterator<Item = String> {
    let lines = text.lines().map(str::trim).collect::<Vec<_>>().join("\n");
    let paragraphs: Vec<_> = lines
        .split("\n\n")
        .map(one_line)
        .filter(|paragraph| !paragraph.is_empty())
        .collect();
    paragraphs.into_iter()
}

fn wrap(paragraph: &str) -> String {
    let mut wrapped = String::new();
    let mut column = 0;
    for word in paragraph.split(' ') {
        let width = word.chars().count();
        if column > 0 && column + 1 + width > TEXT_WIDTH {
            wrapped.push('\n');
            column = 0;
        } else if column > 0 {
            wrapped.push(' ');
            column += 1;
        }
        wrapped.push_str(word);
        column += width;
    }
    wrapped
}
