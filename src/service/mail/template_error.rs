//! Errors of templates.

use std::io;
use std::path::PathBuf;

/// The reason why a template cannot be used. It names the file.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    #[error("{0} is not in the build")]
    NotInBuild(String),
    #[error("{}: {source}", path.display())]
    Unreadable { path: PathBuf, source: io::Error },
    #[error("{name}: {source:#}")]
    Invalid {
        name: String,
        source: minijinja::Error,
    },
}

impl TemplateError {
    /// Returns a conversion for errors of one file.
    pub(super) fn in_file(name: &str) -> impl Fn(minijinja::Error) -> Self + Copy {
        move |source| Self::Invalid {
            name: name.to_owned(),
            source,
        }
    }
}
