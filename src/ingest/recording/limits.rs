//! What a file may ask of us. Files are not trusted: each limit is far above any call and far below harm.

use crate::call::time::Duration;

/// Longest sound: two days. 16 kHz stereo of that length is 11 GB, far more than any call.
pub const LENGTH_MAX: Duration = Duration::from_ms(48 * 3_600_000);

/// Most channels: a large mixing desk has 32.
pub const CHANNELS_MAX: usize = 32;

/// Lowest sample rate, Hz; speech needs 8 kHz, half of it is still let through.
pub const RATE_MIN: u32 = 4_000;

/// Highest sample rate, Hz: twice what the best sound cards use.
pub const RATE_MAX: u32 = 384_000;

/// Most silence that is put in for gaps in time stamps, seconds: a file with broken stamps must not fill the memory.
pub(super) const GAPS_SECS_MAX: f64 = 3600.0;

/// Gaps shorter than this, in seconds, are rounding of time stamps (WebM counts in milliseconds), not lost sound.
pub(super) const GAP_SECS_MIN: f64 = 0.060;

/// Packets in a row without any sound after which a file is given up. An hour of video between two packets of sound
/// has about as many.
pub(super) const IDLE_PACKETS_MAX: u32 = 200_000;

/// Difference between declared and decoded length that is worth a doubt, milliseconds.
pub(super) const LENGTH_TOLERANCE_MS: u64 = 1000;

/// Longest title or date taken from a file's tags, characters.
pub(super) const TAG_CHARS_MAX: usize = 200;

/// Most samples that the fragments of an MP4 file may declare without a byte for each: six hours of 48 kHz, each value a
/// sample of its own, and a second or two for the reader, which counts them one by one.
pub(super) const BARE_SAMPLES_MAX: u64 = 1 << 30;
