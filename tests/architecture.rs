//! The floors of the house, held against the code: imports run downwards only, and each library
//! stays on its own floor.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "that is how a test fails"
)]

use std::fs;
use std::path::{Path, PathBuf};

/// From the top of the house to its ground. A floor may use those that come after it.
const FLOORS: [&str; 5] = ["http", "graphql", "service", "store", "domain"];

/// A library, and the only places that may name it.
const LIBRARIES: [(&str, &[&str]); 12] = [
    ("sqlx", &["src/store/"]),
    ("axum", &["src/http/", "src/app/"]),
    ("async_graphql", &["src/graphql/"]),
    ("dataloader", &["src/graphql/loaders.rs"]),
    ("argon2", &["src/service/"]),
    ("bcrypt", &["src/service/"]),
    ("jsonwebtoken", &["src/service/"]),
    ("aws_lc_rs", &["src/service/"]),
    ("rand", &["src/random.rs"]),
    ("lettre", &["src/service/mail/"]),
    ("minijinja", &["src/service/mail/", "src/http/"]),
    ("zxcvbn", &["src/service/password_strength.rs"]),
];

fn sources() -> Vec<(String, String)> {
    let mut sources = Vec::new();
    let mut folders = vec![PathBuf::from("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(&folder)).unwrap() {
            let entry = entry.unwrap();
            let path = folder.join(entry.file_name());
            if entry.file_type().unwrap().is_dir() {
                folders.push(path);
            } else {
                sources.push((
                    path.display().to_string(),
                    fs::read_to_string(entry.path()).unwrap(),
                ));
            }
        }
    }
    assert!(sources.len() > 40, "the sources were found");
    sources
}

/// The code without its comments and its tests.
fn code(source: &str) -> impl Iterator<Item = &str> {
    let product = source
        .split("#[cfg(test)]\nmod tests")
        .next()
        .unwrap_or(source);
    product
        .lines()
        .map(|line| line.split("//").next().unwrap_or(line))
}

#[test]
fn imports_run_downwards_only() {
    for (path, source) in sources() {
        let floor = FLOORS
            .iter()
            .position(|floor| path.starts_with(&format!("src/{floor}/")));
        let Some(floor) = floor else { continue };
        for line in code(&source) {
            for above in &FLOORS[..floor] {
                assert!(!line.contains(&format!("crate::{above}")), "{path}: {line}");
            }
            for root in ["crate::app", "crate::config", "crate::doctor"] {
                assert!(!line.contains(root), "{path}: {line}");
            }
        }
    }
}

#[test]
fn each_library_stays_on_its_floor() {
    for (path, source) in sources() {
        if path.ends_with("_tests.rs") {
            continue;
        }
        for line in code(&source) {
            for (library, places) in LIBRARIES {
                let names = line.contains(&format!("{library}::"))
                    || line.contains(&format!("use {library};"));
                let at_home = places.iter().any(|place| path.starts_with(place));
                let own = line.contains(&format!("::{library}::"))
                    || line.contains(&format!("_{library}::"));
                assert!(!names || at_home || own, "{path}: {line}");
            }
        }
    }
}

#[test]
fn the_ground_floor_knows_neither_io_nor_clock_nor_async() {
    for (path, source) in sources() {
        if !path.starts_with("src/domain/") {
            continue;
        }
        for line in code(&source) {
            for stranger in [
                "tokio",
                "async ",
                "std::fs",
                "std::io",
                "crate::clock",
                "crate::random",
                "Utc::now",
            ] {
                assert!(!line.contains(stranger), "{path}: {line}");
            }
        }
    }
}

#[test]
fn the_service_knows_no_request() {
    for (path, source) in sources() {
        if !path.starts_with("src/service/") {
            continue;
        }
        for line in code(&source) {
            for stranger in ["Header", "Request", "http::"] {
                let known = line.contains("PageRequest")
                    || line.contains("ChangeRequested")
                    || line.contains("ResetRequested")
                    || line.contains("::RequestPasswordReset")
                    || line.contains("::RequestEmailChange")
                    || path.ends_with("limits.rs") // which names fields of the API
                    || path.ends_with("letter.rs") // a mail has headers, too
                    || line.contains("jsonwebtoken")
                    || path.ends_with("/tokens.rs");
                assert!(known || !line.contains(stranger), "{path}: {line}");
            }
        }
    }
}

#[test]
fn both_engines_have_the_same_migrations() {
    let names = |engine: &str| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("migrations")
            .join(engine);
        let mut names: Vec<_> = fs::read_dir(folder)
            .unwrap()
            .map(|it| it.unwrap().file_name())
            .collect();
        names.sort();
        names
    };
    assert_eq!(names("sqlite"), names("postgres"));
}

/// `tests/run` runs on PostgreSQL only what is in that folder.
#[test]
fn tests_of_the_binary_that_depend_on_the_engine_are_in_their_folder() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/processes");
    let mut looked_at = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            let source = fs::read_to_string(&path).unwrap();
            assert!(!source.contains("TestDatabase"), "{}", path.display());
            looked_at += 1;
        }
    }
    assert!(looked_at > 10, "the tests were found");
}
