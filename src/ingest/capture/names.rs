//! Where a recording goes and what it is called.

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// Letters of a client's name that go into a file name at most.
const CLIENT_LETTERS_MAX: usize = 40;

/// Recordings in the same minute for the same client that are told apart by a number, at most.
const SAME_NAME_MAX: u32 = 1000;

/// The two files of a recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileSpot {
    /// The sound.
    pub wav: PathBuf,
    /// The settings beside it.
    pub sidecar: PathBuf,
}

/// A file name from a date (`2026-03-05T14:30:00`) and a client: `2026-03-05_14-30_acme-ltd`.
#[must_use]
pub fn file_name(date: &str, client: Option<&str>) -> String {
    let minute = date.get(..16).unwrap_or(date).replace('T', "_").replace(':', "-");
    let mut name = String::new();
    for letter in client.unwrap_or_default().chars().flat_map(char::to_lowercase) {
        if letter.is_alphanumeric() {
            name.push(letter);
        } else if !name.is_empty() && !name.ends_with('-') {
            name.push('-');
        }
        if name.chars().count() == CLIENT_LETTERS_MAX {
            break;
        }
    }
    let name = name.trim_end_matches('-');
    if name.is_empty() { format!("{minute}_call") } else { format!("{minute}_{name}") }
}

impl FileSpot {
    /// Where to record to: `out` if it names a file, else a file called `name` in the folder `out` or here. Nothing is
    /// made yet, and nothing that is there would be overwritten.
    ///
    /// # Errors
    /// [`Error::Settings`] if the file exists, has another ending than `.wav`, or lies in a folder that does not exist.
    pub fn find(out: Option<&Path>, name: &str) -> Result<Self> {
        let refused = |why: String| Error::Settings { what: "-o".to_owned(), why };
        let folder = match out {
            Some(path) if !path.is_dir() => {
                let wav = match path.extension().map(std::ffi::OsStr::to_ascii_lowercase) {
                    None => path.with_extension("wav"),
                    Some(ending) if ending == "wav" => path.to_owned(),
                    Some(_) => return Err(refused(format!("{} was given, wanted a .wav file", path.display()))),
                };
                let parent = wav.parent().filter(|parent| !parent.as_os_str().is_empty());
                if let Some(parent) = parent.filter(|parent| !parent.is_dir()) {
                    return Err(refused(format!("there is no folder {}; make it first", parent.display())));
                }
                let spot = Self::of(wav);
                return match spot.taken() {
                    None => Ok(spot),
                    Some(file) => Err(refused(format!(
                        "{} is there already, and recordings never overwrite; name another file",
                        file.display()
                    ))),
                };
            }
            Some(folder) => folder,
            None => Path::new(""),
        };
        let numbered = |number: u32| if number == 1 { name.to_owned() } else { format!("{name}-{number}") };
        let free = (1..=SAME_NAME_MAX)
            // Not `with_extension`: the name may hold dots.
            .map(|number| Self::of(folder.join(format!("{}.wav", numbered(number)))))
            .find(|spot| spot.taken().is_none());
        free.ok_or_else(|| refused(format!("{SAME_NAME_MAX} recordings are called {name} already; name a file")))
    }

    fn of(wav: PathBuf) -> Self {
        Self { sidecar: wav.with_extension("toml"), wav }
    }

    fn taken(&self) -> Option<&Path> {
        [&self.wav, &self.sidecar].into_iter().find(|path| path.symlink_metadata().is_ok()).map(PathBuf::as_path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_hold_the_date_and_the_client() {
        let date = "2026-03-05T14:30:59";
        assert_eq!(file_name(date, Some("Acme & Söhne, Ltd.")), "2026-03-05_14-30_acme-söhne-ltd");
        assert_eq!(file_name(date, Some("../../etc/passwd")), "2026-03-05_14-30_etc-passwd");
        assert_eq!(file_name(date, Some(" .. ")), "2026-03-05_14-30_call");
        assert_eq!(file_name(date, None), "2026-03-05_14-30_call");
        assert_eq!(file_name(date, Some(&"x".repeat(300))).len(), 17 + CLIENT_LETTERS_MAX);
    }

    #[test]
    fn a_free_name_is_found_and_a_taken_file_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let find = |out: &Path| FileSpot::find(Some(out), "call");
        let first = find(dir.path()).unwrap();
        assert_eq!(first.wav, dir.path().join("call.wav"));
        // A sidecar somebody wrote before the call is a reason to keep away as well.
        std::fs::write(&first.sidecar, "").unwrap();
        assert_eq!(find(dir.path()).unwrap().wav, dir.path().join("call-2.wav"));
        assert!(find(&first.wav).unwrap_err().to_string().contains("call.toml is there already"));
        assert_eq!(find(&dir.path().join("x")).unwrap().wav, dir.path().join("x.wav"));
        assert!(find(&dir.path().join("x.mp3")).unwrap_err().to_string().contains("wanted a .wav"));
        assert!(find(&dir.path().join("no/x.wav")).unwrap_err().to_string().contains("no folder"));
    }
}
