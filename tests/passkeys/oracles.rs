//! Two other verifiers, which are given the same cases as ours: SimpleWebAuthn and python-fido2. Their verdicts are the same, but
//! for the differences that have a reason, and they read the same in what they accept.
//!
//! Plain `cargo test` ignores these tests, because they need Node.js and Python with packages. `tests/run` runs them.

use std::env;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;

use serde_json::Value;

use crate::cases::{self, Case};
use crate::differences::{DIFFERENCES, Difference, Library, Theirs};

/// The number of disagreements that a failed test shows.
const MAX_SHOWN: usize = 20;

/// Returns the verdict of another verifier on each case.
fn verdicts(library: Library, cases: &[Case]) -> Vec<Value> {
    let (program, script) = match library {
        Library::SimpleWebAuthn => ("node".to_owned(), "simplewebauthn.mjs"),
        Library::PythonFido2 => {
            let python = env::var("PYTHON_WITH_FIDO2");
            (
                python.unwrap_or_else(|_| "python3".to_owned()),
                "fido2_verifier.py",
            )
        }
    };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/passkeys");
    let mut child = Command::new(program)
        .arg(folder.join(script))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program is there; tests/run brings it");
    let mut input = child.stdin.take().unwrap();
    let lines: String = cases
        .iter()
        .map(|case| format!("{}\n", case.json))
        .collect();
    // The program may end before it has read everything; then its status says so.
    let writer = thread::spawn(move || input.write_all(lines.as_bytes()));
    let output = child.wait_with_output().unwrap();
    let _ = writer.join().unwrap();
    assert!(
        output.status.success(),
        "{script}: {}; tests/run brings its packages",
        output.status
    );
    let text = String::from_utf8(output.stdout).unwrap();
    let verdicts: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(
        verdicts.len(),
        cases.len(),
        "{script} has a verdict on each case"
    );
    verdicts
}

/// Returns what is wrong with a verdict, if anything is.
fn disagreement(library: Library, case: &Case, verdict: &Value) -> Option<String> {
    let is_accepted = verdict["accepted"].as_bool().unwrap();
    let is_explained = match reason(library, case) {
        Some(difference) => difference.explains(case, is_accepted),
        None => is_accepted == case.ours.is_ok(),
    };
    let is_read = match (&case.ours, verdict["read"].as_object()) {
        (Ok(ours), Some(theirs)) => theirs.iter().all(|(name, value)| ours[name] == *value),
        _ => true,
    };
    if is_explained && is_read {
        return None;
    }
    let (kind, what, ours) = (case.kind, &case.what, &case.ours);
    Some(format!(
        "{kind:?}, {what}: ours {ours:?}, theirs {verdict}\n  {}",
        case.json
    ))
}

fn reason(library: Library, case: &Case) -> Option<&'static Difference> {
    let mut differences = DIFFERENCES.iter();
    differences.find(|difference| difference.is_about(library, case))
}

#[track_caller]
fn assert_agrees(library: Library) {
    let cases = cases::all();
    let verdicts = verdicts(library, &cases);
    let pairs = || cases.iter().zip(&verdicts);
    let disagreements: Vec<_> = pairs()
        .filter_map(|(case, verdict)| disagreement(library, case, verdict))
        .collect();
    let count = disagreements.len();
    let shown = disagreements
        .iter()
        .take(MAX_SHOWN)
        .cloned()
        .collect::<Vec<_>>()
        .join("\n");
    assert!(
        count == 0,
        "{library} decides otherwise in {count} cases:\n{shown}"
    );
    // A difference that is none any more is removed from the table.
    let rows = DIFFERENCES.iter();
    let rows = rows.filter(|row| row.libraries.contains(&library));
    for (what, kind) in rows.flat_map(Difference::pairs) {
        let differs = pairs().any(|(case, verdict)| {
            (case.what.as_str(), case.kind) == (what, kind)
                && verdict["accepted"] != case.ours.is_ok()
        });
        assert!(
            differs,
            "{library}, {kind:?}, {what}: there is no difference"
        );
    }
    let differing = pairs().filter(|(case, verdict)| verdict["accepted"] != case.ours.is_ok());
    println!(
        "{library}: {} cases, {} explained differences",
        cases.len(),
        differing.count()
    );
}

#[test]
#[ignore = "needs Node.js with @simplewebauthn/server: tests/run"]
fn simplewebauthn_gives_the_same_verdicts() {
    assert_agrees(Library::SimpleWebAuthn);
}

#[test]
#[ignore = "needs Python with fido2: tests/run"]
fn python_fido2_gives_the_same_verdicts() {
    assert_agrees(Library::PythonFido2);
}

#[test]
fn the_cases_are_many_and_the_genuine_ones_are_accepted() {
    let cases = cases::all();
    let accepted = cases.iter().filter(|case| case.ours.is_ok()).count();
    assert!(cases.len() > 2_000, "{} cases", cases.len());
    assert!(accepted > 400, "{accepted} are accepted");
    let unverified = "the authenticator did not verify the user";
    for case in cases.iter().filter(|case| case.what.starts_with("genuine")) {
        let is_right = case.ours.is_ok() || case.ours == Err(unverified.to_owned());
        assert!(is_right, "{}: {:?}", case.what, case.ours);
    }
}

/// The table names no case that there is not, and none twice.
#[test]
fn each_difference_is_about_cases_that_are_there() {
    let cases = cases::all();
    for difference in DIFFERENCES {
        for (what, kind) in difference.pairs() {
            let mut cases = cases.iter();
            let is_in_question = cases.any(|case| {
                case.what == what
                    && case.kind == kind
                    && case.ours.is_ok() == (difference.theirs == Theirs::Refuses)
            });
            assert!(is_in_question, "{kind:?}, {what}: {}", difference.reason);
        }
    }
    for case in &cases {
        for library in [Library::SimpleWebAuthn, Library::PythonFido2] {
            let rows = DIFFERENCES.iter();
            let count = rows.filter(|row| row.is_about(library, case)).count();
            assert!(count <= 1, "{library}, {}: {count} reasons", case.what);
        }
    }
}
