//! Settings files: `NAME.toml` beside a recording, `rapport.toml` in its folder, and the user's own.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::error::{Error, Result};
use crate::store::read;

/// Name of the file that holds settings for a folder and, in the user's config folder, for everything.
pub const FOLDER_FILE: &str = "rapport.toml";

/// A settings file longer than this is something else.
const BYTES_MAX: u64 = 1 << 20;

/// Longest name, title or item of a list, in characters.
const TEXT_CHARS_MAX: usize = 500;

/// Most entries of a list: an agenda, words that are business, names, clients.
const ITEMS_MAX: usize = 1_000;

/// What a settings file may say; all of it optional.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SettingsFile {
    /// The client.
    pub(crate) client: Option<String>,
    /// Title of the call.
    pub(crate) title: Option<String>,
    /// When it took place: `2026-03-05` or `2026-03-05 14:30`.
    pub(crate) date: Option<toml::Value>,
    /// The user: a speaker's name or id.
    pub(crate) me: Option<String>,
    /// What the call is for.
    pub(crate) agenda: Option<Vec<String>>,
    /// Names by speaker id or by the name in the transcript.
    pub(crate) speakers: Option<BTreeMap<String, String>>,
    /// How many people are on a mixed track: a number, or `"auto"`.
    pub(crate) speaker_count: Option<toml::Value>,
    /// Words that are business with this client, however social they sound.
    pub(crate) business: Option<Vec<String>>,
    /// Language of the call, ISO 639-1.
    pub(crate) language: Option<String>,
    /// Small talk at the start that counts as rapport: `"2m"`, `"90s"` or seconds.
    pub(crate) opening_budget: Option<toml::Value>,
    /// Whether personal data is taken out of everything that is written.
    pub(crate) redact: Option<bool>,
    /// Settings for calls with one client, by the client's name.
    pub(crate) clients: Option<BTreeMap<String, SettingsFile>>,
    /// What `rapport record` notes about the recording; read by people and by later versions.
    pub(crate) recording: Option<toml::Table>,
}

impl SettingsFile {
    /// Reads a settings file; one that is not there says nothing.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let refused = |why: String| Error::Settings { what: path.display().to_string(), why };
        let bytes = match read::bounded(path, BYTES_MAX) {
            Ok(bytes) => bytes,
            // A call whose name is as long as names may be can have no file with a longer ending beside it.
            Err(failure) if matches!(failure.kind(), ErrorKind::NotFound | ErrorKind::InvalidFilename) => {
                return Ok(Self::default());
            }
            Err(failure) if failure.kind() == ErrorKind::InvalidInput => {
                return Err(refused(format!("{failure}; wanted a settings file")));
            }
            Err(failure) => return Err(Error::io("cannot read", path)(failure)),
        };
        let text = String::from_utf8(bytes).map_err(|failure| refused(format!("it is no text: {failure}")))?;
        let read: Self = toml::from_str(&text).map_err(|failure| refused(failure.to_string().trim_end().to_owned()))?;
        read.beyond().map_or(Ok(read), |why| Err(refused(why)))
    }

    /// What it says too much of, if it does.
    fn beyond(&self) -> Option<String> {
        let texts = [&self.client, &self.title, &self.me, &self.language].into_iter().flatten();
        let lists = [&self.agenda, &self.business].into_iter().flatten();
        let names = self.speakers.iter().flat_map(|names| names.iter().flat_map(|(id, name)| [id, name]));
        let all = || texts.clone().chain(lists.clone().flatten()).chain(names.clone());
        if let Some(text) = all().find(|text| text.chars().count() > TEXT_CHARS_MAX) {
            let count = text.chars().count();
            return Some(format!("a text of {count} characters, where {TEXT_CHARS_MAX} are the most"));
        }
        let counts = lists.clone().map(Vec::len).chain(self.speakers.as_ref().map(BTreeMap::len));
        let clients = self.clients.iter().flat_map(BTreeMap::values);
        if let Some(count) = counts.chain(self.clients.as_ref().map(BTreeMap::len)).find(|&count| count > ITEMS_MAX) {
            return Some(format!("a list of {count} entries, where {ITEMS_MAX} are the most"));
        }
        clients.into_iter().find_map(Self::beyond)
    }

    /// This file, with what it leaves open taken from `farther`.
    pub(crate) fn or(mut self, farther: Self) -> Self {
        let mut speakers = farther.speakers.unwrap_or_default();
        speakers.extend(self.speakers.take().unwrap_or_default());
        let mut clients = farther.clients.unwrap_or_default();
        for (name, nearer) in self.clients.take().unwrap_or_default() {
            let below = clients.remove(&name).unwrap_or_default();
            clients.insert(name, nearer.or(below));
        }
        Self {
            client: self.client.or(farther.client),
            title: self.title.or(farther.title),
            date: self.date.or(farther.date),
            me: self.me.or(farther.me),
            agenda: self.agenda.or(farther.agenda),
            speakers: Some(speakers).filter(|names| !names.is_empty()),
            speaker_count: self.speaker_count.or(farther.speaker_count),
            business: self.business.or(farther.business),
            language: self.language.or(farther.language),
            opening_budget: self.opening_budget.or(farther.opening_budget),
            redact: self.redact.or(farther.redact),
            clients: Some(clients).filter(|named| !named.is_empty()),
            recording: self.recording.or(farther.recording),
        }
    }

    /// The same with the section of the call's client, if there is one, laid over it.
    pub(crate) fn for_client(mut self) -> Self {
        let Some(client) = self.client.clone() else { return self };
        let sections = self.clients.take().unwrap_or_default();
        let section = sections.into_iter().find(|(name, _)| name.eq_ignore_ascii_case(&client));
        section.map(|(_, section)| section).unwrap_or_default().or(self)
    }
}

