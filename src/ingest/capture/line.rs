//! One track on the common clock: blocks in, samples at their place out.
//!
//! A block's arrival says when its sound was over at the latest: blocks come late (scheduling, buffers) but never early.
//! So the earliest of several arrivals is the true one. From it follow three things: where the track begins; how fast the
//! device's clock runs against ours, which the resampler takes away; and steps, when lateness stays: sound was lost, and
//! silence goes where it was.

use std::collections::VecDeque;
use std::time::Duration as Elapsed;

use super::RECORDING_RATE;
use super::source::Block;
use super::stretch::{NUDGE_MAX, Stretch};

/// How long arrivals are collected before the earliest says where the track begins.
const SETTLE: Elapsed = Elapsed::from_millis(300);

/// Lateness beyond this, if it stays, is a loss: longer than schedulers on a busy desktop usually keep a thread waiting.
const STEP_SAMPLES: f64 = 0.080 * RECORDING_RATE as f64;

/// How long lateness must stay to be a loss. What is only late has caught up by then.
pub(super) const STEP_DECIDED: Elapsed = Elapsed::from_millis(400);

/// Seconds in which a standing offset is resampled away. 100 ppm of drift then stand at 3 ms.
const PULL_SECS: f64 = 30.0;

/// Seconds over which the earliest arrival is looked for.
const ENVELOPE_SECS: usize = 10;

/// A drift is told only from this much sound on: arrival jitter of 1 ms is then 17 ppm.
const DRIFT_SECS_MIN: f64 = 60.0;

/// More than this of silence at once is not filled in: a broken clock, not a loss. An hour.
const GAP_SAMPLES_MAX: f64 = 3_600.0 * RECORDING_RATE as f64;

/// Lateness that may become a step.
struct Suspect {
    /// Where the first late block begins.
    place: f64,
    since: Elapsed,
    /// The least so far.
    least: f64,
}

/// One track.
pub(super) struct Line {
    stretch: Option<(u32, Stretch)>,
    /// Blocks that wait for their place to be known: at the beginning, and after a hole.
    settling: Vec<Block>,
    /// Whether the place of the next sample is known.
    begun: bool,
    /// Whether there was sound before.
    ever_begun: bool,
    /// Samples not yet taken; the first of them is number `taken` of the track.
    ready: VecDeque<f32>,
    taken: u64,
    suspect: Option<Suspect>,
    /// Least lateness of each of the last seconds, the present one last.
    seconds: VecDeque<f64>,
    second: u64,
    rests_when_silent: bool,
    /// Samples of silence that stand for lost sound.
    lost: u64,
    /// Samples that came too late for their place.
    too_late: u64,
    /// Samples yet to come whose place is already taken, at the recording's rate.
    overdue: f64,
    /// Samples the device says it gave, and samples they became, both at the recording's rate.
    claimed: f64,
    became: f64,
}

impl Line {
    pub(super) fn new(rests_when_silent: bool) -> Self {
        Self {
            stretch: None,
            settling: Vec::new(),
            begun: false,
            ever_begun: false,
            ready: VecDeque::new(),
            taken: 0,
            suspect: None,
            seconds: VecDeque::new(),
            second: 0,
            rests_when_silent,
            lost: 0,
            too_late: 0,
            overdue: 0.0,
            claimed: 0.0,
            became: 0.0,
        }
    }

    /// Samples of silence that stand for lost sound.
    pub(super) fn lost(&self) -> u64 {
        self.lost
    }

    /// Samples that were dropped because silence already stood at their place.
    pub(super) fn too_late(&self) -> u64 {
        self.too_late
    }

    /// How fast the device's clock runs against ours, parts in a million; `None` before a minute is over.
    pub(super) fn drift_ppm(&self) -> Option<f64> {
        let standing = self.least_lateness().unwrap_or(0.0);
        let lived = self.became + standing;
        (lived >= DRIFT_SECS_MIN * f64::from(RECORDING_RATE)).then(|| (self.claimed / lived - 1.0) * 1e6)
    }

