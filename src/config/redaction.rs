//! Removal of secrets from errors of the command line: clap prints arguments that it cannot parse.

use clap::error::{ContextKind, ContextValue, ErrorKind};

/// The replacement for a secret.
const REDACTED: &str = "…";

/// Removes from an error the part before the `@` of a URL, and arguments that may be misplaced settings.
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
            // The suggestion repeats the argument.
            error.remove(ContextKind::Suggested);
        }
        error.insert(kind, ContextValue::String(text));
    }
    error
}

/// Returns whether an argument may be a URL with a password, or an assignment of a variable.
fn may_be_a_setting(argument: &str) -> bool {
    argument.contains(['=', ':', '?'])
}

/// Removes the user and the password from a text; `None` if it has none. They contain a colon, unlike an email address.
fn without_user(text: &str) -> Option<String> {
    // The @ may be encoded.
    let (before, after) = text.rsplit_once('@').or_else(|| text.rsplit_once("%40"))?;
    let scheme = before.split_once("://").map_or("", |(scheme, _)| scheme);
    let mark = if scheme.is_empty() { "" } else { "://" };
    before
        .contains(':')
        .then(|| format!("{scheme}{mark}{REDACTED}@{after}"))
}