/// The settings files that hold for a call at `path`, nearest first: its sidecar, then `rapport.toml` in its folder and
/// in the `depth` folders above that, then the user's own.
pub(crate) fn files_for(path: &Path, depth: usize, user: Option<&Path>) -> Vec<PathBuf> {
    let mut files = vec![path.with_extension("toml")];
    let folder = path.parent().map(|parent| if parent.as_os_str().is_empty() { Path::new(".") } else { parent });
    files.extend(folder.into_iter().flat_map(Path::ancestors).take(depth + 1).map(|place| place.join(FOLDER_FILE)));
    files.extend(user.map(|place| place.join(FOLDER_FILE)));
    files
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> SettingsFile {
        toml::from_str(text).unwrap()
    }

    #[test]
    fn the_nearer_file_wins_and_names_add_up() {
        let near = file("client = 'acme'\n[speakers]\nA = 'Nate'");
        let far = file("client = 'other'\nme = 'Nate'\n[speakers]\nA = 'X'\nB = 'Jodie'");
        let both = near.or(far);
        assert_eq!(both.client.as_deref(), Some("acme"));
        assert_eq!(both.me.as_deref(), Some("Nate"));
        let names = both.speakers.unwrap();
        assert_eq!((names["A"].as_str(), names["B"].as_str()), ("Nate", "Jodie"));
    }

    #[test]
    fn a_clients_section_is_laid_over_the_rest() {
        let text = "client = 'Acme'\nbusiness = ['x']\n[clients.acme]\nbusiness = ['boots']\nagenda = ['shop']";
        let settings = file(text).for_client();
        assert_eq!(settings.business.unwrap(), ["boots"]);
        assert_eq!(settings.agenda.unwrap(), ["shop"]);
        assert_eq!(settings.client.as_deref(), Some("Acme"));
    }

    #[test]
    fn a_typing_error_is_named_with_its_place() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("rapport.toml");
        std::fs::write(&path, "clinet = 'acme'\n").unwrap();
        let text = SettingsFile::read(&path).unwrap_err().to_string();
        assert!(text.contains("rapport.toml") && text.contains("clinet") && text.contains("line 1"), "{text}");
    }

    #[test]
    fn a_missing_file_says_nothing_and_a_huge_one_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(SettingsFile::read(&dir.path().join("no.toml")).unwrap(), SettingsFile::default());
        let path = dir.path().join("big.toml");
        std::fs::write(&path, vec![b'#'; BYTES_MAX as usize + 1]).unwrap();
        assert!(SettingsFile::read(&path).unwrap_err().to_string().contains("longer than"));
    }

    #[test]
    fn endless_texts_long_lists_and_deep_tables_are_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("rapport.toml");
        let items = |count: usize| format!("agenda = [{}]", "'x', ".repeat(count));
        let names = |count: usize| (0..count).fold("[speakers]\n".to_owned(), |all, at| format!("{all}A{at} = 'x'\n"));
        let text = |count: usize| format!("[clients.acme]\ntitle = '{}'", "x".repeat(count));
        let deep = |count: usize| format!("recording = {{ a = {}1{} }}", "[".repeat(count), "]".repeat(count));
        for (good, bad, says) in [
            (items(ITEMS_MAX), items(ITEMS_MAX + 1), "1001 entries"),
            (names(ITEMS_MAX), names(ITEMS_MAX + 1), "1001 entries"),
            (text(TEXT_CHARS_MAX), text(TEXT_CHARS_MAX + 1), "501 characters"),
            (deep(20), deep(100_000), "line 1"),
        ] {
            std::fs::write(&path, good).unwrap();
            SettingsFile::read(&path).unwrap();
            std::fs::write(&path, bad).unwrap();
            let said = SettingsFile::read(&path).unwrap_err().to_string();
            assert!(said.contains("rapport.toml") && said.contains(says), "{}", &said[..said.len().min(300)]);
        }
        std::fs::write(&path, b"title = '\xff'").unwrap();
        assert!(SettingsFile::read(&path).unwrap_err().to_string().contains("no text"));
    }

    #[test]
    fn files_are_looked_for_from_near_to_far() {
        let files = files_for(Path::new("calls/acme/x.wav"), 1, Some(Path::new("/home/me/.config/rapport")));
        let names: Vec<_> = files.iter().map(|file| file.to_str().unwrap()).collect();
        let wanted = [
            "calls/acme/x.toml",
            "calls/acme/rapport.toml",
            "calls/rapport.toml",
            "/home/me/.config/rapport/rapport.toml",
        ];
        assert_eq!(names, wanted);
    }
}
