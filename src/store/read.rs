//! Files are not trusted: what is read is a file, and no longer than such files are.

use std::fs::File;
use std::io::{Error, ErrorKind, Read, Result};
use std::path::Path;

/// The content of a file.
///
/// # Errors
/// What the system says; [`ErrorKind::InvalidInput`] for what is no file, since a pipe would be waited for;
/// [`ErrorKind::FileTooLarge`] for one that is longer than `bytes_max`.
pub(crate) fn bounded(path: &Path, bytes_max: u64) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    bounded_into(path, bytes_max, &mut bytes)?;
    Ok(bytes)
}

/// [`bounded`] into bytes that are there already; what was in them is gone.
///
/// # Errors
/// As [`bounded`].
pub(crate) fn bounded_into(path: &Path, bytes_max: u64, bytes: &mut Vec<u8>) -> Result<()> {
    bytes.clear();
    let meta = std::fs::metadata(path)?;
    if !meta.is_file() {
        return Err(no_file());
    }
    // What its length is said to be may not hold: it may grow, or be made by the system while it is read.
    File::open(path)?.take(bytes_max + 1).read_to_end(bytes)?;
    if bytes.len() as u64 > bytes_max {
        return Err(Error::new(ErrorKind::FileTooLarge, format!("it is longer than {bytes_max} bytes")));
    }
    Ok(())
}

/// What is said of a pipe, a folder or a device: it would be waited for, or has no end.
pub(super) fn no_file() -> Error {
    Error::new(ErrorKind::InvalidInput, "it is neither a file nor a link to one")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_files_and_what_is_none_are_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x");
        std::fs::write(&path, b"12345").unwrap();
        assert_eq!(bounded(&path, 5).unwrap(), b"12345");
        assert_eq!(bounded(&path, 4).unwrap_err().kind(), ErrorKind::FileTooLarge);
        assert_eq!(bounded(dir.path(), 5).unwrap_err().kind(), ErrorKind::InvalidInput);
        assert_eq!(bounded(&dir.path().join("none"), 5).unwrap_err().kind(), ErrorKind::NotFound);
    }

    #[cfg(unix)]
    #[test]
    fn endless_files_and_pipes_are_left_at_once() {
        let dir = tempfile::tempdir().unwrap();
        let zero = dir.path().join("zero");
        std::os::unix::fs::symlink("/dev/zero", &zero).unwrap();
        assert_eq!(bounded(&zero, 5).unwrap_err().kind(), ErrorKind::InvalidInput);
        let pipe = dir.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        assert_eq!(bounded(&pipe, 5).unwrap_err().kind(), ErrorKind::InvalidInput);
    }
}
