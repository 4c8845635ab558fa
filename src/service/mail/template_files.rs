//! The source files of templates: those inside the binary, and those of an operator's folder.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use rust_embed::RustEmbed;

use super::template_error::TemplateError;

/// The files that every build contains.
#[derive(RustEmbed)]
#[folder = "mail/"]
struct Embedded;

/// The contents of files by name, such as `en/verify_email.jinja`.
pub(super) type TemplateFiles = BTreeMap<String, String>;

/// Reads the files of the build, and replaces them with those of a folder.
pub(super) fn read(folder: Option<&Path>) -> Result<TemplateFiles, TemplateError> {
    let mut files = TemplateFiles::new();
    for name in Embedded::iter() {
        let Some(file) = Embedded::get(&name) else {
            return Err(TemplateError::NotInBuild(name.into_owned()));
        };
        let source = String::from_utf8_lossy(&file.data).into_owned();
        files.insert(name.into_owned(), source);
    }
    if let Some(folder) = folder {
        read_folder(folder, folder, &mut files)?;
    }
    Ok(files)
}

/// Reads every template in a folder and its subfolders, by its path from the root.
fn read_folder(folder: &Path, root: &Path, files: &mut TemplateFiles) -> Result<(), TemplateError> {
    let unreadable = |source| TemplateError::Unreadable {
        path: folder.to_owned(),
        source,
    };
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.is_dir() {
            read_folder(&path, root, files)?;
            continue;
        }
        let Some(name) = path.strip_prefix(root).ok().and_then(Path::to_str) else {
            continue;
        };
        let is_template = |suffix| {
            path.extension()
                .is_some_and(|extension| extension == suffix)
        };
        if ["jinja", "html", "txt"].into_iter().any(is_template) {
            match fs::read_to_string(&path) {
                Ok(source) => files.insert(name.to_owned(), source),
                Err(source) => return Err(TemplateError::Unreadable { path, source }),
            };
        }
    }
    Ok(())
}
