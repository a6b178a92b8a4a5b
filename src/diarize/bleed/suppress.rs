//! What the canceller leaves of a leak is taken out by level, and stretches that hold nothing else are closed.
//!
//! A linear filter never takes away all: the room is longer than the filter, loudspeakers distort, gains wander. How much
//! of a leak stays is learnt from the call itself, band by band, as a low quantile of what stays over what was explained:
//! most of the time one person speaks at a time, so that most of it is leak and nothing else. Whatever stands out above
//! that is the track's own speaker, also while both speak.

use std::collections::VecDeque;

use realfft::num_complex::Complex32;

use super::fourier::{Fourier, Spectrum};
use crate::call::audio::SAMPLE_RATE;

/// Samples from frame to frame, 16 ms, and of a frame.
const HOP: usize = 256;
const FRAME: usize = 2 * HOP;
/// Frames on each side that a score is averaged with: 144 ms in all, a syllable.
const AROUND: usize = 4;
/// Frames before and after a syllable of the own speaker that stay open with it: soft sounds at the edges of words.
const OPEN_BEFORE: usize = 8;
const OPEN_AFTER: usize = 10;
/// Frames that must follow before one is decided.
const LOOK: usize = AROUND + OPEN_BEFORE;
/// Edges of the bands in Hz, a third of an octave apart where speech is.
const BANDS_HZ: [f32; 18] = [
    160.0, 250.0, 350.0, 450.0, 570.0, 700.0, 840.0, 1000.0, 1170.0, 1370.0, 1600.0, 1900.0, 2300.0, 2800.0, 3400.0,
    4200.0, 5300.0, 7000.0,
];
const BANDS: usize = BANDS_HZ.len() - 1;
/// Seconds from frame to frame.
pub(super) const FRAME_SECONDS: f64 = HOP as f64 / SAMPLE_RATE as f64;
/// Quantile of what stays of a leak that is taken for its usual level.
const QUANTILE: f32 = 0.4;
/// Steps in which the quantile is followed, dB a frame: while it is looked for, and then.
const STEP_DB_FAST: f32 = 0.5;
const STEP_DB: f32 = 0.08;
/// Frames of leak after which the quantile is known.
const KNOWN_FRAMES: u32 = 300;
/// What stays of a leak before anything is known, dB.
const STAYS_DB: f32 = -8.0;
/// Power of a band, as a share of its loudest leak, from which it counts as heard: -30 dB.
const HEARD_SHARE: f32 = 0.001;
/// What stays of a leak at least, dB: a track's own speaker is never so much softer than what leaks into it.
const STAYS_DB_MIN: f32 = -18.0;
/// Power of a band's leak over its floor from which it is learnt from: 8 dB, speech and not noise.
const LEARN_OVER: f32 = 6.0;
/// How a leak dies away beyond the canceller's reach, by frame: 60 dB in 0.4 s, a furnished room.
const DECAY: f32 = 0.575;
/// Power of a band, as a share of its loudest leak, below which nothing is learnt from it: 15 dB.
const LEARN_SHARE: f32 = 0.03;
/// How the noise floor of a band follows what is there: at once downwards over some frames, upwards by 1 dB a second.
const FLOOR_STAYS: f32 = 0.8;
const FLOOR_RISE: f32 = 1.0037;
/// Mean noise over the floor as it is followed, which keeps to the lowest.
const FLOOR_OVER: f32 = 3.0;
/// Power of a band below which a leak is no matter: far below a 16-bit step.
const POWER_MIN: f32 = 1e-9;
/// Most that one band adds to a score, dB: one tone is no voice.
const SCORE_DB_MAX: f32 = 12.0;
/// Mean of the bands' dB above the leak from which the track's own speaker is heard.
const OPEN_DB: f32 = 3.0;
/// Scores this near to it are doubtful.
const DOUBT_DB: f32 = 1.5;
/// What is left of a closed stretch: -50 dB.
const CLOSED_GAIN: f32 = 0.003;
/// Least gain of a band in an open stretch: deeper holes harm words more than what is left of a leak.
const OPEN_GAIN_MIN: f32 = 0.2;
/// By how much more than its usual level a leak is taken out in an open stretch.
const OVER: f32 = 1.5;

