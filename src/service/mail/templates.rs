//! Turning what a message says into a subject, a text and a page of HTML, in the reader's language.
//!
//! `mail/` holds a layout for each form and a folder for each language with a file for each message:
//! to add a language is to add a folder. An operator's own folder may replace any file and add
//! languages. Every template is tried at the start, so that a mistake stops the start, not a mail.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use minijinja::value::{Serde, Value};
use minijinja::{AutoEscape, Environment, Output, State, UndefinedBehavior};
use rust_embed::RustEmbed;
use serde::Serialize;

use super::content::{Content, Template};
use crate::domain::Languages;

/// The files that every build has.
#[derive(RustEmbed)]
#[folder = "mail/"]
struct Embedded;

/// RFC 5322 section 2.1.1 asks for lines of at most 78 characters.
const TEXT_WIDTH: usize = 76;

/// The templates in every language, ready to render.
pub struct Templates {
    text: Environment<'static>,
    html: Environment<'static>,
    languages: Languages,
    product: String,
    registration: bool,
}

/// A message as people read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rendered {
    pub subject: String,
    pub text: String,
    pub html: String,
}

#[derive(Serialize)]
struct Context<'a> {
    product: &'a str,
    registration: bool,
    #[serde(flatten)]
    content: &'a Content,
}

impl Templates {
    /// Reads the templates, those in the folder before our own. `product` is what the service calls
    /// itself before people, and `registration` whether somebody who is invited may register.
    ///
    /// # Errors
    /// Says which file is missing or wrong.
    pub fn load(folder: Option<&Path>, product: &str, registration: bool) -> Result<Self, String> {
        let mut files = BTreeMap::new();
        for name in Embedded::iter() {
            let file = Embedded::get(&name).ok_or_else(|| format!("{name} is not in the build"))?;
            let source = String::from_utf8_lossy(&file.data).into_owned();
            files.insert(name.into_owned(), source);
        }
        if let Some(folder) = folder {
            read_folder(folder, folder, &mut files)?;
        }
        let mut templates = Self {
            text: environment(AutoEscape::None, text_paragraphs),
            html: environment(AutoEscape::Html, html_paragraphs),
            languages: Languages::default(),
            product: product.to_owned(),
            registration,
        };
        for (name, source) in files {
            templates.add(&name, source)?;
        }
        templates.try_all()?;
        Ok(templates)
    }

    fn add(&mut self, name: &str, source: String) -> Result<(), String> {
        let wrong = |error: minijinja::Error| format!("{name}: {error:#}");
        match name {
            "layout.txt" => self
                .text
                .add_template_owned("layout", source)
                .map_err(wrong)?,
            "layout.html" => self
                .html
                .add_template_owned("layout", source)
                .map_err(wrong)?,
            _ => {
                let Some((language, _)) = name.split_once('/') else {
                    return Ok(()); // nothing of ours, such as an operator's notes
                };
                self.languages.insert(language);
                let name = name.to_lowercase();
                self.text
                    .add_template_owned(name.clone(), source.clone())
                    .map_err(wrong)?;
                self.html
                    .add_template_owned(name.clone(), source)
                    .map_err(wrong)?;
            }
        }
        Ok(())
    }

    fn try_all(&self) -> Result<(), String> {
        for language in self.languages.iter() {
            for template in Template::ALL {
                for content in Content::samples(template, language) {
                    self.render(template, &content)?;
                }
            }
        }
        Ok(())
    }

    /// The first of these languages that there are templates in; `None` if there are in none.
    pub(super) fn known_language(&self, wishes: &[String]) -> Option<&str> {
        self.languages.find(wishes)
    }

    /// The language to write to somebody who reads these, best first, as `de` or `de-at`.
    pub(super) fn language(&self, wishes: &[String]) -> &str {
        self.languages.choose(wishes)
    }

    /// # Errors
    /// Says which template is wrong, and how.
    pub(super) fn render(&self, template: Template, content: &Content) -> Result<Rendered, String> {
        let language = self.languages.known_or_fallback(&content.language);
        let name = format!("{language}/{}.jinja", template.name());
        let wrong = |error: minijinja::Error| format!("{name}: {error:#}");
        let content = content.without_foreign_links();
        let values = || {
            Value::from(Serde(Context {
                product: &self.product,
                registration: self.registration,
                content: &content,
            }))
        };
        let text = self.text.get_template(&name).map_err(wrong)?;
        let mut text = text.render_captured(values()).map_err(wrong)?;
        let subject = text
            .with_state_mut(|state| state.render_block("subject"))
            .map_err(wrong)?;
        let html = self.html.get_template(&name).map_err(wrong)?;
        Ok(Rendered {
            // One line, whatever stood in it: a line break would begin another header.
            subject: words(&subject).collect::<Vec<_>>().join(" "),
            text: trimmed(&text.into_output()),
            html: trimmed(&html.render(values()).map_err(wrong)?),
        })
    }
}

/// What stands around the blocks of a template is line breaks.
fn trimmed(text: &str) -> String {
    format!("{}\n", text.trim())
}

fn environment(escape: AutoEscape, paragraphs: fn(&str) -> Value) -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(move |_| escape.clone());
    environment.set_formatter(write_value);
    environment.add_filter("paragraphs", move |text: &str| paragraphs(text));
    environment
}

