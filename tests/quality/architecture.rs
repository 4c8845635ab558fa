//! The layers of the crate, held against the code: imports run one way, the features have the same folders in every layer,
//! and each library stays in its place.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use crate::sources::{Source, imports, sources};

/// The layers, from the outermost to the innermost. A layer may use only those after it.
const LAYERS: [&str; 7] = [
    "cli", "app", "http", "graphql", "service", "store", "domain",
];

/// The layers that have a folder for each feature, and their other folders.
const LAYERS_OF_FEATURES: [(&str, &[&str]); 3] = [
    ("graphql", &["engine", "error", "loaders", "spec"]),
    ("service", &["hasher", "rate_limits", "mail", "token"]),
    ("store", &["database", "outbox"]),
];

/// A library, and the only places that may name it.
const LIBRARIES: [(&str, &[&str]); 17] = [
    ("sqlx", &["src/store/"]),
    ("axum", &["src/http/", "src/app/"]),
    ("async_graphql", &["src/graphql/"]),
    ("clap", &["src/cli/", "src/config/"]),
    ("dataloader", &["src/graphql/loaders/"]),
    ("argon2", &["src/service/"]),
    ("latchkey_argon2id", &["src/service/hasher/"]),
    ("fearless_simd", &["crates/argon2id/src/"]),
    ("bcrypt", &["src/service/"]),
    ("ciborium", &["src/domain/passkey/"]),
    ("jsonwebtoken", &["src/service/"]),
    ("aws_lc_rs", &["src/service/", "src/domain/passkey/"]),
    ("rand", &["src/platform/random.rs"]),
    ("lettre", &["src/service/mail/"]),
    ("minijinja", &["src/service/mail/", "src/http/"]),
    ("uuid", UNTYPED_IDS),
    ("zxcvbn", &["src/service/password/policy.rs"]),
];

/// The places that name the type `Uuid`: where ids are made, read and stored. Everywhere else, an id has the type of its
/// record.
const UNTYPED_IDS: &[&str] = &[
    "src/domain/",
    "src/platform/random.rs",
    "src/service/directory.rs", // `node` takes the id of any object
    "src/service/token/tokens.rs",
    "src/store/database/ids.rs",
    "src/store/nodes.rs",
];

#[test]
fn imports_run_one_way() {
    for source in &sources() {
        let path = &source.path;
        let layer = LAYERS
            .iter()
            .position(|layer| path.starts_with(&format!("src/{layer}/")));
        let Some(layer) = layer else { continue };
        for line in source.code() {
            for outer in &LAYERS[..layer] {
                assert!(!line.contains(&format!("crate::{outer}")), "{path}: {line}");
            }
            let reads_settings = layer < 2 || !line.contains("crate::config");
            assert!(reads_settings, "{path}: {line}");
        }
    }
}

#[test]
fn settings_and_platform_are_below_every_layer_that_uses_them() {
    for source in &sources() {
        let path = &source.path;
        for line in source.code() {
            let in_platform = path.starts_with("src/platform/");
            let is_inside = !line.contains("crate::") || line.contains("crate::platform");
            assert!(!in_platform || is_inside, "{path}: {line}");
            let in_config = path.starts_with("src/config/");
            let is_outside = line.contains("crate::app") || line.contains("crate::cli");
            assert!(!in_config || !is_outside, "{path}: {line}");
        }
    }
}

#[test]
fn every_layer_has_the_same_feature_folders() {
    let features = |layer: &str, others: &[&str]| -> BTreeSet<String> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("src")
            .join(layer);
        fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap())
            .filter(|entry| entry.file_type().unwrap().is_dir())
            .map(|entry| entry.file_name().into_string().unwrap())
            .filter(|name| !others.contains(&name.as_str()))
            .collect()
    };
    let [graphql, service, store] =
        LAYERS_OF_FEATURES.map(|(layer, others)| features(layer, others));
    assert!(graphql.contains("session"), "{graphql:?}");
    assert_eq!(graphql, service);
    assert_eq!(service, store);
}

#[test]
fn each_operation_has_the_same_name_in_every_layer() {
    let [graphql, service, store] = LAYERS_OF_FEATURES.map(|(layer, others)| {
        let sources = sources();
        let operations = sources
            .iter()
            .filter_map(|source| operation(&source.path, layer, others));
        operations.map(str::to_owned).collect::<BTreeSet<String>>()
    });
    assert!(graphql.contains("session/refresh"), "{graphql:?}");
    let inner: BTreeSet<String> = &service | &store;
    let alone: Vec<&String> = graphql.difference(&inner).collect();
    assert!(alone.is_empty(), "only in the API: {alone:?}");
}

