//! The result of one check.

use std::fmt::Display;

/// The result of one check.
pub(super) struct Finding {
    /// The subject of the check, in a word or two.
    pub(super) subject: &'static str,
    /// Whether the service cannot serve until this is fixed.
    pub(super) is_problem: bool,
    pub(super) text: String,
    /// Advice to the operator. The service can serve without following it.
    pub(super) warnings: Vec<String>,
}

impl Finding {
    pub(super) fn ok(subject: &'static str, text: impl Display) -> Self {
        Self {
            subject,
            is_problem: false,
            text: text.to_string(),
            warnings: Vec::new(),
        }
    }

    pub(super) fn problem(subject: &'static str, problem: impl Display) -> Self {
        Self {
            is_problem: true,
            ..Self::ok(subject, problem)
        }
    }

    /// Returns a finding whose problem, if any, is an error.
    pub(super) fn new(subject: &'static str, result: Result<impl Display, impl Display>) -> Self {
        match result {
            Ok(text) => Self::ok(subject, text),
            Err(problem) => Self::problem(subject, problem),
        }
    }

    /// Prints the finding, one line for each of its lines.
    pub(super) fn print(&self) {
        let mark = if self.is_problem {
            "PROBLEM"
        } else {
            "ok     "
        };
        for line in self.text.lines() {
            println!("{mark}  {:<10}  {line}", self.subject);
        }
        for warning in &self.warnings {
            println!("WARNING  {:<10}  {warning}", self.subject);
        }
    }
}
