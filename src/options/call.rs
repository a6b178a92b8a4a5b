//! The settings of one call, from flags and the files around it.

use std::path::Path;

use crate::call::time::Duration;
use crate::diarize::NameSettings;
use crate::diarize::voices::SpeakerCount;
use crate::error::{Error, Result};
use crate::findings::FindingSettings;
use crate::ingest::dates;
use crate::ingest::inputs::Input;
use crate::options::parse::{parse_length, parse_speakers};
use crate::options::settings_file::{SettingsFile, files_for};
use crate::pipeline::{CallSettings, HearSettings};
use crate::topics::TopicSettings;

/// What the flags say about every call of a run.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CallFlags {
    /// `--client`.
    pub client: Option<String>,
    /// `--title`.
    pub title: Option<String>,
    /// `--date`.
    pub date: Option<String>,
    /// `--me`.
    pub me: Option<String>,
    /// `--agenda`, one item each.
    pub agenda: Vec<String>,
    /// `--business`, one word or phrase each.
    pub business: Vec<String>,
    /// `--speaker A=Dana`, as pairs.
    pub speakers: Vec<(String, String)>,
    /// `--speakers`.
    pub speaker_count: Option<SpeakerCount>,
    /// `--language`.
    pub language: Option<String>,
    /// `--translate`.
    pub translate: bool,
    /// `--redact`.
    pub redact: bool,
    /// `--opening-budget`.
    pub opening_budget: Option<Duration>,
}

/// The settings of one call: flags before its sidecar before `rapport.toml` in its folder before the user's own, which
/// lies in `user` if there is such a folder. A client whom none of them names is the one that the call's folder names.
///
/// # Errors
/// [`Error::Settings`] for a settings file or a value that is not understood, [`Error::Io`] for one that cannot be read.
pub fn call_settings(input: &Input, flags: &CallFlags, user: Option<&Path>) -> Result<CallSettings> {
    let depth = input.place.components().count().saturating_sub(1);
    let mut merged = from_flags(flags);
    for path in files_for(&input.path, depth, user) {
        merged = merged.or(SettingsFile::read(&path)?);
    }
    // Before the client's own section is looked for: that may be for a client whom only the folder names.
    merged.client = merged.client.as_deref().and_then(non_empty).or_else(|| input.client_folder());
    let settings = merged.for_client();
    let agenda = settings.agenda.unwrap_or_default();
    let bad = |what: &str, why: String| Error::Settings { what: format!("{}: {what}", input.path.display()), why };
    let date = settings.date.map(|value| plain(&value)).map(|text| {
        let why = || format!("{text:?} was given, wanted a date such as 2026-03-05 or 2026-03-05 14:30");
        dates::parse(&text).ok_or_else(|| bad("date", why()))
    });
    let count = settings.speaker_count.map(|value| plain(&value));
    let count = count.map(|text| parse_speakers(&text).map_err(|why| bad("speaker_count", why))).transpose()?;
    let budget = settings.opening_budget.map(|value| plain(&value));
    let budget = budget.map(|text| parse_length(&text).map_err(|why| bad("opening_budget", why))).transpose()?;
    let defaults = FindingSettings::default();
    let names = NameSettings {
        me: settings.me.as_deref().and_then(non_empty),
        speakers: settings.speakers.unwrap_or_default(),
    };
    Ok(CallSettings {
        client: settings.client.as_deref().and_then(non_empty),
        title: settings.title.as_deref().and_then(non_empty),
        date: date.transpose()?,
        hear: HearSettings {
            language: settings.language.map(|code| language(&code).map_err(|why| bad("language", why))).transpose()?,
            translate: flags.translate,
            redact: settings.redact.unwrap_or(false).then(|| names.clone()),
            speakers: count.unwrap_or_default(),
        },
        names,
        known: std::sync::Arc::default(),
        topics: TopicSettings { agenda: agenda.clone(), business: settings.business.unwrap_or_default() },
        findings: FindingSettings {
            agenda: agenda.clone(),
            opening_budget: budget.unwrap_or(defaults.opening_budget),
            ..defaults
        },
        agenda,
    })
}

