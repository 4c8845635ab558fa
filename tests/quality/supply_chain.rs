//! The licence, source and reason of every crate, as far as they can be checked without the network. `cargo deny check`
//! reads the same `deny.toml`, and checks advisories, too.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use serde_json::Value;

const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// The packages of this repository.
const OURS: [&str; 3] = ["bare", env!("CARGO_PKG_NAME"), "latchkey-argon2id"];

static MANIFEST: LazyLock<String> = LazyLock::new(|| read("Cargo.toml"));
static LOCK_FILE: LazyLock<String> = LazyLock::new(|| read("Cargo.lock"));
static REASONS: LazyLock<String> = LazyLock::new(|| read("docs/development/dependencies.md"));

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn cargo(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .current_dir(root())
        .output()
        .unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cargo {arguments:?}: {error}");
    String::from_utf8(output.stdout).unwrap()
}

/// The metadata of our packages on this platform, because those of other platforms may never have been downloaded.
/// Reading it fails if `Cargo.lock` is missing or does not match `Cargo.toml`.
static METADATA: LazyLock<Value> = LazyLock::new(|| {
    let version = cargo(&["-vV"]);
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    let metadata = cargo(&[
        "metadata",
        "--format-version=1",
        "--locked",
        "--offline",
        "--filter-platform",
        host.unwrap(),
    ]);
    serde_json::from_str(&metadata).unwrap()
});

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}

fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value[name].as_array().unwrap()
}

fn packages() -> BTreeMap<&'static str, &'static Value> {
    let packages = list(&METADATA, "packages");
    packages
        .iter()
        .map(|package| (text(package, "id"), package))
        .collect()
}

/// Returns the packages of this repository, by name.
fn ours() -> BTreeMap<&'static str, &'static Value> {
    let packages = packages().into_values();
    let ours = packages.filter(|package| package["source"].is_null());
    ours.map(|package| (text(package, "name"), package))
        .collect()
}

/// Returns the requirements in each `Cargo.toml`: `[dependencies]`, `[dev-dependencies]` and `[build-dependencies]`.
fn requirements() -> Vec<&'static Value> {
    let lists = ours().into_values();
    lists
        .flat_map(|package| list(package, "dependencies"))
        .collect()
}

/// Returns the packages that the binary contains or that build it, without those that only tests use.
fn shipped() -> Vec<&'static Value> {
    let resolve = &METADATA["resolve"];
    let nodes = list(resolve, "nodes");
    let nodes: BTreeMap<_, _> = nodes.iter().map(|node| (text(node, "id"), node)).collect();
    let mut visited = BTreeSet::new();
    let mut pending = vec![text(resolve, "root")];
    while let Some(id) = pending.pop() {
        if visited.insert(id) {
            let dependencies = list(nodes[id], "deps").iter();
            let shipped = dependencies.filter(|dependency| is_shipped(dependency));
            pending.extend(shipped.map(|dependency| text(dependency, "pkg")));
        }
    }
    let packages = packages();
    visited.into_iter().map(|id| packages[id]).collect()
}

fn is_shipped(dependency: &Value) -> bool {
    let kinds = list(dependency, "dep_kinds");
    kinds.iter().any(|kind| text(kind, "kind") != "dev")
}

/// Returns a list in `deny.toml`: the first quoted text of each line.
fn denials(section: &str, name: &str) -> BTreeSet<String> {
    let file = read("deny.toml");
    let between = |text: &str, start: &str, end: &str| {
        let (_, rest) = text.split_once(start).expect(start);
        rest.split(end).next().unwrap().to_owned()
    };
    let section = between(&file, &format!("\n[{section}]\n"), "\n[");
    let entries = between(&section, &format!("\n{name} = [\n"), "\n]");
    let quoted = |line: &str| line.split('"').nth(1).expect("a quoted text").to_owned();
    entries.lines().map(quoted).collect()
}

