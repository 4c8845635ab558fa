//! Each promise in the manual names the tests that hold it, and those tests exist.

use std::fs;
use std::path::{Path, PathBuf};

/// The last cell of each promise, which names its tests.
fn held_by() -> Vec<String> {
    let page = fs::read_to_string("docs/security/promises.md").unwrap();
    let mut cells = Vec::new();
    let mut is_promises = false;
    for line in page.lines() {
        let row: Vec<_> = line.trim_matches('|').split(" | ").collect();
        match row.last().map(|cell| cell.trim()) {
            Some("Held by") => is_promises = true,
            _ if !line.starts_with('|') => is_promises = false,
            Some(cell) if is_promises && !cell.starts_with("---") => cells.push(cell.to_owned()),
            _ => {}
        }
    }
    cells
}

/// The file that the page names, under `tests/` or `src/`.
fn file_of(name: &str) -> Option<PathBuf> {
    let name = name.trim_matches(|c: char| "();,".contains(c));
    let candidates = [
        format!("{name}.rs"),
        format!("tests/{name}.rs"),
        format!("tests/{name}.mjs"),
        format!("tests/{name}"),
        format!("{name}/mod.rs"),
        name.to_owned(),
    ];
    candidates
        .map(PathBuf::from)
        .into_iter()
        .find(|path| path.is_file())
}

fn holds(file: &Path, test: &str) -> bool {
    let source = fs::read_to_string(file).unwrap();
    if file.extension().is_some_and(|extension| extension == "rs") {
        return source.contains(&format!("fn {test}("));
    }
    source.contains(test)
}

#[test]
fn every_promise_is_held_by_tests_that_are_there() {
    let cells = held_by();
    assert!(cells.len() > 80, "{} promises were read", cells.len());
    let mut tests = 0;
    for cell in cells {
        assert!(!cell.contains("TODO"), "{cell}");
        let mut file = None;
        // Every second part is in backticks.
        for (index, part) in cell.split('`').enumerate() {
            if index % 2 == 0 {
                file = part
                    .split_whitespace()
                    .filter_map(file_of)
                    .next_back()
                    .or(file);
                continue;
            }
            let is_test = part.contains('_') || part.contains(' ');
            // A setting of the compiler, in its manifest.
            if is_test && !part.contains('=') {
                let Some(file) = &file else {
                    panic!("no file has {part}: {cell}")
                };
                assert!(
                    holds(file, part),
                    "{part} is not in {}: {cell}",
                    file.display()
                );
                tests += 1;
            }
        }
    }
    assert!(tests > 150, "{tests} tests were found");
}
