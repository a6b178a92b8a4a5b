//! A track read on another clock: later or earlier as a whole, and faster or slower by millionths.

use crate::call::audio::Track;

/// Samples on each side that a value between two samples is made from.
const REACH: usize = 16;
/// Places between two samples for which the filter is held; between them it is interpolated in straight lines.
const PHASES: usize = 256;
/// Shape of the Kaiser window: 80 dB of stop band.
const KAISER_BETA: f64 = 7.9;
/// Samples read at a time.
const BLOCK: usize = 1 << 15;

/// The track whose sample `i` is the sound of `track` at `start + i * (1 + drift)`, as long as `track` is; what lies
/// outside of it is silence. Band-limited interpolation with a windowed sinc (Smith and Gossett 1984).
pub(super) fn on_clock(track: &Track, start: f64, drift: f64) -> Track {
    let filters = filters();
    let mut out = Track::default();
    let mut made = Vec::with_capacity(BLOCK);
    for begin in (0..track.len()).step_by(BLOCK) {
        let end = (begin + BLOCK).min(track.len());
        let place = |at: usize| start + at as f64 * (1.0 + drift);
        let first = place(begin).floor() as i64 - REACH as i64;
        let count = (place(end).floor() as i64 + 1 + REACH as i64 - first) as usize;
        let mut sound = vec![0.0; ((-first).max(0) as usize).min(count)];
        track.read_samples(first.max(0) as usize, count - sound.len(), &mut sound);
        sound.resize(count + 1, 0.0);
        made.clear();
        made.extend((begin..end).map(|at| {
            let place = place(at) - first as f64;
            let whole = place.floor();
            let fine = (place - whole) * PHASES as f64;
            let phase = fine as usize;
            let between = (fine - phase as f64) as f32;
            let from = whole as usize + 1 - REACH;
            let (low, high) = (&filters[phase], &filters[phase + 1]);
            let taps = low.iter().zip(high).map(|(low, high)| low + between * (high - low));
            sound[from..from + 2 * REACH].iter().zip(taps).map(|(sample, tap)| sample * tap).sum::<f32>()
        }));
        out.push(&made);
    }
    out
}

/// A filter for each place between two samples, the first and last for the samples themselves.
fn filters() -> Vec<[f32; 2 * REACH]> {
    (0..=PHASES)
        .map(|phase| {
            let part = phase as f64 / PHASES as f64;
            let mut taps = [0.0; 2 * REACH];
            for (at, tap) in taps.iter_mut().enumerate() {
                let far = at as f64 + 1.0 - REACH as f64 - part;
                let edge = (1.0 - (far / REACH as f64).powi(2)).max(0.0).sqrt();
                *tap = (sinc(far) * bessel(KAISER_BETA * edge) / bessel(KAISER_BETA)) as f32;
            }
            taps
        })
        .collect()
}

fn sinc(x: f64) -> f64 {
    let x = x * std::f64::consts::PI;
    if x.abs() < 1e-9 { 1.0 } else { x.sin() / x }
}

/// Modified Bessel function of the first kind, order 0, by its power series.
fn bessel(x: f64) -> f64 {
    let (mut term, mut sum) = (1.0, 1.0);
    for step in 1..40 {
        term *= (x / 2.0 / f64::from(step)).powi(2);
        sum += term;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(hertz: f64, count: usize, place: impl Fn(usize) -> f64) -> Vec<f32> {
        (0..count).map(|at| (0.5 * (place(at) * hertz * std::f64::consts::TAU / 16_000.0).sin()) as f32).collect()
    }

    #[test]
    fn a_tone_is_read_where_it_is() {
        for (start, drift) in [(0.0, 0.0), (123.25, 0.0), (-4000.5, 0.0), (0.0, 200e-6), (-77.7, -200e-6)] {
            let count = 100_000;
            let out = on_clock(&Track::from_samples(&tone(1000.0, count, |at| at as f64)), start, drift);
            assert_eq!(out.len(), count);
            let mut got = Vec::new();
            out.read_samples(0, count, &mut got);
            let wanted = tone(1000.0, count, |at| start + at as f64 * (1.0 + drift));
            for at in 5_000..90_000 {
                assert!((got[at] - wanted[at]).abs() < 0.001, "{start} {drift} {at}: {} {}", got[at], wanted[at]);
            }
        }
    }

    #[test]
    fn outside_the_track_is_silence() {
        let out = on_clock(&Track::from_samples(&[0.5; 1000]), 900.0, 0.0);
        let mut got = Vec::new();
        out.read_samples(0, 1000, &mut got);
        assert!(got[..50].iter().all(|sample| (sample - 0.5).abs() < 0.01));
        assert!(got[150..].iter().all(|sample| *sample == 0.0));
    }
}
