//! The settings file beside a recording: who it was with, when, and what the recorder knows about the tracks.

use jiff::civil::DateTime;
use serde::Serialize;

use super::RECORDING_RATE;
use super::recorder::{Ending, Pause, Summary};
use crate::call::time::Duration;

/// How the date is written: local time to the second.
pub const DATE_FORMAT: &str = "%Y-%m-%dT%H:%M:%S";

/// `NAME.toml` beside `NAME.wav`, as `rapport analyze` reads it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Sidecar {
    /// The client.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client: Option<String>,
    /// Title of the call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// When it began, ISO 8601 local time.
    pub date: String,
    /// The user's speaker id; `None` where everybody is on one track.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub me: Option<String>,
    /// What the recorder knows.
    pub recording: RecordingNote,
}

/// The table `[recording]`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RecordingNote {
    /// Whether the others agreed to being recorded, as far as the user said so.
    pub consent: bool,
    /// Number of this file in a recording of several, from 1.
    pub part: usize,
    /// Why it ended; `"unfinished"` while it goes on or after the recorder was killed.
    pub ended: String,
    /// Samples a second of the file; lost samples are counted in these.
    pub sample_rate: u32,
    /// Length of the whole recording in seconds; `None` while it goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seconds: Option<f64>,
    /// Moments that the user marked, seconds from the start of the recording.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub marks: Vec<f64>,
    /// The tracks, in the order of the file.
    pub tracks: Vec<TrackNote>,
    /// Stretches that the user left out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pauses: Vec<PauseNote>,
}

/// One pause in the table.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PauseNote {
    /// Where in the recording it lies, seconds.
    pub at: f64,
    /// How long it was, seconds.
    pub seconds: f64,
}

/// One track in the table.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TrackNote {
    /// `"microphone"` or `"system"`.
    pub role: String,
    /// The device.
    pub device: String,
    /// Samples of silence that stand for lost sound.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lost_samples: Option<u64>,
    /// How fast the device's clock ran, parts in a million; already taken away.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub drift_ppm: Option<f64>,
    /// Samples at full scale.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clipped_samples: Option<u64>,
    /// Whether there was nothing but silence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub silent: Option<bool>,
    /// Seconds into the recording at which the device went away.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gone_at: Option<f64>,
}

impl RecordingNote {
    /// What is known before the first sample: tracks as (role, device).
    #[must_use]
    pub fn begun(consent: bool, tracks: &[(String, String)]) -> Self {
        let note = |(role, device): &(String, String)| TrackNote {
            role: role.clone(),
            device: device.clone(),
            lost_samples: None,
            drift_ppm: None,
            clipped_samples: None,
            silent: None,
            gone_at: None,
        };
        Self {
            consent,
            part: 1,
            ended: "unfinished".to_owned(),
            sample_rate: RECORDING_RATE,
            seconds: None,
            marks: Vec::new(),
            pauses: Vec::new(),
            tracks: tracks.iter().map(note).collect(),
        }
    }

    /// The same with what the recorder found out.
    #[must_use]
    pub fn finished(mut self, summary: &Summary) -> Self {
        let ended = match &summary.ending {
            Ending::Asked => "asked",
            Ending::Long => "length_reached",
            Ending::DevicesGone => "devices_gone",
            Ending::CannotWrite(_) => "cannot_write",
        };
        ended.clone_into(&mut self.ended);
        self.seconds = Some(summary.length.secs());
        self.marks = summary.marks.iter().map(|mark| mark.secs()).collect();
        let note = |pause: &Pause| PauseNote { at: pause.at.secs(), seconds: pause.length.secs() };
        self.pauses = summary.pauses.iter().map(note).collect();
        for (note, track) in self.tracks.iter_mut().zip(&summary.tracks) {
            note.lost_samples = Some(track.lost_samples);
            note.drift_ppm = track.drift_ppm.map(|ppm| (ppm * 10.0).round() / 10.0);
            note.clipped_samples = Some(track.clipped_samples);
            note.silent = Some(track.silent);
            note.gone_at = track.gone.as_ref().map(|(at, _)| at.secs());
        }
        self
    }
}

impl Sidecar {
    /// The file's text.
    #[must_use]
    pub fn to_toml(&self) -> String {
        toml::to_string(self).expect("our own fields are strings and numbers, with tables last")
    }

    /// The same for part `number` of the recording, which begins so long after the first one.
    #[must_use]
    pub fn of_part(&self, number: usize, begins: Duration) -> Self {
        let mut part = self.clone();
        part.recording.part = number;
        if let Ok(first) = self.date.parse::<DateTime>() {
            let begun = first.saturating_add(jiff::SignedDuration::from_secs(begins.secs() as i64));
            part.date = begun.strftime(DATE_FORMAT).to_string();
        }
        part
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_known_is_written() {
        let tracks = [("microphone".to_owned(), "Mic \"1\"".to_owned())];
        let sidecar = Sidecar {
            client: None,
            title: Some("Kick-off".into()),
            date: "2026-03-05T14:30:00".into(),
            me: None,
            recording: RecordingNote::begun(true, &tracks),
        };
        let text = sidecar.to_toml();
        let read: toml::Table = toml::from_str(&text).unwrap();
        assert_eq!(read.keys().collect::<Vec<_>>(), ["date", "recording", "title"]);
        assert_eq!(read["recording"]["ended"].as_str(), Some("unfinished"));
        assert_eq!(read["recording"]["tracks"][0]["device"].as_str(), Some("Mic \"1\""));
        assert!(!text.contains("drift"), "{text}");
    }

    #[test]
    fn a_later_part_begins_later() {
        let sidecar = Sidecar {
            client: Some("Acme".into()),
            title: None,
            date: "2026-03-05T20:30:00".into(),
            me: None,
            recording: RecordingNote::begun(false, &[]),
        };
        let part = sidecar.of_part(2, Duration::from_ms(6 * 3_600_000 + 1_500));
        assert_eq!((part.date.as_str(), part.recording.part), ("2026-03-06T02:30:01", 2));
        assert_eq!(sidecar.of_part(1, Duration::ZERO), sidecar);
    }
}
