//! The permissions of the SQLite file. It contains password hashes and addresses, so only its owner may use it.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::error::StoreError;

const SQLITE_HEADER: &[u8] = b"SQLite format 3\0";

/// Creates the file with mode 0600 if it does not exist, and sets this mode if others can read or write it. SQLite
/// gives the write-ahead log and its index the mode of the file.
pub fn make_private(path: &Path) -> Result<(), StoreError> {
    let failed = |path: &Path, error: &io::Error| {
        StoreError::Refused(format!(
            "{} can be used by others and cannot be made private: {error}; its owner can, with chmod 600",
            path.display()
        ))
    };
    let created = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path);
    let exists = created.is_err_and(|error| error.kind() == ErrorKind::AlreadyExists);
    // If the file could not be created, opening it reports why. A file that is no database, named by mistake, stays as
    // it is.
    if !exists || !is_sqlite(path).unwrap_or(false) {
        return Ok(());
    }
    for path in open_to_others(path) {
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600))
            .map_err(|error| failed(&path, &error))?;
        tracing::warn!(
            "{} could be used by others: its mode is 600 now",
            path.display()
        );
    }
    Ok(())
}

/// Lists the files of a database that others can read or write.
pub fn open_to_others(path: &Path) -> Vec<PathBuf> {
    let files = ["", "-wal", "-shm", "-journal"].map(|suffix| {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        PathBuf::from(name)
    });
    let is_open = |path: &PathBuf| {
        fs::metadata(path)
            .is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o077 != 0)
    };
    files.into_iter().filter(is_open).collect()
}

/// Returns whether the file is a database, or empty and about to become one.
fn is_sqlite(path: &Path) -> io::Result<bool> {
    let mut header = Vec::new();
    let limit = u64::try_from(SQLITE_HEADER.len()).unwrap_or(u64::MAX);
    File::open(path)?.take(limit).read_to_end(&mut header)?;
    Ok(header.is_empty() || header == SQLITE_HEADER)
}
