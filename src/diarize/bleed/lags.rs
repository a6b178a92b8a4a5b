//! Where the two tracks hold the same sound, and how much later it is on the first one.
//!
//! Generalised cross-correlation with the phase transform (Knapp and Carter 1976), a second of sound at a time: what one
//! loudspeaker or one line carries from track to track stands at one lag all through the call, or on a line when the two
//! clocks run apart.

use realfft::num_complex::Complex32;

use super::fourier::Fourier;
use crate::call::audio::{SAMPLE_RATE, Track};

/// Sound that is looked for on the other track at a time: 1 s. At 200 ppm of drift the two slip by 3 samples meanwhile,
/// which blurs only what is above 2.5 kHz.
const PIECE_SAMPLES: usize = 16_384;
/// From one piece to the next.
const STEP_SAMPLES: usize = 2 * PIECE_SAMPLES;
/// Length of the transform: the piece and as far as it is looked for on both sides.
const SIZE: usize = 4 * PIECE_SAMPLES;
/// Largest lag that is found: 1.5 s, either way.
pub(super) const LAG_SAMPLES_MAX: usize = (SIZE - PIECE_SAMPLES) / 2;

/// Band in which sound is compared: above mains hum and its strong overtones, within a telephone's reach.
const BAND_HZ: (f32, f32) = (250.0, 3_800.0);
/// How much of the spectrum's shape is taken out: 1 would raise every empty bin to the level of speech.
const WHITENING: f32 = 0.8;
/// Height of a peak over the root mean square of the whole correlation from which it is a sighting. Chance alone, as a
/// Gaussian, reaches 4.7 among so many lags; half as much again leaves room for speech, which is none.
const STRENGTH_MIN: f32 = 7.0;
/// How much of the band the sound must fill: tones are found at many lags and belong to none. Nine in ten seconds of
/// speech reach 0.11, beeps 0.06 in the middle.
const BREADTH_MIN: f32 = 0.1;
/// Sightings of one piece.
const PEAKS_MAX: usize = 3;
/// Samples around a peak that belong to it: 2 ms.
const PEAK_SAMPLES: usize = 32;
/// Root mean square below which there is nothing to compare: -66 dB of full scale.
const SILENT_RMS: f32 = 0.0005;

/// Level of a piece, as a share of the loudest, from which the track sounds in it: 20 dB below.
const SOUNDING_SHARE: f32 = 0.1;

/// A lag at which a piece of one track was found on the other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Sighting {
    /// Sample of the second track at which the piece begins.
    pub(super) at: usize,
    /// Samples by which it is later on the first track.
    pub(super) lag: f64,
    /// Height of the peak over the correlation's root mean square.
    pub(super) strength: f32,
}

/// What was found in a call.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Seen {
    /// All sightings, in order.
    pub(super) sightings: Vec<Sighting>,
    /// Root mean square of either track in every piece that was compared.
    levels: Vec<[f32; 2]>,
}

impl Seen {
    /// In how many pieces this track sounds at about its usual level.
    pub(super) fn sounding(&self, track: usize) -> usize {
        let loudest = self.levels.iter().map(|levels| levels[track]).fold(0.0, f32::max);
        self.levels.iter().filter(|levels| levels[track] >= SOUNDING_SHARE * loudest).count()
    }
}

/// Looks for pieces of the second track on the first, all through the call.
pub(super) fn look(first: &Track, second: &Track) -> Seen {
    let mut fourier = Fourier::new(SIZE);
    let (mut a, mut b) = (fourier.spectrum(), fourier.spectrum());
    let mut seen = Seen::default();
    let length = first.len().min(second.len());
    let mut at = 0;
    while at + PIECE_SAMPLES / 2 < length {
        let mut piece = Vec::with_capacity(SIZE);
        second.read_samples(at, PIECE_SAMPLES, &mut piece);
        let mut around = vec![0.0; LAG_SAMPLES_MAX.saturating_sub(at)];
        first.read_samples(at.saturating_sub(LAG_SAMPLES_MAX), SIZE - around.len(), &mut around);
        let here = &around[LAG_SAMPLES_MAX.min(around.len())..(LAG_SAMPLES_MAX + PIECE_SAMPLES).min(around.len())];
        seen.levels.push([rms(here), rms(&piece)]);
        if rms(&piece) >= SILENT_RMS && rms(&around) >= SILENT_RMS {
            fade(&mut piece);
            piece.resize(SIZE, 0.0);
            around.resize(SIZE, 0.0);
            fourier.there(&mut around, &mut a);
            fourier.there(&mut piece, &mut b);
            if whiten(&mut a, &b) < BREADTH_MIN {
                at += STEP_SAMPLES;
                continue;
            }
            fourier.back(&mut a, &mut around);
            seen.sightings.extend(peaks(&around[..2 * LAG_SAMPLES_MAX]).map(|(lag, strength)| Sighting {
                at,
                lag,
                strength,
            }));
        }
        at += STEP_SAMPLES;
    }
    seen
}

