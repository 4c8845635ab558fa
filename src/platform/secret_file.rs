//! The generated secret: made once, kept in the data folder, readable only by its owner.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};

use super::private_file::{self, FolderError};
use super::random::Random;

/// The reason why the secret cannot be loaded or made.
#[derive(Debug, thiserror::Error)]
pub enum SecretFileError {
    #[error(transparent)]
    Folder(#[from] FolderError),
    #[error("{} cannot be made: {source}", path.display())]
    NotMade { path: PathBuf, source: io::Error },
    #[error("{} cannot be read: {source}", path.display())]
    Unreadable { path: PathBuf, source: io::Error },
    #[error("{} vanished", .0.display())]
    Vanished(PathBuf),
    #[error(
        "{} can be read by others (mode {mode:o}): chmod 600 it, and if anybody may have read it, delete it: the next start says how to go on, with everybody logged out",
        path.display()
    )]
    ReadableByOthers { path: PathBuf, mode: u32 },
}

/// Returns the path of the file in the data folder.
#[must_use]
pub fn path(data_dir: &Path) -> PathBuf {
    data_dir.join("secret")
}

/// Loads the secret, or makes it if there is none.
pub fn load_or_make(data_dir: &Path, random: &Random) -> Result<SecretString, SecretFileError> {
    if let Some(secret) = load(data_dir)? {
        return Ok(secret);
    }
    private_file::make_folder(data_dir)?;
    let path = path(data_dir);
    if let Err(source) = make(&path, random) {
        return Err(SecretFileError::NotMade { path, source });
    }
    load(data_dir)?.ok_or(SecretFileError::Vanished(path))
}

/// Loads the secret; `None` if there is none yet. Refuses a file that others can read.
pub fn load(data_dir: &Path) -> Result<Option<SecretString>, SecretFileError> {
    let path = path(data_dir);
    let (text, mode) = match read(&path) {
        Ok(content) => content,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(SecretFileError::Unreadable { path, source }),
    };
    if mode & 0o077 != 0 {
        return Err(SecretFileError::ReadableByOthers { path, mode });
    }
    Ok(Some(text.trim().into()))
}

/// Reads the text of a file, and its permissions.
fn read(path: &Path) -> io::Result<(Zeroizing<String>, u32)> {
    let text = Zeroizing::new(fs::read_to_string(path)?);
    let mode = fs::metadata(path)?.permissions().mode();
    Ok((text, mode & 0o777))
}

/// Makes the file under a temporary name and then links it: a crash leaves no incomplete secret, and of two
/// processes that start at once one wins, and both use its secret.
fn make(path: &Path, random: &Random) -> io::Result<()> {
    let bytes = Zeroizing::new(random.bytes::<32>());
    let secret = SecretString::from(BASE64_URL_SAFE_NO_PAD.encode(bytes.as_slice()));
    let unique = BASE64_URL_SAFE_NO_PAD.encode(random.bytes::<8>());
    let temporary = path.with_extension(unique);
    private_file::write_new(&temporary, secret.expose_secret())?;
    // Unlike a rename, a link does not replace a file that another process has just made.
    let linked = match fs::hard_link(&temporary, path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        linked => linked,
    };
    fs::remove_file(&temporary)?;
    linked?;
    match path.parent() {
        Some(folder) => File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}
