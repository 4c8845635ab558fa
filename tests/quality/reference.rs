//! The reference pages: everything below a marker in them is generated from the code, and compared here. With
//! `UPDATE_REFERENCE=1`, these tests write it instead.

use std::any::TypeId;
use std::collections::BTreeSet;
use std::fs;
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;
use std::time::Duration;

use clap::{Arg, Args, Command};
use latchkey::config::{Config, variable};
use latchkey::domain::RateLimit;
use url::Url;

/// The width for which help is wrapped.
const WIDTH: usize = 100;
const COMMAND: &str = "UPDATE_REFERENCE=1 cargo test --locked --test quality reference";

/// Compares the generated part of a page with the code, or writes it.
fn check(page: &str, generated: &str) {
    let marker = format!("<!-- Generated from the code by: {COMMAND} -->\n");
    let path = PathBuf::from("docs/reference").join(page);
    let text = fs::read_to_string(&path).unwrap();
    let (written, _) = text.split_once(&marker).expect(&marker);
    let expected = format!("{written}{marker}\n{}\n", generated.trim());
    if std::env::var_os("UPDATE_REFERENCE").is_some() {
        fs::write(&path, expected).unwrap();
        return;
    }
    assert!(
        text == expected,
        "{} differs from the code. To write it again, run: {COMMAND}",
        path.display()
    );
}

#[test]
fn the_configuration_page_has_every_setting_as_the_code_has_it() {
    let settings = Config::augment_args(Command::new("settings"));
    let mut page = String::new();
    let mut section = "";
    for setting in settings.get_arguments() {
        let heading = setting.get_help_heading().expect("a section");
        if heading != section {
            section = heading;
            page += &section_head(heading);
        }
        page += &setting_row(setting);
    }
    check("configuration.md", &page);
}

/// The heading of a section. Its parentheses explain values.
fn section_head(heading: &str) -> String {
    let (title, note) = match heading.split_once(" (") {
        Some((title, note)) => (title, format!("{}.\n\n", note.trim_end_matches(')'))),
        None => (heading, String::new()),
    };
    format!(
        "\n## {title}\n\n{note}| variable | flag | value | default | meaning |\n|---|---|---|---|---|\n"
    )
}

fn setting_row(setting: &Arg) -> String {
    let help = setting.get_help().expect("a description").to_string();
    // Where the code computes a default, the description ends with it.
    let parts = help.strip_suffix(']');
    let (meaning, computed) = parts
        .and_then(|text| text.rsplit_once(" ["))
        .unwrap_or((help.as_str(), ""));
    let default = setting.get_default_values().first();
    let default = default.map_or("", |value| value.to_str().expect("UTF-8"));
    let default = match (default, computed) {
        ("", "") => "none".to_owned(),
        ("", computed) => computed.trim_start_matches("default: ").to_owned(),
        (default, "") => format!("`{default}`"),
        (default, computed) => format!("`{default}`; {computed}"),
    };
    format!(
        "| `{}` | `--{}` | {} | {} | {} |\n",
        variable(setting),
        setting.get_long().expect("a flag"),
        value_kind(setting, meaning),
        escaped(&default),
        escaped(meaning),
    )
}

/// A setting's kind of value, with its unit.
fn value_kind(setting: &Arg, meaning: &str) -> String {
    let names = setting.get_possible_values();
    let value = setting.get_value_parser().type_id();
    let kinds = [
        (TypeId::of::<bool>(), "switch"),
        (TypeId::of::<Duration>(), "duration"),
        (TypeId::of::<RateLimit>(), "rate"),
        (TypeId::of::<Url>(), "URL"),
        (TypeId::of::<PathBuf>(), "path"),
    ];
    if let Some((_, kind)) = kinds.iter().find(|(id, _)| value == *id) {
        return (*kind).to_owned();
    }
    if !names.is_empty() {
        let names = names.iter().map(|name| format!("`{}`", name.get_name()));
        return names.collect::<Vec<_>>().join(", ");
    }
    let numbers = [
        TypeId::of::<u8>(),
        TypeId::of::<u32>(),
        TypeId::of::<u64>(),
        TypeId::of::<usize>(),
        TypeId::of::<NonZeroU32>(),
        TypeId::of::<NonZeroUsize>(),
    ];
    if numbers.iter().all(|id| value != *id) {
        return "text".to_owned();
    }
    let unit = ["bytes", "KiB"]
        .into_iter()
        .find(|unit| meaning.contains(unit));
    unit.unwrap_or("number").to_owned()
}

