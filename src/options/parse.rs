//! Values of flags, read from text.

use jiff::SignedDuration;

use crate::call::time::Duration;
use crate::diarize::voices::{SPEAKERS_MAX, SpeakerCount};

/// Shards of more than this many parts are a typing error.
const SHARDS_MAX: u32 = 100_000;

/// One part of a batch that several processes share: part `index` of `count`, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    index: u32,
    count: u32,
}

impl Shard {
    /// Whether a call at this place belongs to this part. Every call belongs to exactly one part, whatever else lies in
    /// the folder, so that processes which list the folder at different times neither repeat nor lose one.
    #[must_use]
    pub fn holds(self, place: &std::path::Path) -> bool {
        let digest = blake3::hash(place.as_os_str().as_encoded_bytes());
        let number = digest.as_bytes()[..8].iter().fold(0, |number, byte| number << 8 | u64::from(*byte));
        number % u64::from(self.count) == u64::from(self.index - 1)
    }
}

/// Reads `2/8`: the second of eight parts.
///
/// # Errors
/// A sentence on what was wanted.
pub fn parse_shard(text: &str) -> Result<Shard, String> {
    let wanted = || format!("{text:?} was given, wanted I/N with I from 1 to N, such as 2/8");
    let (index, count) = text.split_once('/').ok_or_else(wanted)?;
    let (index, count) = (index.parse().map_err(|_| wanted())?, count.parse().map_err(|_| wanted())?);
    if (1..=count).contains(&index) && count <= SHARDS_MAX { Ok(Shard { index, count }) } else { Err(wanted()) }
}

/// Reads how many people speak: `2`, or `auto`.
///
/// # Errors
/// A sentence on what was wanted.
pub fn parse_speakers(text: &str) -> Result<SpeakerCount, String> {
    if text.trim() == "auto" {
        return Ok(SpeakerCount::Auto);
    }
    let count = text.trim().parse().ok().filter(|count| (1..=SPEAKERS_MAX).contains(count));
    let wanted = || format!("{text:?} was given, wanted a number from 1 to {SPEAKERS_MAX}, or auto");
    count.map(SpeakerCount::Given).ok_or_else(wanted)
}

/// Reads a length of time: `90`, `90s`, `2m`, `1m 30s`, `PT2M`.
///
/// # Errors
/// A sentence on what was wanted.
pub fn parse_length(text: &str) -> Result<Duration, String> {
    let text = text.trim();
    let wanted = || format!("{text:?} was given, wanted a length of time such as 90s, 2m or 1m30s");
    if let Ok(secs) = text.parse::<f64>() {
        return if secs.is_finite() && secs >= 0.0 { Ok(Duration::from_secs(secs)) } else { Err(wanted()) };
    }
    let length: SignedDuration = text.parse().map_err(|_| wanted())?;
    u64::try_from(length.as_millis()).map(Duration::from_ms).map_err(|_| wanted())
}

/// Reads `A=Dana`: speaker A is called Dana.
///
/// # Errors
/// A sentence on what was wanted.
pub fn parse_speaker(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((who, name)) if !who.trim().is_empty() && !name.trim().is_empty() => {
            Ok((who.trim().to_owned(), name.trim().to_owned()))
        }
        _ => Err(format!("{text:?} was given, wanted SPEAKER=NAME such as A=Dana")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_call_lies_in_exactly_one_shard() {
        let shards: Vec<_> = (1..=7).map(|index| parse_shard(&format!("{index}/7")).unwrap()).collect();
        let mut sizes = [0; 7];
        for call in 0..700 {
            let place = format!("client/{call}.wav");
            let holders: Vec<_> = (0..7).filter(|at| shards[*at].holds(place.as_ref())).collect();
            assert_eq!(holders.len(), 1);
            sizes[holders[0]] += 1;
        }
        assert!(sizes.iter().all(|size| (60..140).contains(size)), "{sizes:?}");
    }

    #[test]
    fn shards_outside_their_range_are_refused() {
        for text in ["0/3", "4/3", "1", "a/b", "1/0", "-1/2", "1/99999999"] {
            assert!(parse_shard(text).unwrap_err().contains("wanted I/N"), "{text}");
        }
    }

    #[test]
    fn lengths_are_read_as_people_write_them() {
        for (text, ms) in [("90", 90_000), ("90s", 90_000), ("2m", 120_000), ("1m30s", 90_000), ("1m 30s", 90_000)] {
            assert_eq!(parse_length(text), Ok(Duration::from_ms(ms)), "{text}");
        }
        for text in ["", "-2m", "soon", "NaN", "inf"] {
            assert!(parse_length(text).is_err(), "{text}");
        }
    }

    #[test]
    fn speakers_are_read_as_pairs() {
        assert_eq!(parse_speaker("A = Dana Lee"), Ok(("A".into(), "Dana Lee".into())));
        assert!(parse_speaker("Dana").is_err());
        assert!(parse_speaker("=Dana").is_err());
    }
}
