//! Moments, lengths and stretches of a call, in whole milliseconds.
//!
//! Inside the program times are integers, so that sums and comparisons are exact and the same on every machine;
//! on disk they are seconds with at most three decimals, the habit of the speech ecosystem.

use std::fmt;
use std::ops::{Add, AddAssign, Sub};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A moment in a call: milliseconds since its start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(u64);

/// A length of time: milliseconds, never negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Duration(u64);

/// A stretch of a call. Its end is never before its start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(from = "RawSpan")]
pub struct Span {
    start: Timestamp,
    end: Timestamp,
}

#[derive(Deserialize)]
struct RawSpan {
    start: Timestamp,
    end: Timestamp,
}

impl From<RawSpan> for Span {
    fn from(raw: RawSpan) -> Self {
        Self::new(raw.start, raw.end)
    }
}

/// Milliseconds for a number of seconds that came from outside; what is negative or not a number becomes zero.
fn ms_from_secs(secs: f64) -> u64 {
    // `as` saturates and maps NaN to 0, which is the wanted meaning for hostile input.
    (secs * 1000.0).round() as u64
}

impl Timestamp {
    /// The start of the call.
    pub const ZERO: Self = Self(0);

    /// The moment `ms` milliseconds into the call.
    #[must_use]
    pub const fn from_ms(ms: u64) -> Self {
        Self(ms)
    }

    /// The moment `secs` seconds into the call, rounded to the millisecond; negative and NaN become the start.
    #[must_use]
    pub fn from_secs(secs: f64) -> Self {
        Self(ms_from_secs(secs))
    }

    /// Milliseconds since the start of the call.
    #[must_use]
    pub const fn ms(self) -> u64 {
        self.0
    }

    /// Seconds since the start of the call.
    #[must_use]
    pub fn secs(self) -> f64 {
        self.0 as f64 / 1000.0
    }

    /// How long after `earlier` this is; zero if it is not after it.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Duration {
        Duration(self.0.saturating_sub(earlier.0))
    }

    /// This moment moved earlier by `length`, at most to the start of the call.
    #[must_use]
    pub const fn back(self, length: Duration) -> Self {
        Self(self.0.saturating_sub(length.0))
    }
}

impl Duration {
    /// No time at all.
    pub const ZERO: Self = Self(0);

    /// A length of `ms` milliseconds.
    #[must_use]
    pub const fn from_ms(ms: u64) -> Self {
        Self(ms)
    }

    /// A length of `secs` seconds, rounded to the millisecond; negative and NaN become zero.
    #[must_use]
    pub fn from_secs(secs: f64) -> Self {
        Self(ms_from_secs(secs))
    }

    /// Milliseconds.
    #[must_use]
    pub const fn ms(self) -> u64 {
        self.0
    }

    /// Seconds.
    #[must_use]
    pub fn secs(self) -> f64 {
        self.0 as f64 / 1000.0
    }

    /// This length as a share of `whole`, 0 to 1 and beyond; 0 when `whole` is zero.
    #[must_use]
    pub fn share_of(self, whole: Self) -> f64 {
        if whole.0 == 0 { 0.0 } else { self.0 as f64 / whole.0 as f64 }
    }
}

impl Span {
    /// The stretch from `start` to `end`; an `end` before `start` is taken as an empty stretch at `start`.
    #[must_use]
    pub fn new(start: Timestamp, end: Timestamp) -> Self {
        Self { start, end: end.max(start) }
    }

    /// The stretch between two moments given in milliseconds.
    #[must_use]
    pub fn from_ms(start: u64, end: u64) -> Self {
        Self::new(Timestamp(start), Timestamp(end))
    }

    /// Where it begins.
    #[must_use]
    pub const fn start(self) -> Timestamp {
        self.start
    }

    /// Where it ends; never before the start.
    #[must_use]
    pub const fn end(self) -> Timestamp {
        self.end
    }

    /// How long it is.
    #[must_use]
    pub const fn length(self) -> Duration {
        self.end.since(self.start)
    }

    /// How much of it lies inside `other`.
    #[must_use]
    pub fn overlap(self, other: Self) -> Duration {
        self.end.min(other.end).since(self.start.max(other.start))
    }

    /// Whether `moment` lies in it, start included, end excluded.
    #[must_use]
    pub fn contains(self, moment: Timestamp) -> bool {
        self.start <= moment && moment < self.end
    }

    /// The smallest stretch that holds both.
    #[must_use]
    pub fn cover(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }
}

impl Add<Duration> for Timestamp {
    type Output = Self;
    fn add(self, length: Duration) -> Self {
        Self(self.0.saturating_add(length.0))
    }
}

impl Add for Duration {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Duration {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sub for Duration {
    type Output = Self;
    /// The difference, or zero where it would be negative.
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl std::iter::Sum for Duration {
    fn sum<I: Iterator<Item = Self>>(lengths: I) -> Self {
        lengths.fold(Self::ZERO, Add::add)
    }
}

/// `h:mm:ss` or `m:ss`, as people read a clock; the parts below a second are dropped.
fn clock(ms: u64, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let (hours, minutes, seconds) = (ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60);
    if hours > 0 { write!(f, "{hours}:{minutes:02}:{seconds:02}") } else { write!(f, "{minutes}:{seconds:02}") }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        clock(self.0, f)
    }
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        clock(self.0, f)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.secs())
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        f64::deserialize(deserializer).map(Self::from_secs)
    }
}

impl Serialize for Duration {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.secs())
    }
}

impl<'de> Deserialize<'de> for Duration {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        f64::deserialize(deserializer).map(Self::from_secs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_survive_a_trip_through_json_to_the_millisecond() {
        for ms in [0, 1, 999, 1000, 1_234_567, 172_800_000] {
            let text = serde_json::to_string(&Timestamp::from_ms(ms)).unwrap();
            assert_eq!(serde_json::from_str::<Timestamp>(&text).unwrap(), Timestamp::from_ms(ms), "{text}");
        }
    }

    #[test]
    fn hostile_seconds_become_the_start() {
        for secs in [-1.0, f64::NAN, f64::NEG_INFINITY] {
            assert_eq!(Timestamp::from_secs(secs), Timestamp::ZERO);
        }
    }

    #[test]
    fn a_span_never_ends_before_it_starts() {
        let span: Span = serde_json::from_str(r#"{"start": 5.0, "end": 2.5}"#).unwrap();
        assert_eq!(span, Span::from_ms(5000, 5000));
    }

    #[test]
    fn overlap_is_symmetric_and_zero_for_neighbours() {
        let (a, b, c) = (Span::from_ms(0, 1000), Span::from_ms(400, 2000), Span::from_ms(1000, 1500));
        assert_eq!(a.overlap(b), Duration::from_ms(600));
        assert_eq!(b.overlap(a), Duration::from_ms(600));
        assert_eq!(a.overlap(c), Duration::ZERO);
    }

    #[test]
    fn clocks_read_as_people_write_them() {
        assert_eq!(Timestamp::from_ms(62_900).to_string(), "1:02");
        assert_eq!(Timestamp::from_ms(3_600_000).to_string(), "1:00:00");
    }
}
