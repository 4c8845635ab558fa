//! The log of the test process, kept to be read: mail is captured there.

use std::io;
use std::sync::{Mutex, Once};

/// Every event so far.
static LINES: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Those of them that show the link of a captured mail. Tests look for theirs again and again, among those of
/// hundreds of tests in one process.
static LINKS: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Starts keeping the log; once for the process.
pub fn capture() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        tracing_subscriber::fmt()
            .with_env_filter("info")
            .with_ansi(false)
            .with_writer(|| Writer)
            // A test that listens to the log itself has been first.
            .try_init()
            .ok();
    });
}

/// Everything logged so far.
pub fn lines() -> Vec<String> {
    LINES.lock().unwrap().clone()
}

/// Every event so far that has these marks.
pub fn all(marks: &[&str]) -> Vec<String> {
    let all = LINES.lock().unwrap();
    let found = all
        .iter()
        .filter(|line| marks.iter().all(|mark| line.contains(mark)));
    found.cloned().collect()
}

/// Asserts that one line tells the operator that an account made way for another, by this field, and no address of mail.
#[track_caller]
pub fn assert_replaced(gone: &str, by: &str, field: &str) {
    let marks = [
        "ACCOUNT_DELETED".to_owned(),
        format!(" user={gone}"),
        format!(" replaced_by={by}"),
        format!(" operation={field:?}"),
        " address=".to_owned(),
    ];
    let lines = all(&marks.each_ref().map(String::as_str));
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].contains("latchkey::security"), "{lines:?}");
    assert!(!lines[0].contains('@'), "{lines:?}");
}

/// The tokens in the links of all lines that have these marks, oldest first.
pub fn tokens(marks: &[String]) -> Vec<String> {
    let all = LINKS.lock().unwrap();
    let lines = all
        .iter()
        .filter(|line| marks.iter().all(|mark| line.contains(mark)));
    let tokens = lines.filter_map(|line| line.split_once("#token=")?.1.split(' ').next());
    tokens.map(str::to_owned).collect()
}

struct Writer;

impl io::Write for Writer {
    /// Takes one event, which is one line: so the formatter writes them.
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
