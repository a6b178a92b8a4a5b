//! Voice prints on disk: one private file for each person.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::read::bounded;
use super::{json_files, make_private_folders, write_atomic};
use crate::diarize::KnownVoice;
use crate::diarize::voices::VoicePrint;
use crate::error::{Error, Result};

/// Prints kept of one person: a headset, a laptop's microphone, a telephone and two more. A new one replaces the oldest.
const PRINTS_MAX: usize = 5;
/// A longer file is something else: five prints are below 150 kB.
const BYTES_MAX: u64 = 1 << 20;
/// Changes when prints are made or compared in another way, so that old ones are refused rather than misjudged.
const VERSION: u32 = 1;
/// Longest name, in bytes.
pub const NAME_BYTES_MAX: usize = 200;

/// A person's file.
#[derive(Serialize, Deserialize)]
struct VoiceFile {
    voice_print: u32,
    name: String,
    me: bool,
    prints: Vec<VoicePrint>,
}

/// The known voices in `folder`, sorted by name, and what could not be read. A folder that is not there holds none.
#[must_use]
pub fn read_voices(folder: &Path) -> (Vec<KnownVoice>, Vec<Error>) {
    let (mut known, mut failures) = (Vec::new(), Vec::new());
    if !folder.exists() {
        return (known, failures);
    }
    for path in json_files(folder).0 {
        match read(&path) {
            Ok(voice) => known.push(voice),
            Err(failure) => failures.push(failure),
        }
    }
    known.sort_by(|a, b| a.name.cmp(&b.name));
    (known, failures)
}

/// Adds a print of somebody's voice to what is kept of it, and gives the file.
///
/// # Errors
/// [`Error::Io`] if it cannot be written.
pub fn keep_voice(folder: &Path, name: &str, me: bool, print: VoicePrint) -> Result<PathBuf> {
    make_private_folders(folder).map_err(Error::io("cannot make the folder", folder))?;
    let path = file_of(folder, name);
    // What is there but cannot be read is replaced: it is of no use to anybody.
    let mut prints = read(&path).map(|known| known.prints).unwrap_or_default();
    prints.push(print);
    let surplus = prints.len().saturating_sub(PRINTS_MAX);
    prints.drain(..surplus);
    let file = VoiceFile { voice_print: VERSION, name: name.to_owned(), me, prints };
    let text = serde_json::to_vec(&file).expect("strings and numbers can be written as JSON");
    write_atomic(&path, &text)?;
    Ok(path)
}

/// Removes what is kept of somebody's voice, and gives the file; `None` where nothing was kept.
///
/// # Errors
/// [`Error::Io`] if it cannot be removed.
pub fn forget_voice(folder: &Path, name: &str) -> Result<Option<PathBuf>> {
    let path = file_of(folder, name);
    match std::fs::remove_file(&path) {
        Ok(()) => Ok(Some(path)),
        Err(failure) if failure.kind() == ErrorKind::NotFound => Ok(None),
        Err(failure) => Err(Error::io("cannot remove", &path)(failure)),
    }
}

/// The file of a name: a digest, since a name may hold anything.
fn file_of(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{}.json", &blake3::hash(name.as_bytes()).to_hex()[..16]))
}

fn read(path: &Path) -> Result<KnownVoice> {
    let bad = |why: String| Error::Settings {
        what: path.display().to_string(),
        why: format!("not a voice print that can be used: {why}; remove the file and enrol the voice again"),
    };
    let bytes = bounded(path, BYTES_MAX).map_err(|failure| match failure.kind() {
        ErrorKind::FileTooLarge => bad(failure.to_string()),
        _ => Error::io("cannot read", path)(failure),
    })?;
    let file: VoiceFile = serde_json::from_slice(&bytes).map_err(|failure| bad(failure.to_string()))?;
    if file.voice_print != VERSION {
        return Err(bad(format!("its version is {}, wanted {VERSION}", file.voice_print)));
    }
    if file.prints.is_empty() || file.prints.len() > PRINTS_MAX || file.name.len() > NAME_BYTES_MAX {
        return Err(bad(format!("{} prints, where 1 to {PRINTS_MAX} are kept", file.prints.len())));
    }
    Ok(KnownVoice { name: file.name, me: file.me, prints: file.prints })
}
