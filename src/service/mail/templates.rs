//! Rendering a message as a subject, a text and an HTML page, in the reader's language.
//!
//! `mail/` contains a layout for each format and a folder for each language with a file for each message:
//! to add a language, add a folder. An operator's own folder may replace any file and add
//! languages. Every template is rendered at the start, so that a mistake stops the start, not a mail.

use std::fmt::Write;
use std::path::Path;

use minijinja::value::{Serde, Value};
use minijinja::{AutoEscape, Environment, Output, State, UndefinedBehavior};
use serde::Serialize;

use super::content::{Content, Template};
use super::template_error::TemplateError;
use super::{paragraphs, template_files};
use crate::domain::Languages;

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
    /// Loads the templates. Those in the folder replace the built-in ones. `product` is the name of the service, and
    /// `registration` says whether an invited person may register.
    pub fn load(
        folder: Option<&Path>,
        product: &str,
        registration: bool,
    ) -> Result<Self, TemplateError> {
        let mut templates = Self {
            text: environment(AutoEscape::None, paragraphs::in_text),
            html: environment(AutoEscape::Html, paragraphs::in_html),
            languages: Languages::default(),
            product: product.to_owned(),
            registration,
        };
        for (name, source) in template_files::read(folder)? {
            templates.add(&name, source)?;
        }
        templates.try_all()?;
        Ok(templates)
    }

    fn add(&mut self, file: &str, source: String) -> Result<(), TemplateError> {
        let invalid = TemplateError::in_file(file);
        match file {
            "layout.txt" => self.text.add_template_owned("layout", source),
            "layout.html" => self.html.add_template_owned("layout", source),
            _ => {
                let Some((language, _)) = file.split_once('/') else {
                    return Ok(()); // not a template, such as an operator's notes
                };
                self.languages.insert(language);
                let name = file.to_lowercase();
                let text = self.text.add_template_owned(name.clone(), source.clone());
                text.map_err(invalid)?;
                self.html.add_template_owned(name, source)
            }
        }
        .map_err(invalid)
    }

    fn try_all(&self) -> Result<(), TemplateError> {
        for language in self.languages.iter() {
            for &template in Template::ALL {
                for content in Content::samples(template, language) {
                    self.render(template, &content)?;
                }
            }
        }
        Ok(())
    }

    /// Returns the first of these languages that has templates; `None` if none has.
    pub(super) fn known_language(&self, wishes: &[String]) -> Option<&str> {
        self.languages.find(wishes)
    }

    /// Returns the language for a person who reads these, best first, as `de` or `de-at`.
    pub(super) fn language(&self, wishes: &[String]) -> &str {
        self.languages.choose(wishes)
    }

    /// Renders a message in the language of its content.
    pub(super) fn render(
        &self,
        template: Template,
        content: &Content,
    ) -> Result<Rendered, TemplateError> {
        let language = self.languages.known_or_fallback(&content.language);
        let name = format!("{language}/{}.jinja", template.name());
        let invalid = TemplateError::in_file(&name);
        let content = content.without_foreign_links();
        let values = || {
            Value::from(Serde(Context {
                product: &self.product,
                registration: self.registration,
                content: &content,
            }))
        };
        let text = self.text.get_template(&name).map_err(invalid)?;
        let mut text = text.render_captured(values()).map_err(invalid)?;
        let subject = text.with_state_mut(|state| state.render_block("subject"));
        let html = self.html.get_template(&name).map_err(invalid)?;
        Ok(Rendered {
            subject: paragraphs::one_line(&subject.map_err(invalid)?),
            text: trimmed(&text.into_output()),
            html: trimmed(&html.render(values()).map_err(invalid)?),
        })
    }
}

/// Removes the line breaks around the blocks of a template.
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

/// Writes a value into a message. In HTML, slashes are not escaped: programs that look for links in the source would not
/// recognize one with `&#x2f;`, which minijinja writes.
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
            for &template in Template::ALL {
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
    fn a_link_is_written_in_html_as_programs_look_for_it() {
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
        for &template in Template::ALL {
            let content = Content::samples(template, "en").remove(0);
            let rendered = templates.render(template, &content).unwrap();
            assert!(!rendered.subject.contains(['\r', '\n']), "{template:?}");
        }
    }
}