/// A text as the cell of a table, with its URLs as code.
fn escaped(text: &str) -> String {
    let words: Vec<_> = text.split(' ').map(escaped_word).collect();
    words.join(" ").replace('|', "\\|")
}

fn escaped_word(word: &str) -> String {
    if !word.contains("://") || word.contains('`') {
        return word.replace('<', "&lt;").replace('*', "\\*");
    }
    let is_around = |c: char| "(),.;:".contains(c);
    let url = word.trim_matches(is_around);
    word.replacen(url, &format!("`{url}`"), 1)
}

#[test]
fn the_command_line_page_has_the_help_of_every_command() {
    let mut command = without_settings(latchkey::cli::command()).term_width(WIDTH);
    command.build();
    let mut page = String::new();
    add_help(&mut command, "latchkey", &mut page);
    check("command-line.md", &page);
}

/// The command whose help leaves out the settings, which are a page of their own.
fn without_settings(command: Command) -> Command {
    let hide = |arg: Arg| {
        let is_setting = arg.get_help_heading().is_some();
        arg.hide_long_help(is_setting)
    };
    command.mut_args(hide).mut_subcommands(without_settings)
}

fn add_help(command: &mut Command, name: &str, page: &mut String) {
    let help = command.render_long_help().to_string();
    let lines: Vec<_> = help.trim_end().lines().map(str::trim_end).collect();
    *page += &format!("\n## {name}\n\n```text\n{}\n```\n", lines.join("\n"));
    let sections: BTreeSet<_> = command
        .get_arguments()
        .filter_map(|heading| heading.get_help_heading())
        .map(|heading| heading.split(" (").next().unwrap_or(heading))
        .collect();
    if !sections.is_empty() {
        let sections: Vec<_> = sections.into_iter().map(link_to_section).collect();
        *page += &format!("\nSettings: {}.\n", sections.join(", "));
    }
    for subcommand in command.get_subcommands_mut() {
        if subcommand.get_name() != "help" {
            let name = format!("{name} {}", subcommand.get_name());
            add_help(subcommand, &name, page);
        }
    }
}

/// A link to a section of the settings.
fn link_to_section(title: &str) -> String {
    let anchor = title.to_lowercase().replace(' ', "-");
    format!("[{title}](configuration.md#{anchor})")
}

/// The error codes of the schema, with their descriptions.
fn error_codes() -> Vec<(String, String)> {
    let sdl = latchkey::graphql::sdl();
    let (_, rest) = sdl.split_once("\nenum ErrorCode {\n").expect("the enum");
    let (body, _) = rest.split_once("\n}").expect("its end");
    let mut parts = body.split("\"\"\"").map(str::trim);
    let mut codes = Vec::new();
    // A description is in quotes, and its code follows.
    parts.next();
    while let (Some(description), Some(code)) = (parts.next(), parts.next()) {
        let words: Vec<_> = description.split_whitespace().collect();
        codes.push((code.to_owned(), words.join(" ")));
    }
    codes
}

#[test]
fn the_page_about_errors_has_every_code_with_its_description() {
    let codes = error_codes();
    assert!(codes.len() > 20, "{codes:?}");
    let rows = codes
        .iter()
        .map(|(code, description)| format!("| `{code}` | {} |\n", escaped(description)));
    let head = "\n## Every code\n\n| code | meaning |\n|---|---|\n";
    check("errors.md", &format!("{head}{}", rows.collect::<String>()));
}

#[test]
fn the_page_about_errors_says_of_every_code_what_to_do() {
    let page = fs::read_to_string("docs/reference/errors.md").unwrap();
    let (_, section) = page.split_once("\n## What to do\n").expect("the section");
    let section = section.split("\n## ").next().expect("its text");
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    // The first cell of a row has its codes in backticks.
    let advised: BTreeSet<_> = rows
        .filter_map(|row| row.split(" | ").next())
        .flat_map(|cell| cell.split('`').skip(1).step_by(2))
        .collect();
    let codes = error_codes();
    let codes: BTreeSet<_> = codes.iter().map(|(code, _)| code.as_str()).collect();
    assert_eq!(advised, codes);
}
