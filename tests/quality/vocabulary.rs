//! The vocabulary: the field's terms stand in the code, the client and the manual, and retired words do not come back. The
//! glossary is in `docs/development/architecture.md`.

use std::fs;
use std::path::{Path, PathBuf};

/// Names that the service's code no longer has, each with its successor.
const RETIRED_NAMES: &[(&str, &str)] = &[
    ("Acting", "ActiveOrganization"),
    ("Answerers", "Services"),
    ("Attempt", "RateLimitedAction"),
    ("BREATHER", "ACCEPT_BACKOFF"),
    ("Blueprint", "SchemaIndex"),
    ("Call", "GraphQLRequest"),
    ("Composed", "RenderedEmail"),
    ("Deed", "AuditContext"),
    ("LAST_WORDS", "DRAIN_TIMEOUT"),
    ("Letter", "OutgoingEmail"),
    ("Letters", "OrganizationMail"),
    ("Measure", "QueryLimits"),
    ("Notified", "Committed"),
    ("Observation", "DeferredEvent"),
    ("Over", "Expired"),
    ("Patience", "ConnectionTimeouts"),
    ("Reply", "GraphQLResponse"),
    ("Ring", "KeySet"),
    ("Screen", "QueryLimits"),
    ("Secured", "Committed"),
    ("Share", "BodyPermit"),
    ("Standing", "RefreshVerdict"),
    ("Subject", "LimitScope"),
    ("Surface", "QueryLimits"),
    ("Told", "Committed"),
    ("act_for", "activate"),
    ("announce", "publish"),
    ("body_room", "body_memory"),
    ("deed", "audit"),
    ("even_time", "uniform_timing"),
    ("evenly", "uniform_timing"),
    ("mend_nulls", "null_propagation"),
    ("nulls", "null_propagation"),
    ("observe", "record_later"),
    ("open_files", "fd_limit"),
    ("pretend", "decoy"),
    ("sweep", "purge"),
    ("told_to_stop", "shutdown_signal"),
    ("unproved", "unverified"),
    ("vain", "concealed"),
    ("wiped", "redacted"),
];

/// Beginnings of constants that are retired, each with its successor.
const RETIRED_PREFIXES: &[(&str, &str)] = &[("MOST_", "MAX_"), ("LEAST_", "MIN_")];

/// Words that name no variable, since they do not say what it holds.
const EMPTY_VARIABLES: &[&str] = &["whose", "known", "found", "it"];

/// Words that no text has, neither in comments nor in the manual, each with its successor.
const RETIRED_WORDS: &[(&str, &str)] = &[
    ("Likewise", "a sentence with a subject"),
    ("unproved", "unverified"),
    ("courier", "worker"),
    ("couriers", "workers"),
];

/// Files of the client that have other names now.
const RETIRED_FILES: &[&str] = &["keeper.ts", "patience.ts", "wire.ts"];

/// The files below some folders with one of these ends.
fn files(folders: &[&str], ends: &[&str]) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders: Vec<_> = folders.iter().map(PathBuf::from).collect();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            if path.is_dir() && !["node_modules", "dist", "made"].contains(&name) {
                folders.push(path);
            } else if ends.iter().any(|end| name.ends_with(end)) {
                files.push(path);
            }
        }
    }
    assert!(files.len() > 10, "the files were found");
    files
}

fn service() -> Vec<PathBuf> {
    files(&["src", "crates"], &[".rs"])
}

fn sources() -> Vec<PathBuf> {
    files(
        &["src", "crates", "clients", "examples"],
        &[".rs", ".ts", ".tsx"],
    )
}

/// The identifiers and words of a text.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_alphanumeric() || c == '_'))
}

/// A line without its comment and its strings.
fn code(line: &str) -> String {
    let code = line.split("//").next().unwrap();
    code.split('"').step_by(2).collect::<Vec<_>>().join("\"\"")
}

