//! What two tracks had in common, and how that is told.

use super::leaks::{Findings, Leak};
use super::suppress::{FRAME_SECONDS, Tally};
use crate::call::report::Warning;
use crate::call::transcript::{Basis, Transcript};
use crate::diarize::thousandths;

/// Drift that is worth a word: 20 ppm is a tenth of a second in an hour and a half.
const DRIFT_PPM_TOLD_MIN: f64 = 20.0;

/// What two tracks had in common.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sharing {
    /// Whether there were two tracks that hold different sound.
    pub(super) apart: bool,
    /// Whether the two held one sound, and one of them was let go.
    pub(super) one_sound: bool,
    /// The ways from track to track.
    pub(super) found: Findings,
    /// What was decided on each track.
    pub(super) tallies: [Tally; 2],
    /// Tracks on which nobody was heard but the other side.
    pub(super) nobody: [bool; 2],
}

impl Sharing {
    /// Sets the basis and the confidence of the transcript that was made from the tracks, and warns of what was found.
    pub fn tell(&self, transcript: &mut Transcript) {
        let mut warnings = Vec::new();
        if self.one_sound {
            warnings.push(Warning::new("one_sound", self.said_one_sound()));
        }
        if self.apart {
            transcript.basis = if self.found.leaks.is_empty() { Basis::TwoTrack } else { Basis::Stereo };
            transcript.attribution_confidence = Some(self.confidence());
            warnings.extend(self.found.leaks.iter().map(|leak| Warning::new("bleed", self.said(leak))));
            warnings.extend(self.said_late().map(|text| Warning::new("track_late", text)));
            warnings.extend(self.said_drift().map(|text| Warning::new("clock_drift", text)));
        }
        transcript.warnings.splice(0..0, warnings);
    }

    /// Share of the leaking sound of which it is clear whether the track's own speaker is heard too.
    fn confidence(&self) -> f64 {
        let sum = |of: fn(&Tally) -> u64| self.tallies.iter().map(of).sum::<u64>() as f64;
        let doubtful = sum(|tally| tally.doubtful) / sum(|tally| tally.leaking).max(1.0);
        thousandths(1.0 - doubtful)
    }

    fn said(&self, leak: &Leak) -> String {
        let target = 1 - leak.from;
        let removed = self.tallies[target].closed as f64 * FRAME_SECONDS;
        let level = if leak.gain_db < 0.0 { "softer" } else { "louder" };
        let fate = if self.nobody[target] {
            "nobody else is heard there, so nothing on it was transcribed".to_owned()
        } else {
            format!("{removed:.0} s with nothing else in them were not transcribed there")
        };
        format!(
            "The {} track is heard on the {} one, {:.0} ms later and {:.0} dB {level}, as a loudspeaker near a microphone or \
             an echo makes it: {fate}.",
            NAMES[leak.from],
            NAMES[target],
            leak.lag_ms.max(0.0),
            leak.gain_db.abs()
        )
    }

    fn said_late(&self) -> Option<String> {
        let late_ms = self.found.late_ms;
        let which = usize::from(late_ms < 0.0);
        (late_ms != 0.0).then(|| {
            format!("The {} track is {:.0} ms late as a whole and was moved forward.", NAMES[which], late_ms.abs())
        })
    }

    fn said_drift(&self) -> Option<String> {
        let ppm = self.found.drift_ppm;
        let pace = if ppm > 0.0 { "fast" } else { "slow" };
        (ppm.abs() >= DRIFT_PPM_TOLD_MIN).then(|| {
            format!(
                "The clock of the first track runs {:.0} millionths too {pace} for the second and was corrected.",
                ppm.abs()
            )
        })
    }

    fn said_one_sound(&self) -> String {
        let lag_ms = self.found.leaks.iter().map(|leak| leak.lag_ms).fold(0.0, f64::max);
        format!("Both tracks hold the same sound, {lag_ms:.1} ms apart: the call is taken for one mixed track.")
    }
}

const NAMES: [&str; 2] = ["first", "second"];
