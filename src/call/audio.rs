//! Sound in the one shape the rest of the program knows: tracks of 16 kHz mono.

use crate::call::time::{Duration, Span, Timestamp};

/// Samples a second of every [`Track`]: what whisper models and speech detectors are trained on.
pub const SAMPLE_RATE: u32 = 16_000;

/// Samples in one millisecond of a track.
pub const SAMPLES_PER_MS: u64 = SAMPLE_RATE as u64 / 1000;

/// Samples in one block of a track: a minute, so that a growing track never copies what it holds.
const BLOCK_SAMPLES: usize = 60 * SAMPLE_RATE as usize;

/// One channel of sound, 16 kHz.
///
/// Held as 16-bit integers in blocks of a minute: 115 MB an hour, and appending never moves earlier samples, so the
/// peak while decoding is the size of the sound itself. 96 dB of range is beyond any call recording.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Track {
    blocks: Vec<Vec<i16>>,
    len: usize,
}

impl Track {
    /// A track that holds `samples` (-1 to 1).
    #[must_use]
    pub fn from_samples(samples: &[f32]) -> Self {
        let mut track = Self::default();
        track.push(samples);
        track
    }

    /// Appends samples; values beyond -1 to 1 are clipped, NaN becomes silence.
    pub fn push(&mut self, samples: &[f32]) {
        let mut rest = samples;
        while !rest.is_empty() {
            if self.blocks.last().is_none_or(|block| block.len() == BLOCK_SAMPLES) {
                self.blocks.push(Vec::new());
            }
            let Some(block) = self.blocks.last_mut() else { return };
            let (now, later) = rest.split_at(rest.len().min(BLOCK_SAMPLES - block.len()));
            // `as` saturates and maps NaN to 0.
            block.extend(now.iter().map(|sample| (sample * 32_767.0).round() as i16));
            self.len += now.len();
            rest = later;
        }
    }

    /// Cuts the track to `len` samples, if it is longer.
    pub fn truncate(&mut self, len: usize) {
        self.len = self.len.min(len);
        self.blocks.truncate(self.len.div_ceil(BLOCK_SAMPLES));
        if let Some(last) = self.blocks.last_mut() {
            last.truncate(self.len - (self.len - 1) / BLOCK_SAMPLES * BLOCK_SAMPLES);
        }
    }

    /// Number of samples.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether it holds no sound at all.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Its length in time.
    #[must_use]
    pub const fn duration(&self) -> Duration {
        Duration::from_ms(self.len as u64 / SAMPLES_PER_MS)
    }

    /// Appends the samples of `span` to `out` as -1 to 1; what lies past the end of the track is left out.
    pub fn read(&self, span: Span, out: &mut Vec<f32>) {
        let first = sample_index(span.start());
        self.read_samples(first, sample_index(span.end()).saturating_sub(first), out);
    }

    /// Appends `count` samples from index `first` on to `out` as -1 to 1; what lies past the end is left out.
    pub fn read_samples(&self, first: usize, count: usize, out: &mut Vec<f32>) {
        let end = first.saturating_add(count).min(self.len);
        let mut at = first;
        while at < end {
            let block = &self.blocks[at / BLOCK_SAMPLES];
            let from = at % BLOCK_SAMPLES;
            let take = (end - at).min(BLOCK_SAMPLES - from);
            out.extend(block[from..from + take].iter().map(|&sample| f32::from(sample) / 32_767.0));
            at += take;
        }
    }

    /// The samples as they are held, block after block.
    pub fn blocks(&self) -> impl Iterator<Item = &[i16]> {
        self.blocks.iter().map(Vec::as_slice)
    }
}

/// Index of the sample that is heard at `at`.
#[must_use]
pub const fn sample_index(at: Timestamp) -> usize {
    (at.ms() * SAMPLES_PER_MS) as usize
}

/// What the channels of a recording turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// One channel, or several that carry the same sound: one track, everybody on it.
    Mono,
    /// Two channels with different sound, a side of the call on each: two tracks, the user's first.
    TwoTrack,
    /// More than two channels, mixed down to one track.
    MixedDown,
}

/// A decoded recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recording {
    /// One track, or two where each holds a side of the call. All have the same length.
    pub tracks: Vec<Track>,
    /// What the channels turned out to be.
    pub layout: Layout,
    /// Channels of the source before anything was joined.
    pub channels: u16,
    /// Samples a second of the source.
    pub sample_rate: u32,
    /// When the recording started, if the file says so, as an ISO 8601 text.
    pub started_at: Option<String>,
    /// A title the file carries in its tags, if any.
    pub title: Option<String>,
    /// Doubts met while decoding (damaged packets skipped, a channel without sound).
    pub doubts: Vec<crate::call::report::Warning>,
}

impl Recording {
    /// Length of the recording.
    #[must_use]
    pub fn duration(&self) -> Duration {
        self.tracks.iter().map(Track::duration).max().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_across_blocks_gives_back_what_was_pushed() {
        let ramp: Vec<f32> = (0..BLOCK_SAMPLES + 5000).map(|i| (i % 2000) as f32 / 2000.0 - 0.5).collect();
        let mut track = Track::default();
        for piece in ramp.chunks(777) {
            track.push(piece);
        }
        let (first, count) = (BLOCK_SAMPLES - 100, 300);
        let mut out = Vec::new();
        track.read_samples(first, count, &mut out);
        assert_eq!(out.len(), count);
        for (got, want) in out.iter().zip(&ramp[first..]) {
            assert!((got - want).abs() < 1.0 / 32_000.0, "{got} {want}");
        }
    }

    #[test]
    fn reading_past_the_end_gives_what_there_is() {
        let track = Track::from_samples(&[0.5; 1600]);
        let mut out = Vec::new();
        track.read(Span::from_ms(50, 5000), &mut out);
        assert_eq!(out.len(), 800);
        track.read(Span::from_ms(500, 600), &mut out);
        assert_eq!(out.len(), 800);
    }

    #[test]
    fn clipped_and_broken_samples_are_held_in_range() {
        let track = Track::from_samples(&[2.0, -2.0, f32::NAN]);
        assert_eq!(track.blocks().flatten().copied().collect::<Vec<_>>(), [32_767, -32_768, 0]);
    }
}