fn from_flags(flags: &CallFlags) -> SettingsFile {
    let list = |items: &[String]| Some(items.to_vec()).filter(|items| !items.is_empty());
    SettingsFile {
        client: flags.client.clone(),
        title: flags.title.clone(),
        date: flags.date.clone().map(toml::Value::String),
        me: flags.me.clone(),
        agenda: list(&flags.agenda),
        business: list(&flags.business),
        speakers: Some(flags.speakers.iter().cloned().collect()),
        speaker_count: flags.speaker_count.map(|count| toml::Value::String(count.to_string())),
        language: flags.language.clone(),
        opening_budget: flags.opening_budget.map(|length| toml::Value::Float(length.secs())),
        redact: flags.redact.then_some(true),
        clients: None,
        recording: None,
    }
}

/// A value as the text that stands for it, so that `date = 2026-03-05` and `date = "2026-03-05"` are the same.
fn plain(value: &toml::Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned)
}

fn non_empty(text: &str) -> Option<String> {
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// A language code in the form whisper uses; `auto` is refused by name since leaving the setting out means that.
fn language(code: &str) -> std::result::Result<String, String> {
    let lower = code.trim().to_lowercase();
    let base = lower.split(['-', '_']).next().unwrap_or_default();
    if (2..=3).contains(&base.len()) && base.bytes().all(|byte| byte.is_ascii_lowercase()) {
        Ok(base.to_owned())
    } else {
        Err(format!("{code:?} was given, wanted an ISO 639-1 code such as en or ru; leave it out to have it detected"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::inputs::InputKind;

    fn call_in(folder: &Path, place: &str) -> Input {
        let path = folder.join(place);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        Input { path, place: place.into(), kind: InputKind::Recording, named: false }
    }

    #[test]
    fn flags_win_over_the_sidecar_over_the_folder_over_the_user() {
        let dir = tempfile::tempdir().unwrap();
        let input = call_in(dir.path(), "acme/x.wav");
        let write = |place: &str, text: &str| std::fs::write(dir.path().join(place), text).unwrap();
        write("acme/x.toml", "title = 'sidecar'\nclient = 'sidecar'\ndate = 2026-03-05");
        write("acme/rapport.toml", "title = 'folder'\nme = 'folder'\nopening_budget = '3m'");
        write("rapport.toml", "language = 'en-GB'\nme = 'above'");
        let user = dir.path().join("user");
        std::fs::create_dir(&user).unwrap();
        write("user/rapport.toml", "agenda = ['user']\nlanguage = 'de'");
        let flags = CallFlags { client: Some("flag".into()), ..CallFlags::default() };
        let settings = call_settings(&input, &flags, Some(&user)).unwrap();
        assert_eq!(settings.client.as_deref(), Some("flag"));
        assert_eq!(settings.title.as_deref(), Some("sidecar"));
        assert_eq!(settings.date.as_deref(), Some("2026-03-05"));
        assert_eq!(settings.names.me.as_deref(), Some("folder"));
        assert_eq!(settings.hear.language.as_deref(), Some("en"));
        assert_eq!(settings.findings.opening_budget, Duration::from_secs(180.0));
        assert_eq!(settings.topics.agenda, ["user"]);
    }

    #[test]
    fn a_bad_value_names_the_call_and_what_was_wanted() {
        let dir = tempfile::tempdir().unwrap();
        let input = call_in(dir.path(), "x.wav");
        for (text, wanted) in
            [("date = 'soon'", "2026-03-05"), ("opening_budget = 'long'", "90s"), ("language = 'english'", "ISO 639-1")]
        {
            std::fs::write(dir.path().join("x.toml"), text).unwrap();
            let said = call_settings(&input, &CallFlags::default(), None).unwrap_err().to_string();
            assert!(said.contains("x.wav") && said.contains(wanted), "{said}");
        }
    }
}
