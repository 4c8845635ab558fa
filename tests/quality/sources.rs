//! The source files and their imports.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// A source file.
pub struct Source {
    /// Its path below the project, such as `src/store/session/refresh.rs`.
    pub path: String,
    pub text: String,
}

impl Source {
    /// The code without its comments and its tests.
    pub fn code(&self) -> impl Iterator<Item = &str> {
        let product = self.text.split("\nmod tests {").next();
        product
            .unwrap_or(&self.text)
            .lines()
            .map(|line| line.split("//").next().unwrap_or(line))
    }

    pub fn is_test(&self) -> bool {
        self.path.ends_with("_tests.rs") || self.path.ends_with("/test_stores.rs")
    }

    /// The path of its module: `crate::store::session::refresh`.
    fn module(&self) -> String {
        let path = self.path.trim_start_matches("src/").trim_end_matches(".rs");
        let path = path.trim_end_matches("/mod");
        if matches!(path, "lib" | "main") {
            return "crate".to_owned();
        }
        format!("crate::{}", path.replace('/', "::"))
    }

    /// The paths that it imports, and whether it hands each of them on.
    fn imports(&self) -> Vec<(String, bool)> {
        let code: Vec<&str> = self.code().collect();
        let code = code.join("\n");
        let mut imports = Vec::new();
        for (start, _) in code.match_indices("use ") {
            let line = code[..start].rsplit('\n').next().unwrap_or_default();
            let is_public = line.trim().starts_with("pub");
            if !(line.trim().is_empty() || is_public) {
                continue;
            }
            let Some((tree, _)) = code[start + 4..].split_once(';') else {
                continue;
            };
            let tree: String = tree.split_whitespace().collect::<Vec<_>>().join(" ");
            for path in expand(&tree) {
                imports.push((self.absolute(&path), is_public));
            }
        }
        imports
    }

    /// An imported path, from the root of the crate.
    fn absolute(&self, path: &str) -> String {
        let path = path.split(" as ").next().unwrap_or(path);
        let module = self.module();
        if let Some(rest) = path.strip_prefix("super::") {
            let parent = module
                .rsplit_once("::")
                .map_or("crate", |(parent, _)| parent);
            return format!("{parent}::{rest}");
        }
        match path.strip_prefix("self::") {
            Some(rest) => format!("{module}::{rest}"),
            // A re-export of a child is written without `self::`.
            None if !path.starts_with("crate::") => format!("{module}::{path}"),
            None => path.to_owned(),
        }
    }
}

/// `a::{b, c::{d, e}}` as `a::b`, `a::c::d`, `a::c::e`.
fn expand(tree: &str) -> Vec<String> {
    let Some((prefix, rest)) = tree.split_once('{') else {
        return vec![tree.trim().to_owned()];
    };
    let inner = rest.rsplit_once('}').map_or(rest, |(inner, _)| inner);
    let mut depth = 0_usize;
    let mut items = vec![String::new()];
    for character in inner.chars() {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                items.push(String::new());
                continue;
            }
            _ => {}
        }
        if let Some(item) = items.last_mut() {
            item.push(character);
        }
    }
    let items = items.iter().map(|item| item.trim());
    items
        .filter(|item| !item.is_empty())
        .flat_map(expand)
        .map(|item| format!("{}{item}", prefix.trim()).replace("::self", ""))
        .collect()
}

/// Every source file below `src`.
pub fn sources() -> Vec<Source> {
    let mut sources = Vec::new();
    let mut folders = vec![PathBuf::from("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(&folder)).unwrap() {
            let entry = entry.unwrap();
            let path = folder.join(entry.file_name());
            if entry.file_type().unwrap().is_dir() {
                folders.push(path);
            } else {
                sources.push(Source {
                    path: path.display().to_string(),
                    text: fs::read_to_string(entry.path()).unwrap(),
                });
            }
        }
    }
    assert!(sources.len() > 250, "the sources were found");
    sources
}

/// The files that each file imports from, by path. A name that a `mod.rs` hands on counts as an import of the file that
/// has it.
pub fn imports(sources: &[Source]) -> BTreeMap<&str, BTreeSet<&str>> {
    let files: BTreeMap<String, &Source> = sources
        .iter()
        .map(|source| (source.module(), source))
        .collect();
    let mut handed_on: BTreeMap<String, String> = BTreeMap::new();
    for source in sources {
        for (path, is_public) in source.imports() {
            if is_public && let Some((_, name)) = path.rsplit_once("::") {
                handed_on.insert(format!("{}::{name}", source.module()), path);
            }
        }
    }
    let mut graph = BTreeMap::new();
    for source in sources.iter().filter(|source| !source.is_test()) {
        let mut targets = BTreeSet::new();
        for (path, is_public) in source.imports() {
            if is_public {
                continue;
            }
            if let Some(target) = resolve(&path, &files, &handed_on)
                && target.path != source.path
            {
                targets.insert(target.path.as_str());
            }
        }
        graph.insert(source.path.as_str(), targets);
    }
    graph
}

/// The file that has an imported name.
fn resolve<'a>(
    path: &str,
    files: &BTreeMap<String, &'a Source>,
    handed_on: &BTreeMap<String, String>,
) -> Option<&'a Source> {
    let mut path = path.to_owned();
    for _ in 0..8 {
        match handed_on.get(&path) {
            Some(next) => path.clone_from(next),
            None => break,
        }
    }
    loop {
        if let Some(source) = files.get(&path) {
            return Some(source);
        }
        path = path.rsplit_once("::")?.0.to_owned();
    }
}