/// Whether a licence expression can be met with these licences (SPDX 2.3, annex D; `/` is an older `OR`).
fn is_met(expression: &str, allowed: &BTreeSet<String>) -> bool {
    let spaced = expression
        .replace('(', " ( ")
        .replace(')', " ) ")
        .replace('/', " OR ");
    let mut words: Vec<_> = spaced.split_whitespace().rev().collect();
    let met = either(&mut words, allowed);
    assert!(words.is_empty(), "{expression} is no licence expression");
    met
}

fn either(words: &mut Vec<&str>, allowed: &BTreeSet<String>) -> bool {
    let mut met = both(words, allowed);
    while words.pop_if(|word| *word == "OR").is_some() {
        met |= both(words, allowed);
    }
    met
}

fn both(words: &mut Vec<&str>, allowed: &BTreeSet<String>) -> bool {
    let mut met = single(words, allowed);
    while words.pop_if(|word| *word == "AND").is_some() {
        met &= single(words, allowed);
    }
    met
}

fn single(words: &mut Vec<&str>, allowed: &BTreeSet<String>) -> bool {
    let word = words.pop().expect("a licence");
    if word == "(" {
        let met = either(words, allowed);
        assert_eq!(words.pop(), Some(")"));
        return met;
    }
    if words.pop_if(|word| *word == "WITH").is_none() {
        return allowed.contains(word);
    }
    let exception = words.pop().expect("an exception");
    allowed.contains(&format!("{word} WITH {exception}"))
}

/// The packages of `Cargo.lock`, of every platform: the lines of each.
fn locked() -> Vec<BTreeMap<&'static str, &'static str>> {
    let packages = LOCK_FILE.split("\n[[package]]\n").skip(1);
    packages
        .map(|package| {
            let pairs = package.lines().filter_map(|line| line.split_once(" = "));
            pairs
                .map(|(name, value)| (name, value.trim_matches('"')))
                .collect()
        })
        .collect()
}

/// The crates that the manual gives a reason for.
fn reasons() -> BTreeSet<&'static str> {
    let heading = "\n## Crates\n";
    let (_, section) = REASONS.split_once(heading).expect(heading);
    let section = section.split("\n## ").next().unwrap();
    let rows = section.lines().filter(|line| line.starts_with('|'));
    rows.map(|row| row.split('|').nth(1).unwrap())
        .flat_map(|names| names.split('`').skip(1).step_by(2))
        .collect()
}

#[test]
fn a_licence_expression_is_met_as_spdx_has_it() {
    let allowed = ["MIT", "ISC", "Apache-2.0 WITH LLVM-exception"];
    let allowed = BTreeSet::from(allowed.map(str::to_owned));
    for (expression, expected) in [
        ("MIT", true),
        ("GPL-3.0", false),
        ("GPL-3.0 OR MIT", true),
        ("GPL-3.0/MIT", true),
        ("GPL-3.0 AND MIT", false),
        ("GPL-3.0 OR MIT AND ISC", true),
        ("(GPL-3.0 OR MIT) AND Zlib", false),
        ("ISC AND (GPL-3.0 OR (MIT AND ISC))", true),
        ("Apache-2.0 WITH LLVM-exception", true),
        ("Apache-2.0 WITH LLVM-exception OR Apache-2.0", true),
        ("Apache-2.0", false),
    ] {
        assert_eq!(is_met(expression, &allowed), expected, "{expression}");
    }
}

#[test]
fn every_crate_that_is_shipped_has_a_licence_that_is_allowed() {
    let allowed = denials("licenses", "allow");
    let shipped = shipped();
    assert!(shipped.len() > 200, "the packages were found");
    for package in shipped {
        let (name, licence) = (text(package, "name"), text(package, "license"));
        assert!(!licence.is_empty(), "{name} has no licence");
        assert!(is_met(licence, &allowed), "{name} is under {licence}");
    }
}