/// What was decided so far.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Tally {
    /// Frames in which there was leak.
    pub(super) leaking: u64,
    /// Of them, those in which nothing else was heard.
    pub(super) closed: u64,
    /// Of the leaking ones, those that could as well have been decided otherwise.
    pub(super) doubtful: u64,
}

struct Frame {
    spectrum: Spectrum,
    gains: [f32; BANDS],
    score: f32,
    leaking: bool,
}

/// The second step after the canceller: as many samples come out as go in, some time later.
pub(super) struct Suppressor {
    fourier: Fourier,
    window: Vec<f32>,
    rest: Vec<f32>,
    explained: Vec<f32>,
    frames: VecDeque<Frame>,
    decided: usize,
    overlap: Vec<f32>,
    leak: [f32; BANDS],
    loudest: [f32; BANDS],
    floor: [f32; BANDS],
    leak_floor: [f32; BANDS],
    stays_db: [f32; BANDS],
    learnt: [u32; BANDS],
    signal: Vec<f32>,
    other: Spectrum,
    tally: Tally,
}

impl Suppressor {
    /// Samples at the start of what comes out that belong before the start of what goes in.
    pub(super) const BEFORE: usize = HOP;
    /// Samples of silence that must go in at the end so that all comes out.
    pub(super) const AFTER: usize = FRAME + LOOK * HOP;

    pub(super) fn new() -> Self {
        let fourier = Fourier::new(FRAME);
        let window = (0..FRAME).map(|at| ((at as f32 + 0.5) * std::f32::consts::PI / FRAME as f32).sin()).collect();
        Self {
            window,
            rest: vec![0.0; HOP],
            explained: vec![0.0; HOP],
            frames: VecDeque::new(),
            decided: 0,
            overlap: vec![0.0; HOP],
            leak: [0.0; BANDS],
            loudest: [POWER_MIN; BANDS],
            floor: [POWER_MIN; BANDS],
            leak_floor: [POWER_MIN; BANDS],
            stays_db: [STAYS_DB; BANDS],
            learnt: [0; BANDS],
            signal: vec![0.0; FRAME],
            other: fourier.spectrum(),
            tally: Tally::default(),
            fourier,
        }
    }

    /// Forgets the sound and the tally, keeps what it learnt: for another place in the call.
    /// Gives the tally.
    pub(super) fn rewind(&mut self) -> Tally {
        let known = Self {
            stays_db: self.stays_db,
            learnt: self.learnt,
            loudest: self.loudest,
            floor: self.floor,
            leak_floor: self.leak_floor,
            ..Self::new()
        };
        std::mem::replace(self, known).tally
    }

    /// Takes what the canceller left and what it explained; appends what is ready to `out`.
    pub(super) fn take(&mut self, rest: &[f32], explained: &[f32], out: &mut Vec<f32>) {
        self.rest.extend_from_slice(rest);
        self.explained.extend_from_slice(explained);
        let mut at = 0;
        while at + FRAME <= self.rest.len() {
            let frame = self.listen(at);
            self.frames.push_back(frame);
            at += HOP;
            if self.frames.len() > self.decided + LOOK {
                self.decide(out);
            }
        }
        self.rest.drain(..at);
        self.explained.drain(..at);
    }

    /// Looks at the frame that begins at `at`.
    fn listen(&mut self, at: usize) -> Frame {
        let mut spectrum = self.fourier.spectrum();
        windowed(&self.explained[at..], &self.window, &mut self.signal);
        self.fourier.there(&mut self.signal, &mut self.other);
        windowed(&self.rest[at..], &self.window, &mut self.signal);
        self.fourier.there(&mut self.signal, &mut spectrum);
        let (rest, explained) = (bands(&spectrum), bands(&self.other));
        let (mut gains, mut score, mut leaking) = ([1.0; BANDS], 0.0, 0);
        for band in 0..BANDS {
            self.leak[band] = explained[band].max(DECAY * self.leak[band]);
            let leak = self.leak[band];
            self.loudest[band] = (0.9995 * self.loudest[band]).max(leak);
            follow(&mut self.floor[band], rest[band]);
            follow(&mut self.leak_floor[band], leak);
            let above_db = decibels((rest[band] + POWER_MIN) / (leak + 0.1 * POWER_MIN));
            let over_noise = leak > LEARN_OVER * self.leak_floor[band];
            if over_noise && leak > LEARN_SHARE * self.loudest[band] {
                self.learn(band, above_db);
            }
            leaking += usize::from(over_noise && leak > HEARD_SHARE * self.loudest[band]);
            let stays = power(self.stays_db[band].max(STAYS_DB_MIN)) * leak;
            gains[band] = (1.0 - OVER * stays / (rest[band] + POWER_MIN)).max(OPEN_GAIN_MIN * OPEN_GAIN_MIN).sqrt();
            let over_db = decibels((rest[band] + POWER_MIN) / (stays + FLOOR_OVER * self.floor[band]));
            score += over_db.clamp(0.0, SCORE_DB_MAX) / BANDS as f32;
        }
        Frame { spectrum, gains, score, leaking: leaking * 4 > BANDS }
    }

