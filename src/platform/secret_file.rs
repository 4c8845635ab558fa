//! The secret of a laptop: made once, kept in the data folder, readable by its owner alone.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

use super::random::Random;

/// The file's place in the data folder.
#[must_use]
pub fn path(data_dir: &Path) -> PathBuf {
    data_dir.join("secret")
}

/// Makes the data folder, readable by its owner alone.
///
/// # Errors
/// When it cannot be made.
pub fn make_data_dir(data_dir: &Path) -> Result<(), String> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(data_dir)
        .map_err(|error| format!("{} cannot be made: {error}", data_dir.display()))
}

/// Reads the secret, or makes it when there is none.
///
/// # Errors
/// When it cannot be read or made, or others may read it.
pub fn load_or_make(data_dir: &Path, random: &Random) -> Result<String, String> {
    if let Some(secret) = load(data_dir)? {
        return Ok(secret);
    }
    make_data_dir(data_dir)?;
    let path = path(data_dir);
    make(&path, random).map_err(|error| format!("{} cannot be made: {error}", path.display()))?;
    load(data_dir)?.ok_or_else(|| format!("{} vanished", path.display()))
}

/// Reads the secret; `None` when there is none yet.
///
/// # Errors
/// When it cannot be read, or others may read it.
pub fn load(data_dir: &Path) -> Result<Option<String>, String> {
    let path = path(data_dir);
    let at = path.display();
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(format!("{at} cannot be read: {error}")),
    };
    let mode = fs::metadata(&path).map(|meta| meta.permissions().mode());
    let mode = mode.map_err(|error| format!("{at} cannot be read: {error}"))?;
    if mode & 0o077 != 0 {
        return Err(format!(
            "{at} can be read by others (mode {:o}): chmod 600 it, and if anybody may have read it, delete it: the next start says how to go on, with everybody logged out",
            mode & 0o777
        ));
    }
    Ok(Some(text.trim().to_owned()))
}

/// Writes under a name of its own and then links it: a crash leaves no half secret, and of two
/// processes that start at once one wins and both use its secret.
fn make(path: &Path, random: &Random) -> io::Result<()> {
    let secret = BASE64_URL_SAFE_NO_PAD.encode(random.bytes::<32>());
    let unique = BASE64_URL_SAFE_NO_PAD.encode(random.bytes::<8>());
    let temporary = path.with_extension(unique);
    write_new(&temporary, &secret)?;
    // Unlike a rename, a link does not replace what another process has just made.
    let linked = match fs::hard_link(&temporary, path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        done => done,
    };
    fs::remove_file(&temporary)?;
    linked?;
    match path.parent() {
        Some(folder) => File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}

/// Writes a file for its owner alone. Never over another one.
///
/// # Errors
/// When there is one, or it cannot be made.
pub fn write_new(path: &Path, text: &str) -> io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}