/// The feature and the operation that a file of a layer is for. `row` and `types` are for no operation: they have the rows
/// and the GraphQL types that the operations of a feature share.
fn operation<'a>(path: &'a str, layer: &str, others: &[&str]) -> Option<&'a str> {
    let path = path.strip_prefix("src/")?.strip_prefix(layer)?;
    let path = path.strip_prefix('/')?.strip_suffix(".rs")?;
    let (feature, file) = path.split_once('/')?;
    let is_operation = !matches!(file, "mod" | "row" | "types");
    (is_operation && !others.contains(&feature)).then_some(path)
}

/// GraphQL types refer to each other, as the API does.
#[test]
fn no_two_files_import_each_other() {
    let sources = sources();
    let graph = imports(&sources);
    let count: usize = graph.values().map(BTreeSet::len).sum();
    assert!(count > 500, "{count} imports were read");
    let cycles: Vec<String> = cycles(&graph)
        .into_iter()
        .filter(|files| !files.iter().all(|file| is_graphql_type(file)))
        .map(|files| files.into_iter().collect::<Vec<_>>().join(" <-> "))
        .collect();
    assert!(cycles.is_empty(), "{}", cycles.join("\n"));
}

/// Whether a file is a feature's of the API.
fn is_graphql_type(file: &str) -> bool {
    let Some(path) = file.strip_prefix("src/graphql/") else {
        return false;
    };
    let (_, others) = LAYERS_OF_FEATURES[0];
    let folder = path.split_once('/').map(|(folder, _)| folder);
    folder.is_some_and(|folder| !others.contains(&folder))
}

/// The groups of files that reach one another.
fn cycles<'a>(graph: &BTreeMap<&'a str, BTreeSet<&'a str>>) -> BTreeSet<BTreeSet<&'a str>> {
    let reach: BTreeMap<&str, BTreeSet<&str>> = graph
        .keys()
        .map(|file| (*file, reachable(graph, file)))
        .collect();
    let mut cycles = BTreeSet::new();
    for (file, reached) in &reach {
        if reached.contains(file) {
            let group = reached.iter().filter(|other| reach[**other].contains(file));
            cycles.insert(group.copied().collect());
        }
    }
    cycles
}

fn reachable<'a>(graph: &BTreeMap<&'a str, BTreeSet<&'a str>>, start: &str) -> BTreeSet<&'a str> {
    let mut reached = BTreeSet::new();
    let mut open: Vec<&str> = graph[start].iter().copied().collect();
    while let Some(file) = open.pop() {
        if reached.insert(file) {
            open.extend(graph.get(file).into_iter().flatten());
        }
    }
    reached
}

#[test]
fn each_library_stays_in_its_place() {
    for source in sources().iter().filter(|source| !source.is_test()) {
        let path = &source.path;
        for line in source.code() {
            for (library, folders) in LIBRARIES {
                let names = line.contains(&format!("{library}::"))
                    || line.contains(&format!("use {library};"));
                let at_home = folders.iter().any(|folder| path.starts_with(folder));
                let own = line.contains(&format!("::{library}::"))
                    || line.contains(&format!("_{library}::"));
                assert!(!names || at_home || own, "{path}: {line}");
            }
        }
    }
}

#[test]
fn resolvers_name_nothing_of_the_store() {
    for source in &sources() {
        if source.path.starts_with("src/graphql/") {
            for line in source.code() {
                assert!(!line.contains("crate::store"), "{}: {line}", source.path);
            }
        }
    }
}

#[test]
fn no_macro_of_ours_hides_code() {
    for Source { path, text } in &sources() {
        assert!(!text.contains("macro_rules!"), "{path}");
    }
}

#[test]
fn the_domain_knows_neither_io_nor_clock_nor_async() {
    for source in &sources() {
        let path = &source.path;
        if !path.starts_with("src/domain/") {
            continue;
        }
        for line in source.code() {
            for foreign in [
                "tokio",
                "async ",
                "std::fs",
                "std::io",
                "crate::platform",
                "Utc::now",
            ] {
                assert!(!line.contains(foreign), "{path}: {line}");
            }
        }
    }
}

#[test]
fn the_service_knows_no_request() {
    for source in &sources() {
        let path = &source.path;
        if !path.starts_with("src/service/") {
            continue;
        }
        for line in source.code() {
            for foreign in ["Header", "Request", "http::"] {
                let is_allowed = line.contains("PageRequest")
                    || line.contains("ChangeRequested")
                    || line.contains("ResetRequested")
                    || line.contains("::RequestPasswordReset")
                    || line.contains("::RequestEmailChange")
                    || path.starts_with("src/service/rate_limits/") // which names fields of the API
                    || path.ends_with("outgoing_email.rs") // a mail has headers, too
                    || line.contains("jsonwebtoken")
                    || path.starts_with("src/service/token/"); // a JWT has a header, too
                assert!(is_allowed || !line.contains(foreign), "{path}: {line}");
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
            .map(|entry| entry.unwrap().file_name())
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