    /// Moves a band's usual level towards the quantile.
    fn learn(&mut self, band: usize, above_db: f32) {
        let step = if self.learnt[band] < KNOWN_FRAMES { STEP_DB_FAST } else { STEP_DB };
        let over = above_db > self.stays_db[band];
        self.stays_db[band] += if over { step * QUANTILE } else { step * (QUANTILE - 1.0) };
        self.learnt[band] += 1;
    }

    /// Decides the oldest undecided frame and gives its sound.
    fn decide(&mut self, out: &mut Vec<f32>) {
        let mean = |at: usize| {
            let from = at.saturating_sub(AROUND);
            let to = (at + AROUND + 1).min(self.frames.len());
            self.frames.range(from..to).map(|frame| frame.score).sum::<f32>() / (to - from) as f32
        };
        let here = self.decided;
        let reach = here.saturating_sub(OPEN_AFTER)..(here + OPEN_BEFORE + 1).min(self.frames.len());
        let score = reach.map(mean).fold(0.0, f32::max);
        let open = score >= OPEN_DB;
        let frame = &mut self.frames[here];
        if frame.leaking {
            self.tally.leaking += 1;
            self.tally.closed += u64::from(!open);
            self.tally.doubtful += u64::from((score - OPEN_DB).abs() < DOUBT_DB);
        }
        let bin_hz = SAMPLE_RATE as f32 / FRAME as f32;
        let mut band = 0;
        for (bin, value) in frame.spectrum.iter_mut().enumerate() {
            while band + 1 < BANDS && bin as f32 * bin_hz >= BANDS_HZ[band + 1] {
                band += 1;
            }
            *value *= if open || !frame.leaking { frame.gains[band] } else { CLOSED_GAIN };
        }
        self.fourier.back(&mut frame.spectrum, &mut self.signal);
        for (at, sample) in self.signal.iter_mut().enumerate() {
            *sample *= self.window[at];
        }
        out.extend(self.overlap.iter().zip(&self.signal).map(|(before, now)| before + now));
        self.overlap.copy_from_slice(&self.signal[HOP..]);
        self.decided += 1;
        if self.decided > OPEN_AFTER + AROUND {
            self.frames.pop_front();
            self.decided -= 1;
        }
    }
}

fn windowed(samples: &[f32], window: &[f32], out: &mut [f32]) {
    for ((out, sample), weight) in out.iter_mut().zip(samples).zip(window) {
        *out = sample * weight;
    }
}

/// Mean power of each band.
fn bands(spectrum: &Spectrum) -> [f32; BANDS] {
    let bin_hz = SAMPLE_RATE as f32 / FRAME as f32;
    let mut powers = [0.0; BANDS];
    for (band, power) in powers.iter_mut().enumerate() {
        let from = (BANDS_HZ[band] / bin_hz).ceil() as usize;
        let to = ((BANDS_HZ[band + 1] / bin_hz).ceil() as usize).max(from + 1);
        let sum: f32 = spectrum[from..to].iter().map(Complex32::norm_sqr).sum();
        *power = sum / ((to - from) * FRAME) as f32;
    }
    powers
}

/// Moves a noise floor: down with what is there, up slowly.
fn follow(floor: &mut f32, power: f32) {
    let down = FLOOR_STAYS * *floor + (1.0 - FLOOR_STAYS) * power;
    *floor = down.min(FLOOR_RISE * *floor).max(POWER_MIN);
}

fn decibels(ratio: f32) -> f32 {
    10.0 * ratio.log10()
}

fn power(decibels: f32) -> f32 {
    10_f32.powf(decibels / 10.0)
}
