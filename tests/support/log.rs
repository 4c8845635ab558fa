//! The log of the test process, in which mail is captured.

use std::io;
use std::sync::{Mutex, Once};

/// All lines so far.
static LINES: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// The lines that show the link of a captured mail. Tests search them again and again, among those of
/// hundreds of tests in one process.
static LINKS: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Captures the log, once for the process.
pub fn capture() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        tracing_subscriber::fmt()
            .with_env_filter("info")
            .with_ansi(false)
            .with_writer(|| Writer)
            // A test may have installed a subscriber of its own.
            .try_init()
            .ok();
    });
}

/// Returns all lines so far.
pub fn lines() -> Vec<String> {
    LINES.lock().unwrap().clone()
}

/// Returns the lines that contain all of these words.
pub fn all(words: &[&str]) -> Vec<String> {
    let all = LINES.lock().unwrap();
    let matching = all
        .iter()
        .filter(|line| words.iter().all(|word| line.contains(word)));
    matching.cloned().collect()
}

/// Asserts that one line says that an account was replaced by another through this operation, without an email address.
#[track_caller]
pub fn assert_replaced(gone: &str, by: &str, field: &str) {
    let words = [
        "ACCOUNT_DELETED".to_owned(),
        format!(" user={gone}"),
        format!(" replaced_by={by}"),
        format!(" operation={field:?}"),
        " address=".to_owned(),
    ];
    let lines = all(&words.each_ref().map(String::as_str));
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].contains("latchkey::security"), "{lines:?}");
    assert!(!lines[0].contains('@'), "{lines:?}");
}

/// Returns the tokens in the links of all lines that contain these words, oldest first.
pub fn tokens(words: &[String]) -> Vec<String> {
    let all = LINKS.lock().unwrap();
    let lines = all
        .iter()
        .filter(|line| words.iter().all(|word| line.contains(word)));
    let tokens = lines.filter_map(|line| line.split_once("#token=")?.1.split(' ').next());
    tokens.map(str::to_owned).collect()
}

struct Writer;

impl io::Write for Writer {
    /// Keeps a line. The formatter writes each event at once.
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let line = String::from_utf8_lossy(event).trim_end().to_owned();
        if line.contains("#token=") {
            LINKS.lock().unwrap().push(line.clone());
        }
        LINES.lock().unwrap().push(line);
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