fn rms(samples: &[f32]) -> f32 {
    (samples.iter().map(|sample| sample * sample).sum::<f32>() / samples.len().max(1) as f32).sqrt()
}

/// Hann slopes over the first and last eighth: edges would correlate with edges.
fn fade(piece: &mut [f32]) {
    let slope = piece.len() / 8;
    let length = piece.len();
    for at in 0..slope {
        let gain = 0.5 - 0.5 * (std::f32::consts::PI * at as f32 / slope as f32).cos();
        piece[at] *= gain;
        piece[length - 1 - at] *= gain;
    }
}

/// Makes `a` the whitened cross spectrum of `a` and `b`, within the band. Gives how much of the band is filled: the
/// squared mean of the roots of all sizes over their mean square, 1 for noise.
fn whiten(a: &mut [Complex32], b: &[Complex32]) -> f32 {
    let bin = |hertz: f32| (hertz * SIZE as f32 / SAMPLE_RATE as f32) as usize;
    let band = bin(BAND_HZ.0)..bin(BAND_HZ.1);
    let (mut sum, mut squares) = (0.0_f32, 0.0_f32);
    for (at, (a, b)) in a.iter_mut().zip(b).enumerate() {
        let cross = *a * b.conj();
        let size = cross.norm();
        if !band.contains(&at) || size <= 1e-12 {
            *a = Complex32::default();
            continue;
        }
        let left = size.powf(1.0 - WHITENING);
        *a = cross * (left / size);
        sum += size.sqrt();
        squares += size;
    }
    sum * sum / (squares * band.len() as f32).max(f32::MIN_POSITIVE)
}

/// The highest peaks of a correlation whose middle is lag 0: (lag in samples, strength), highest first.
fn peaks(correlation: &[f32]) -> impl Iterator<Item = (f64, f32)> {
    let floor = rms(correlation).max(f32::MIN_POSITIVE);
    let mut found: Vec<(f64, f32)> = Vec::new();
    let mut left: Vec<f32> = correlation.iter().map(|value| value.abs() / floor).collect();
    for _ in 0..PEAKS_MAX {
        let Some((at, &height)) = left.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)) else { break };
        if height < STRENGTH_MIN {
            break;
        }
        let value = |at: usize| f64::from(correlation[at].abs());
        // The vertex of a parabola through the peak and its neighbours.
        let shift = if at > 0 && at + 1 < correlation.len() {
            let (before, here, after) = (value(at - 1), value(at), value(at + 1));
            let bend = before - 2.0 * here + after;
            if bend < 0.0 { (0.5 * (before - after) / bend).clamp(-0.5, 0.5) } else { 0.0 }
        } else {
            0.0
        };
        found.push((at as f64 + shift - LAG_SAMPLES_MAX as f64, height));
        let end = (at + PEAK_SAMPLES).min(left.len());
        left[at.saturating_sub(PEAK_SAMPLES)..end].fill(0.0);
    }
    found.into_iter()
}

/// A lag that holds all through the call.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Line {
    /// Samples by which the first track is later, at the start of the call.
    pub(super) lag: f64,
    /// Samples by which that grows with every sample.
    pub(super) drift: f64,
    /// Pieces that were found at it.
    pub(super) pieces: usize,
}

