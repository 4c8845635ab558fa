//! Errors of the command line without the secrets in it: clap repeats to the terminal what it cannot read.

use clap::error::{ContextKind, ContextValue, ErrorKind};

/// Stands for what is not repeated.
const REDACTED: &str = "…";

/// The same error without what stands before the `@` of a URL, and without arguments that may be misplaced settings.
#[must_use]
pub fn without_secrets(mut error: clap::Error) -> clap::Error {
    let is_misplaced = match (error.kind(), error.get(ContextKind::InvalidArg)) {
        (ErrorKind::UnknownArgument | ErrorKind::InvalidSubcommand, _) => true,
        // An argument without a flag, such as an id.
        (ErrorKind::ValueValidation, Some(ContextValue::String(name))) => !name.starts_with('-'),
        _ => false,
    };
    let texts: Vec<_> = error
        .context()
        .filter_map(|(kind, value)| match value {
            ContextValue::String(text) if is_misplaced && may_be_a_setting(text) => {
                Some((kind, REDACTED.to_owned()))
            }
            ContextValue::String(text) => Some((kind, without_user(text)?)),
            _ => None,
        })
        .collect();
    for (kind, text) in texts {
        if is_misplaced {
            // The advice repeats the argument.
            error.remove(ContextKind::Suggested);
        }
        error.insert(kind, ContextValue::String(text));
    }
    error
}

/// Whether an argument may be a URL with its password, or the value of a variable.
fn may_be_a_setting(argument: &str) -> bool {
    argument.contains(['=', ':', '?'])
}

/// A text without its user and password; `None` if it has none. They hold a colon, which an address of mail does not.
fn without_user(text: &str) -> Option<String> {
    // Somebody may have encoded the @, too.
    let (before, after) = text.rsplit_once('@').or_else(|| text.rsplit_once("%40"))?;
    let scheme = before.split_once("://").map_or("", |(scheme, _)| scheme);
    let mark = if scheme.is_empty() { "" } else { "://" };
    before
        .contains(':')
        .then(|| format!("{scheme}{mark}{REDACTED}@{after}"))
}
