//! What lies in a folder of reports: its JSON files at any depth, and what the folder keeps to itself left out.

use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use crate::call::trend::LeftOut;

/// All `.json` files below the folder by path, and the folders that cannot be looked into. What begins with a dot is ours
/// (`.rapport`) or hidden by the user.
#[must_use]
pub fn json_files(folder: &Path) -> (Vec<PathBuf>, Vec<LeftOut>) {
    let shown = |entry: &DirEntry| entry.depth() == 0 || !entry.file_name().as_encoded_bytes().starts_with(b".");
    let is_json = |path: &Path| path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("json"));
    let (mut files, mut left_out) = (Vec::new(), Vec::new());
    for entry in WalkDir::new(folder).into_iter().filter_entry(shown) {
        match entry {
            Ok(entry) if !entry.file_type().is_dir() && is_json(entry.path()) => files.push(entry.into_path()),
            Ok(_) => {}
            Err(failure) => {
                let file = place_in(folder, failure.path().unwrap_or(folder));
                left_out.push(LeftOut { file, why: failure.to_string() });
            }
        }
    }
    files.sort();
    (files, left_out)
}

/// The way from the folder to a file in it, with `/` between folders.
#[must_use]
pub fn place_in(folder: &Path, file: &Path) -> String {
    let inside = file.strip_prefix(folder).unwrap_or(file);
    inside.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}