    /// Forgets what has come and not been taken: what comes next has a place of its own, and what is between is no loss.
    pub(super) fn interrupt(&mut self) {
        self.stretch = None;
        self.settling.clear();
        self.ready.clear();
        self.seconds.clear();
        self.suspect = None;
        self.overdue = 0.0;
        (self.begun, self.ever_begun) = (false, false);
    }

    /// Number of the sample after the last one that is ready.
    pub(super) fn ready_until(&self) -> u64 {
        self.taken + self.ready.len() as u64
    }

    /// Takes in a block.
    pub(super) fn accept(&mut self, block: Block) {
        if block.rate == 0 {
            return;
        }
        if self.begun {
            self.place(block);
            return;
        }
        self.settling.push(block);
        let first = self.settling.first().map_or(Elapsed::ZERO, |block| block.arrived);
        let last = self.settling.last().map_or(Elapsed::ZERO, |block| block.arrived);
        if last.saturating_sub(first) >= SETTLE {
            self.begin();
        }
    }

    /// Lets the track begin, or go on after a hole, with what has come.
    pub(super) fn begin(&mut self) {
        if self.begun || self.settling.is_empty() {
            return;
        }
        let mut length = 0.0;
        let mut start = f64::INFINITY;
        for block in &self.settling {
            length += block.samples.len() as f64 * f64::from(RECORDING_RATE) / f64::from(block.rate);
            start = start.min(samples_at(block.arrived) - length);
        }
        self.begun = true;
        // What was before the recording began, or has lost its place to silence, is left out; what begins later has
        // silence before it.
        let silence = (start - self.ready_until() as f64).round();
        self.overdue = (-silence).max(0.0);
        self.fill(silence.clamp(0.0, GAP_SAMPLES_MAX) as usize);
        let counts = self.ever_begun;
        self.ever_begun = true;
        let too_late = self.too_late;
        for block in std::mem::take(&mut self.settling) {
            self.place(block);
        }
        if !counts {
            self.too_late = too_late;
        }
    }

    /// Puts a block at its place.
    fn place(&mut self, mut block: Block) {
        if self.overdue >= 1.0 && block.rate > 0 {
            let per_sample = f64::from(RECORDING_RATE) / f64::from(block.rate);
            let cut = ((self.overdue / per_sample).round() as usize).min(block.samples.len());
            let cut_length = cut as f64 * per_sample;
            self.overdue = if cut < block.samples.len() { 0.0 } else { self.overdue - cut_length };
            self.too_late += cut_length as u64;
            block.samples.drain(..cut);
        }
        self.follow_rate(block.rate);
        let Some((_, stretch)) = &self.stretch else { return };
        let before = self.ready_until() as f64 + stretch.backlog();
        let gap = (block.lost_before as f64 * stretch.ratio()).min(GAP_SAMPLES_MAX);
        let length = block.samples.len() as f64 * stretch.ratio();
        let lateness = samples_at(block.arrived) - (before + gap + length);
        self.judge(lateness, before, block.arrived);
        self.lost += gap as u64;
        // The gap goes through the resampler, which keeps it in order with what waits in there.
        self.feed(&vec![0.0; (gap / self.ratio()) as usize]);
        self.feed(&block.samples);
        let nominal = self.stretch.as_ref().map_or(1.0, |(_, stretch)| stretch.nominal_ratio());
        self.claimed += block.samples.len() as f64 * nominal;
        self.became += length;
        if self.suspect.is_none() {
            self.steer(lateness, block.arrived);
        }
    }

    fn ratio(&self) -> f64 {
        self.stretch.as_ref().map_or(1.0, |(_, stretch)| stretch.ratio())
    }

    fn feed(&mut self, samples: &[f32]) {
        let Some((_, stretch)) = &mut self.stretch else { return };
        stretch.feed(samples, |made| self.ready.extend(made));
    }

