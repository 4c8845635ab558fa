//! Files and folders that only their owner can read.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// The reason why a folder cannot be made.
#[derive(Debug, thiserror::Error)]
#[error("{} cannot be made: {source}", path.display())]
pub struct FolderError {
    path: PathBuf,
    source: io::Error,
}

/// Makes a folder with mode 0700, and those above it; does nothing if it exists.
pub fn make_folder(path: &Path) -> Result<(), FolderError> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(|source| FolderError {
            path: path.to_owned(),
            source,
        })
}

/// Writes a new file with mode 0600.
///
/// # Errors
/// When the file exists, which it never replaces, or cannot be written.
pub fn write_new(path: &Path, text: &str) -> io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}