#[test]
fn every_crate_but_ours_comes_from_crates_io_with_a_checksum() {
    let locked = locked();
    assert!(locked.len() > 300, "the packages were found");
    for package in locked {
        let name = package["name"];
        if OURS.contains(&name) {
            assert!(!package.contains_key("source"), "{name} is ours");
            continue;
        }
        assert_eq!(package.get("source"), Some(&CRATES_IO), "{name}");
        let checksum = package.get("checksum").copied().unwrap_or_default();
        let is_hex = checksum.bytes().all(|byte| byte.is_ascii_hexdigit());
        assert!(checksum.len() == 64 && is_hex, "{name}: {checksum:?}");
    }
    assert_eq!(ours().into_keys().collect::<Vec<_>>(), OURS);
}

#[test]
fn the_lock_file_is_committed() {
    let ignored = read(".gitignore");
    let mut ignored = ignored.lines();
    assert!(!ignored.any(|line| line.trim_matches('/') == "Cargo.lock"));
    assert!(LOCK_FILE.contains("\n[[package]]\n"));
}

#[test]
fn no_crate_that_is_banned_is_there_on_any_platform() {
    let banned = denials("bans", "deny");
    assert!(banned.contains("openssl-sys"), "{banned:?}");
    for package in locked() {
        assert!(!banned.contains(package["name"]), "{}", package["name"]);
    }
}

#[test]
fn every_requirement_of_ours_names_a_version_on_crates_io() {
    for dependency in requirements() {
        let name = text(dependency, "name");
        if OURS.contains(&name) {
            let path = text(dependency, "path");
            assert!(Path::new(path).starts_with(root().join("crates")), "{path}");
            continue;
        }
        let version = text(dependency, "req");
        assert!(!version.contains(['*', '>', '<']), "{name}: {version}");
        assert_eq!(text(dependency, "source"), CRATES_IO, "{name}");
        assert!(dependency["path"].is_null(), "{name}");
    }
    assert!(!MANIFEST.contains("\n[patch"));
}

#[test]
fn every_dependency_has_a_reason_and_every_reason_a_dependency() {
    let dependencies = requirements()
        .into_iter()
        .map(|dependency| text(dependency, "name"));
    let dependencies: BTreeSet<_> = dependencies.collect();
    let reasons = reasons();
    let unexplained: Vec<_> = dependencies.difference(&reasons).collect();
    let forgotten: Vec<_> = reasons.difference(&dependencies).collect();
    assert!(
        unexplained.is_empty() && forgotten.is_empty(),
        "without a reason: {unexplained:?}; explained, but no dependency: {forgotten:?}"
    );
}

#[test]
fn unsafe_code_is_forbidden_and_allowed_nowhere() {
    let lints = "\n[workspace.lints.rust]\n";
    let (_, lints) = MANIFEST.split_once(lints).unwrap();
    let lints = lints.split("\n[").next().unwrap();
    let forbids = |line: &str| line == "unsafe_code = \"forbid\"";
    assert!(lints.lines().any(forbids), "{lints}");
    for manifest in ["", "benches/bare/", "crates/argon2id/"] {
        let manifest = format!("{manifest}Cargo.toml");
        assert!(read(&manifest).contains("\n[lints]\nworkspace = true\n"));
    }
    let folders = ["src", "tests", "benches", "crates"];
    let mut folders: Vec<PathBuf> = folders.map(Into::into).into();
    let mut sources = 0;
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(root().join(&folder)).unwrap() {
            let path = folder.join(entry.unwrap().file_name());
            if path.is_dir() && !path.ends_with("node_modules") {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                sources += 1;
                let is_this = path.ends_with("supply_chain.rs");
                let source = read(path.to_str().unwrap());
                let speaks_of_it = source.contains("unsafe_code") && !is_this;
                assert!(!speaks_of_it, "{}", path.display());
            }
        }
    }
    assert!(sources > 100, "the sources were found");
}