    fn follow_rate(&mut self, rate: u32) {
        if self.stretch.as_ref().is_some_and(|(present, _)| *present == rate) {
            return;
        }
        self.drain();
        self.stretch = Some((rate, Stretch::new(rate)));
    }

    /// Brings out what waits in the resampler, because the rate changes or the recording ends.
    pub(super) fn drain(&mut self) {
        if let Some((_, mut stretch)) = self.stretch.take() {
            stretch.drain(|made| self.ready.extend(made));
        }
    }

    /// Finds out whether lateness is there to stay, and if so fills the gap, or takes out what is too much.
    fn judge(&mut self, lateness: f64, place: f64, arrived: Elapsed) {
        if lateness.abs() <= STEP_SAMPLES {
            self.suspect = None;
            return;
        }
        let suspect = match &mut self.suspect {
            Some(known) if (known.least > 0.0) == (lateness > 0.0) => known,
            none_or_other => none_or_other.insert(Suspect { place, since: arrived, least: lateness }),
        };
        suspect.least = suspect.least.min(lateness);
        if arrived.saturating_sub(suspect.since) < STEP_DECIDED {
            return;
        }
        let (place, step) = (suspect.place, suspect.least);
        self.suspect = None;
        self.seconds.clear();
        let index = ((place - self.taken as f64).max(0.0).round() as usize).min(self.ready.len());
        let mut after = self.ready.split_off(index);
        if step > 0.0 {
            self.fill(step.min(GAP_SAMPLES_MAX) as usize);
        } else {
            let dropped = ((-step) as usize).min(after.len());
            after.drain(..dropped);
            self.too_late += dropped as u64;
        }
        self.ready.append(&mut after);
    }

    /// Appends silence for sound that should have been there.
    fn fill(&mut self, count: usize) {
        self.ready.resize(self.ready.len() + count, 0.0);
        self.count_loss(count);
    }

    fn count_loss(&mut self, count: usize) {
        if self.ever_begun && !self.rests_when_silent {
            self.lost += count as u64;
        }
    }

    fn least_lateness(&self) -> Option<f64> {
        self.seconds.iter().copied().reduce(f64::min)
    }

    /// Notes a lateness and, once a second, sets how much the resampler pulls.
    fn steer(&mut self, lateness: f64, arrived: Elapsed) {
        if arrived.as_secs() != self.second || self.seconds.is_empty() {
            self.second = arrived.as_secs();
            self.seconds.push_back(lateness);
            if self.seconds.len() > ENVELOPE_SECS {
                self.seconds.pop_front();
            }
            let offset = self.least_lateness().unwrap_or(0.0);
            let share = offset / (PULL_SECS * f64::from(RECORDING_RATE));
            if let Some((_, stretch)) = &mut self.stretch {
                stretch.nudge(share.clamp(-NUDGE_MAX, NUDGE_MAX));
            }
        } else if let Some(least) = self.seconds.back_mut() {
            *least = least.min(lateness);
        }
    }

    /// Takes the next `count` samples; what has not come is silence, and what comes later is placed anew. `over`: nothing
    /// is expected any more, so that nothing is lost.
    pub(super) fn take(&mut self, count: usize, over: bool, out: &mut Vec<f32>) {
        if count > self.ready.len() {
            self.drain();
        }
        let there = count.min(self.ready.len());
        out.extend(self.ready.drain(..there));
        out.resize(out.len() + count - there, 0.0);
        self.taken += count as u64;
        if there < count {
            self.begun = false;
            self.suspect = None;
            self.seconds.clear();
            self.count_loss(if over { 0 } else { count - there });
        }
    }
}

/// Number of the sample that is heard at a moment.
pub(super) fn samples_at(moment: Elapsed) -> f64 {
    moment.as_secs_f64() * f64::from(RECORDING_RATE)
}
