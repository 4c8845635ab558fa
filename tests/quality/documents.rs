//! The documents: every link leads somewhere, and every page of the manual is in its table of contents.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Component, Path, PathBuf};

/// The Markdown files whose links are followed.
fn documents() -> Vec<PathBuf> {
    let mut documents: Vec<_> = [
        "README.md",
        "SECURITY.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
    ]
    .map(PathBuf::from)
    .into();
    documents.extend(pages());
    for folder in ["clients", "examples"] {
        for entry in fs::read_dir(folder).unwrap() {
            let readme = entry.unwrap().path().join("README.md");
            documents.extend(readme.is_file().then_some(readme));
        }
    }
    documents
}

/// The Markdown files of the manual.
fn pages() -> Vec<PathBuf> {
    let mut pages = Vec::new();
    let mut folders = vec![PathBuf::from("docs")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                pages.push(path);
            }
        }
    }
    assert!(pages.len() > 20, "the pages were found");
    pages
}

/// The lines of a document outside of its blocks of code.
fn prose(text: &str) -> Vec<&str> {
    let mut is_code = false;
    let is_prose = |line: &&str| {
        let is_fence = line.trim_start().starts_with("```");
        is_code ^= is_fence;
        !is_code && !is_fence
    };
    text.lines().filter(is_prose).collect()
}

/// The targets of a line's links.
fn links(line: &str) -> Vec<String> {
    // Text in backticks is no link.
    let line: String = line.split('`').step_by(2).collect::<Vec<_>>().join("`");
    let targets = line.split("](").skip(1);
    let targets = targets.filter_map(|rest| rest.split_once(')'));
    targets.map(|(target, _)| target.to_owned()).collect()
}

/// The anchors of a document's headings, as GitHub and mdBook name them.
fn anchors(text: &str) -> BTreeSet<String> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let headings = prose(text).into_iter().filter(|line| line.starts_with('#'));
    headings
        .map(|line| {
            let anchor = anchor(line.trim_start_matches('#').trim());
            let count = counts.entry(anchor.clone()).or_default();
            *count += 1;
            match *count {
                1 => anchor,
                count => format!("{anchor}-{}", count - 1),
            }
        })
        .collect()
}

fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter_map(|c| match c {
        ' ' => Some('-'),
        '-' | '_' => Some(c),
        c if c.is_alphanumeric() => c.to_lowercase().next(),
        _ => None,
    });
    kept.collect()
}

/// A path without `..`.
fn normalized(path: &Path) -> PathBuf {
    let mut normalized = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                assert!(normalized.pop(), "{} leaves the repository", path.display());
            }
            Component::CurDir => {}
            part => normalized.push(part),
        }
    }
    normalized
}

/// Says why a link leads nowhere, if it does.
fn problem(document: &Path, target: &str) -> Option<String> {
    if target.contains("://") || target.starts_with("mailto:") {
        return None;
    }
    let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
    let folder = document.parent().unwrap_or(Path::new(""));
    let path = match path {
        "" => document.to_owned(),
        path => normalized(&folder.join(path)),
    };
    if !path.exists() {
        return Some(format!("{} does not exist", path.display()));
    }
    if anchor.is_empty() {
        return None;
    }
    let text = fs::read_to_string(&path).unwrap_or_default();
    let is_there = anchors(&text).contains(anchor);
    (!is_there).then(|| format!("{} has no heading #{anchor}", path.display()))
}

#[test]
fn every_link_leads_to_a_file_and_a_heading_that_exist() {
    let mut count = 0;
    let mut problems = Vec::new();
    for document in documents() {
        let text = fs::read_to_string(&document).unwrap();
        for target in prose(&text).into_iter().flat_map(links) {
            count += 1;
            let problem = problem(&document, &target);
            problems.extend(
                problem.map(|problem| format!("{}: {target}: {problem}", document.display())),
            );
        }
    }
    assert!(count > 150, "{count} links were found");
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// The paths of the repository that a text names in backticks.
fn named_paths(text: &str) -> Vec<&str> {
    let folders = [
        "src/",
        "tests/",
        "docs/",
        "clients/",
        "examples/",
        "migrations/",
    ];
    let is_path_letter = |c: char| c.is_ascii_alphanumeric() || "_-./@".contains(c);
    prose(text)
        .into_iter()
        .flat_map(|line| line.split('`').skip(1).step_by(2))
        .filter(|name| folders.iter().any(|folder| name.starts_with(folder)))
        .filter(|name| name.chars().all(is_path_letter))
        .collect()
}

#[test]
fn every_path_that_the_manual_names_exists() {
    let mut count = 0;
    let mut absent = Vec::new();
    for document in [vec![PathBuf::from("README.md")], pages()].concat() {
        let text = fs::read_to_string(&document).unwrap();
        for path in named_paths(&text) {
            count += 1;
            if !Path::new(path).exists() {
                absent.push(format!("{}: {path}", document.display()));
            }
        }
    }
    assert!(count > 50, "{count} paths were found");
    assert!(absent.is_empty(), "{}", absent.join("\n"));
}

#[test]
fn every_page_of_the_manual_is_once_in_its_table_of_contents() {
    let summary = fs::read_to_string("docs/SUMMARY.md").unwrap();
    let linked: Vec<_> = summary.lines().flat_map(links).collect();
    let listed: BTreeSet<_> = linked
        .iter()
        .map(|page| Path::new("docs").join(page))
        .collect();
    assert_eq!(listed.len(), linked.len(), "a page is listed twice");
    let mut pages: BTreeSet<_> = pages().into_iter().collect();
    assert!(pages.remove(Path::new("docs/SUMMARY.md")));
    assert_eq!(listed, pages);
}

#[test]
fn mdbook_finds_the_manual() {
    let book = fs::read_to_string("book.toml").unwrap();
    assert!(book.contains("\nsrc = \"docs\"\n"), "{book}");
}

#[test]
fn the_readme_and_the_security_policy_are_short() {
    for (document, most) in [("README.md", 6_000), ("SECURITY.md", 3_500)] {
        let size = fs::metadata(document).unwrap().len();
        assert!(size <= most, "{document} has {size} bytes");
    }
}
