//! SHA-256 of a file, read in pieces.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::error::{Error, Result};
use crate::progress::StopFlag;

/// How much is read between two looks at the stop flag, bytes.
pub(super) const PIECE_BYTES: usize = 1 << 18;

/// SHA-256 of a file as 64 small hex digits.
///
/// # Errors
/// [`Error::Io`] when it cannot be read, [`Error::Stopped`].
pub(super) fn of_file(path: &Path, stop: &StopFlag) -> Result<String> {
    let mut file = File::open(path).map_err(Error::io("cannot read", path))?;
    let mut hasher = Sha256::new();
    feed(&mut file, &mut hasher, path, stop)?;
    Ok(hex(hasher))
}

/// Feeds the rest of a file to a hasher; gives how many bytes that were.
pub(super) fn feed(file: &mut File, hasher: &mut Sha256, path: &Path, stop: &StopFlag) -> Result<u64> {
    let mut piece = vec![0; PIECE_BYTES];
    let mut fed = 0;
    loop {
        stop.check()?;
        let got = file.read(&mut piece).map_err(Error::io("cannot read", path))?;
        if got == 0 {
            return Ok(fed);
        }
        hasher.update(&piece[..got]);
        fed += got as u64;
    }
}

/// The digest as 64 small hex digits.
pub(super) fn hex(hasher: Sha256) -> String {
    format!("{:x}", hasher.finalize())
}