/// Writes a value into a message. In HTML, slashes stay as they are, which minijinja would write as `&#x2f;`: programs
/// that look for links in the source would not know ours.
fn write_value(
    output: &mut Output,
    state: &mut State,
    value: &Value,
) -> Result<(), minijinja::Error> {
    let is_escaped = matches!(state.auto_escape(), AutoEscape::Html) && !value.is_safe();
    let Some(text) = value.as_str().filter(|_| is_escaped) else {
        return minijinja::escape_formatter(output, state, value);
    };
    let escape = |c: char| match c {
        '<' => output.write_str("&lt;"),
        '>' => output.write_str("&gt;"),
        '&' => output.write_str("&amp;"),
        '"' => output.write_str("&quot;"),
        '\'' => output.write_str("&#39;"),
        c => output.write_char(c),
    };
    text.chars()
        .try_for_each(escape)
        .map_err(minijinja::Error::from)
}

/// Every file below a folder, by its path from there.
fn read_folder(
    folder: &Path,
    root: &Path,
    files: &mut BTreeMap<String, String>,
) -> Result<(), String> {
    let unreadable = |error: std::io::Error| format!("{}: {error}", folder.display());
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.is_dir() {
            read_folder(&path, root, files)?;
            continue;
        }
        let Some(name) = path.strip_prefix(root).ok().and_then(Path::to_str) else {
            continue;
        };
        let is_template = |end| path.extension().is_some_and(|it| it == end);
        if ["jinja", "html", "txt"].into_iter().any(is_template) {
            let source = std::fs::read_to_string(&path)
                .map_err(|error| format!("{}: {error}", path.display()))?;
            files.insert(name.to_owned(), source);
        }
    }
    Ok(())
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
}

/// The paragraphs of a template, which empty lines part.
fn parts(text: &str) -> impl Iterator<Item = String> {
    let lines = text.lines().map(str::trim).collect::<Vec<_>>().join("\n");
    let parts: Vec<_> = lines
        .split("\n\n")
        .map(|part| words(part).collect::<Vec<_>>().join(" "))
        .filter(|part| !part.is_empty())
        .collect();
    parts.into_iter()
}

fn text_paragraphs(text: &str) -> Value {
    let wrapped: Vec<String> = parts(text).map(|part| wrap(&part)).collect();
    Value::from(wrapped.join("\n\n"))
}

fn html_paragraphs(text: &str) -> Value {
    let paragraphs: String = parts(text).map(|part| format!("<p>{part}</p>\n")).collect();
    // What came in was a block of a template, in which every value is escaped already.
    Value::from_safe_string(paragraphs)
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

#[cfg(test)]
mod tests {
    use super::{Content, Template, Templates};

    fn templates() -> Templates {
        Templates::load(None, "Acme & <Co>", true).unwrap()
    }

    #[test]
    fn every_message_has_a_subject_a_text_and_a_page_in_every_language_and_its_link_if_it_has_one()
    {
        let templates = templates();
        assert!(templates.languages.iter().count() >= 2);
        for language in templates.languages.iter() {
            for template in Template::ALL {
                let content = Content::samples(template, language).remove(0);
                let rendered = templates.render(template, &content).unwrap();
                assert!(!rendered.subject.is_empty(), "{language} {template:?}");
                let links = rendered.html.matches("href=").count();
                assert_eq!(content.link.is_some(), template.link().is_some());
                if let Some(link) = content.link {
                    assert!(rendered.text.contains(&link), "{language} {template:?}");
                    assert_eq!(links, 1, "{language} {template:?}");
                } else {
                    assert_eq!(links, 0, "{language} {template:?}");
                }
                for line in rendered.text.lines() {
                    assert!(
                        line.chars().count() <= 78,
                        "{language} {template:?}: {line}"
                    );
                }
            }
        }
    }

    #[test]
    fn values_are_escaped_in_html_and_not_in_text() {
        let templates = templates();
        let mut content = Content::samples(Template::NewDevice, "en").remove(0);
        let script = "<script>alert(1)</script>".to_owned();
        content.event.as_mut().unwrap().device = Some(script.clone());
        let rendered = templates.render(Template::NewDevice, &content).unwrap();
        assert!(rendered.text.contains(&script), "{}", rendered.text);
        assert!(!rendered.html.contains("<script"), "{}", rendered.html);
        assert!(rendered.html.contains("Acme &amp; &lt;Co&gt;"));
    }

    #[test]
    fn a_link_stands_in_html_as_programs_look_for_it() {
        let templates = templates();
        let mut content = Content::samples(Template::VerifyEmail, "en").remove(0);
        content.link = Some("https://example.com/a/b?c&d=\"'<>#token=lkm_x".to_owned());
        let rendered = templates.render(Template::VerifyEmail, &content).unwrap();
        let link = "href=\"https://example.com/a/b?c&amp;d=&quot;&#39;&lt;&gt;#token=lkm_x\"";
        assert!(rendered.html.contains(link), "{}", rendered.html);
    }

    #[test]
    fn a_value_with_line_breaks_makes_no_further_line_of_a_subject() {
        let product = "Acme\r\nBcc: eve@example.com";
        let templates = Templates::load(None, product, true).unwrap();
        for template in Template::ALL {
            let content = Content::samples(template, "en").remove(0);
            let rendered = templates.render(template, &content).unwrap();
            assert!(!rendered.subject.contains(['\r', '\n']), "{template:?}");
        }
    }
}