/// Fastest drift that is looked for: crystals of sound cards stay within 100 ppm each.
const DRIFT_MAX: f64 = 250e-6;
/// How far a sighting may be from its line, samples: 1 ms.
const TOLERANCE: f64 = 16.0;
/// Pieces that make a line: with one chance in a thousand of a stray peak within the tolerance, four do not meet.
const PIECES_MIN: usize = 4;
/// Strength beyond which a sighting counts no more: one clap must not outvote a minute of talk.
const STRENGTH_COUNTED_MAX: f32 = 30.0;
/// Sightings the search works on at most; of more, every so-manieth is taken.
const SEARCHED_MAX: usize = 3_000;

/// The line on which most sightings lie; `drift` is kept to where it is known already.
pub(super) fn line(sightings: &[Sighting], drift: Option<f64>) -> Option<Line> {
    let every = sightings.len().div_ceil(SEARCHED_MAX).max(1);
    let searched: Vec<Sighting> = sightings.iter().copied().step_by(every).collect();
    let length = sightings.last()?.at.max(1) as f64;
    let step = 0.5 * TOLERANCE / length;
    let around = if drift.is_some() { 0 } else { (DRIFT_MAX / step).ceil() as i64 };
    let slopes = (-around..=around).map(|at| drift.unwrap_or(0.0) + at as f64 * step);
    let mut best = (0.0_f32, 0.0, 0.0);
    for slope in slopes {
        let (weight, lag) = fullest(&searched, slope);
        // Of equals the slower drift, so that a few sightings close together claim none.
        if weight > best.0 * 1.001 || weight >= best.0 * 0.999 && slope.abs() < f64::abs(best.2) {
            best = (weight, lag, slope);
        }
    }
    let mut line = Line { lag: best.1, drift: best.2, pieces: 0 };
    for _ in 0..3 {
        line = refined(line, sightings, drift.is_some());
    }
    (line.pieces >= PIECES_MIN).then_some(line)
}

/// The lag at whose tolerance the most weight lies, for clocks that run apart by `slope`.
fn fullest(sightings: &[Sighting], slope: f64) -> (f32, f64) {
    let mut lags: Vec<(f64, f32)> = sightings
        .iter()
        .map(|seen| (seen.lag - slope * seen.at as f64, seen.strength.min(STRENGTH_COUNTED_MAX)))
        .collect();
    lags.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (mut weight, mut from) = (0.0, 0);
    let mut best = (0.0, 0.0);
    for to in 0..lags.len() {
        weight += lags[to].1;
        while lags[to].0 - lags[from].0 > TOLERANCE {
            weight -= lags[from].1;
            from += 1;
        }
        if weight > best.0 {
            best = (weight, f64::midpoint(lags[from].0, lags[to].0));
        }
    }
    best
}

/// The least-squares line through the sightings near `line`; level where their spread in time does not tell a drift.
fn refined(line: Line, sightings: &[Sighting], keep_drift: bool) -> Line {
    let near: Vec<&Sighting> = sightings.iter().filter(|seen| line.holds(seen)).collect();
    let weight = |seen: &Sighting| f64::from(seen.strength.min(STRENGTH_COUNTED_MAX));
    let sum = |of: &dyn Fn(&Sighting) -> f64| near.iter().map(|seen| weight(seen) * of(seen)).sum::<f64>();
    let total = sum(&|_| 1.0);
    if total <= 0.0 {
        return Line { pieces: 0, ..line };
    }
    let (at, lag) = (sum(&|seen| seen.at as f64) / total, sum(&|seen| seen.lag) / total);
    let spread = sum(&|seen| (seen.at as f64 - at).powi(2));
    let drift = if keep_drift || spread <= 0.0 {
        line.drift
    } else {
        sum(&|seen| (seen.at as f64 - at) * (seen.lag - lag)) / spread
    };
    let mut pieces: Vec<usize> = near.iter().map(|seen| seen.at).collect();
    pieces.dedup();
    Line { lag: lag - drift * at, drift, pieces: pieces.len() }
}

impl Line {
    /// The lag at this sample of the second track.
    pub(super) fn lag_at(&self, at: usize) -> f64 {
        self.lag + self.drift * at as f64
    }

    /// Whether a sighting lies on it.
    pub(super) fn holds(&self, seen: &Sighting) -> bool {
        (seen.lag - self.lag_at(seen.at)).abs() <= TOLERANCE
    }
}