/// Whether a line of code declares a variable of this name: by `let`, as an argument, or in a pattern.
fn declares(line: &str, name: &str) -> bool {
    let shapes = [
        format!("let {name} "),
        format!("let mut {name} "),
        format!("let {name}:"),
        format!("const {name} "),
        format!("|{name}|"),
        format!("|&{name}|"),
        format!("|{name},"),
        format!(", {name}|"),
        format!("({name}) =>"),
        format!("({name}) ="),
        format!("({name}, _)"),
        format!("({name})|"),
        format!(" {name} =>"),
        format!("({name}: "),
        format!(", {name}: "),
    ];
    let line = line.trim_end().to_owned() + " ";
    let starts = line.trim_start();
    starts.starts_with(&format!("{name}: ")) || shapes.iter().any(|shape| line.contains(shape))
}

fn assert_nothing(problems: &[String]) {
    assert!(problems.is_empty(), "\n{}\n", problems.join("\n"));
}

/// Describes a word that is retired in a file.
fn problem(file: &Path, line: usize, word: &str, successor: &str) -> String {
    let (file, line) = (file.display(), line + 1);
    format!("{file}:{line}: {word} is retired: {successor}")
}

#[test]
fn code_has_no_retired_name() {
    let mut problems = Vec::new();
    for file in service() {
        let text = fs::read_to_string(&file).unwrap();
        for (at, line) in text.lines().enumerate() {
            for word in words(&code(line)) {
                let name = RETIRED_NAMES.iter().find(|(name, _)| *name == word);
                let mut prefixes = RETIRED_PREFIXES.iter();
                let prefix = prefixes.find(|(prefix, _)| word.starts_with(prefix));
                if let Some((_, successor)) = name.or(prefix) {
                    problems.push(problem(&file, at, word, successor));
                }
            }
        }
    }
    assert_nothing(&problems);
}

#[test]
fn every_variable_says_what_it_holds() {
    let mut problems = Vec::new();
    for file in sources() {
        let text = fs::read_to_string(&file).unwrap();
        for (at, line) in text.lines().enumerate() {
            for name in EMPTY_VARIABLES {
                if declares(&code(line), name) {
                    problems.push(problem(&file, at, name, "say what it is"));
                }
            }
        }
    }
    assert_nothing(&problems);
}

#[test]
fn no_text_has_a_retired_word() {
    let mut problems = Vec::new();
    for file in sources().into_iter().chain(files(&["docs"], &[".md"])) {
        let text = fs::read_to_string(&file).unwrap();
        for (at, line) in text.lines().enumerate() {
            for word in words(line) {
                let retired = RETIRED_WORDS.iter().find(|(name, _)| *name == word);
                if let Some((_, successor)) = retired {
                    problems.push(problem(&file, at, word, successor));
                }
            }
        }
    }
    assert_nothing(&problems);
}

#[test]
fn doc_comments_begin_with_their_subject() {
    const OPENINGS: &[&str] = &[
        "What", "How", "Who", "Whom", "Whose", "Whoever", "Of", "That", "Likewise",
    ];
    let mut problems = Vec::new();
    for file in service() {
        let text = fs::read_to_string(&file).unwrap();
        let mut is_first = true;
        for (at, line) in text.lines().enumerate() {
            let line = line.trim_start();
            let comment = line.strip_prefix("///").or(line.strip_prefix("//!"));
            if let Some(comment) = comment.filter(|_| is_first) {
                let opening = words(comment.trim_start()).next().unwrap();
                if OPENINGS.contains(&opening) {
                    problems.push(problem(&file, at, opening, "begin with the subject"));
                }
            }
            is_first = comment.is_none();
        }
    }
    assert_nothing(&problems);
}

#[test]
fn no_file_of_the_client_has_a_retired_name() {
    for file in sources() {
        let name = file.file_name().unwrap().to_str().unwrap();
        assert!(!RETIRED_FILES.contains(&name), "{}", file.display());
    }
}
