//! The unfinished file of a download: locked, hashed while it grows, kept when the line breaks.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read as _, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::catalog::human_bytes;
use super::digest;
use crate::error::{Error, Result};
use crate::progress::StopFlag;

/// Longest entity tag that is kept, bytes; servers use about 70.
const TAG_BYTES_MAX: u64 = 1024;

/// A file `TARGET.part` and its lock `TARGET.part.lock`, which also keeps the server's entity tag for the next try.
///
/// The lock file is removed only once the target is in place, so whoever gets a lock must look for the target again.
pub(super) struct Part {
    path: PathBuf,
    target: PathBuf,
    file: File,
    lock: File,
    hasher: Sha256,
    bytes: u64,
    tag: Option<String>,
}

/// What the lock said.
pub(super) enum Opened {
    /// The part is ours.
    Ours(Box<Part>),
    /// Another process is at it.
    Busy,
}

impl Part {
    /// Opens or makes the part of a target, and hashes what is there already.
    pub(super) fn open(target: &Path, stop: &StopFlag) -> Result<Opened> {
        let (path, lock_path) = (with_suffix(target, ".part"), with_suffix(target, ".part.lock"));
        let mut lock = open(&lock_path)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(Opened::Busy),
            Err(TryLockError::Error(source)) => return Err(Error::io("cannot lock", &lock_path)(source)),
        }
        let mut tag = String::new();
        // A tag that is no text is as good as none: the digest decides in the end.
        let _ = (&mut lock).take(TAG_BYTES_MAX).read_to_string(&mut tag);
        let mut file = open(&path)?;
        let mut hasher = Sha256::new();
        let bytes = digest::feed(&mut file, &mut hasher, &path, stop)?;
        let tag = Some(tag).filter(|tag| !tag.is_empty() && bytes > 0);
        Ok(Opened::Ours(Box::new(Self { path, target: target.to_owned(), file, lock, hasher, bytes, tag })))
    }

    /// How much is there, bytes.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The part's own file.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The entity tag under which the bytes so far were served.
    pub(super) fn tag(&self) -> Option<&str> {
        self.tag.as_deref()
    }

    /// Notes the entity tag under which bytes are served from now on.
    pub(super) fn note_tag(&mut self, tag: Option<&str>) -> Result<()> {
        let lock_path = with_suffix(&self.target, ".part.lock");
        self.tag = tag.map(str::to_owned).filter(|tag| tag.len() as u64 <= TAG_BYTES_MAX);
        rewind(&mut self.lock)
            .and_then(|()| self.lock.write_all(self.tag.as_deref().unwrap_or_default().as_bytes()))
            .map_err(Error::io("cannot write", &lock_path))
    }

    /// Forgets all bytes.
    pub(super) fn start_over(&mut self) -> Result<()> {
        rewind(&mut self.file).map_err(Error::io("cannot empty", &self.path))?;
        self.hasher = Sha256::new();
        self.bytes = 0;
        self.note_tag(None)
    }

    /// Adds bytes at the end; `missing` is how many more are to come, for the message of a full disk.
    pub(super) fn append(&mut self, piece: &[u8], missing: Option<u64>) -> Result<()> {
        self.file.write_all(piece).map_err(|source| write_failure(&self.path, source, missing))?;
        self.hasher.update(piece);
        self.bytes += piece.len() as u64;
        Ok(())
    }

    /// Puts the part in the target's place when its digest is `wanted`.
    ///
    /// # Errors
    /// `Ok(Err(found))` with the digest found, and the part gone, when it is another.
    pub(super) fn finish(self, wanted: &str) -> Result<std::result::Result<(), String>> {
        let found = digest::hex(self.hasher);
        if found != wanted {
            fs::remove_file(&self.path).map_err(Error::io("cannot remove", &self.path))?;
            return Ok(Err(found));
        }
        self.file.sync_all().map_err(|source| write_failure(&self.path, source, None))?;
        drop(self.file);
        fs::rename(&self.path, &self.target).map_err(Error::io("cannot rename to", &self.target))?;
        // The name is safe on disk only when its folder is; where folders cannot be opened (Windows), the system sees to it.
        if let Some(folder) = self.target.parent().and_then(|folder| File::open(folder).ok()) {
            let _ = folder.sync_all();
        }
        // An orphaned lock file does no harm.
        let _ = fs::remove_file(with_suffix(&self.target, ".part.lock"));
        Ok(Ok(()))
    }
}

fn open(path: &Path) -> Result<File> {
    let opened = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path);
    opened.map_err(Error::io("cannot write", path))
}

fn rewind(file: &mut File) -> std::io::Result<()> {
    file.set_len(0)?;
    file.seek(SeekFrom::Start(0)).map(|_| ())
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

fn write_failure(path: &Path, source: std::io::Error, missing: Option<u64>) -> Error {
    if source.kind() != ErrorKind::StorageFull && source.kind() != ErrorKind::QuotaExceeded {
        return Error::io("cannot write", path)(source);
    }
    let more = missing.map_or_else(String::new, |bytes| format!("; {} more are needed", human_bytes(bytes)));
    let why = format!("the disk is full{more}. Make room and type the same again: it goes on where it stopped");
    Error::Model { path: path.to_owned(), why }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_says_how_much_is_missing() {
        let text = write_failure(Path::new("m.part"), ErrorKind::StorageFull.into(), Some(148_000_000)).to_string();
        let wanted = "m.part: the disk is full; 148 MB more are needed. \
                      Make room and type the same again: it goes on where it stopped";
        assert_eq!(text, wanted);
    }

    #[test]
    fn a_second_opener_is_told_it_is_busy() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("m.bin");
        let first = Part::open(&target, &StopFlag::default()).unwrap();
        assert!(matches!(first, Opened::Ours(_)));
        assert!(matches!(Part::open(&target, &StopFlag::default()).unwrap(), Opened::Busy));
    }

    #[test]
    fn what_was_there_is_hashed_again() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("m.bin");
        fs::write(with_suffix(&target, ".part"), b"ab").unwrap();
        let Opened::Ours(mut part) = Part::open(&target, &StopFlag::default()).unwrap() else { panic!("busy") };
        assert_eq!((part.bytes(), part.tag()), (2, None));
        part.append(b"c", None).unwrap();
        // FIPS 180-2, appendix B.1: the digest of "abc".
        let wanted = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(part.finish(wanted).unwrap(), Ok(()));
        assert_eq!(fs::read(&target).unwrap(), b"abc");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
