//! The recorder: sources in, one file out, with whoever drives it as its clock.

use std::path::PathBuf;
use std::time::Duration as Elapsed;

use super::RECORDING_RATE;
use super::line::{Line, STEP_DECIDED, samples_at};
use super::meter::{Level, Meter};
use super::parts::Parts;
use super::source::{Polled, SoundSource};
use super::waits::Waits;
use crate::call::time::Duration;

/// How far behind the clock the file is written: a block of usual length, and the time it takes to tell late from lost.
const HOLD_MIN: Elapsed = Elapsed::from_millis(750);

/// The same at most, for devices with enormous blocks.
const HOLD_MAX: Elapsed = Elapsed::from_secs(6);

/// The file's clock moves on by at most this much a tick. After the whole program was held up, blocks that wait in the
/// device are heard before their place is given away.
const ADVANCE_MAX: Elapsed = Elapsed::from_millis(500);

/// How often the disk is waited for: what a power cut can take.
const SYNC_EVERY: Elapsed = Elapsed::from_secs(5);

/// A track that was silent for this long from the start is warned of.
const SILENT_AFTER: Elapsed = Elapsed::from_secs(4);

/// A device that gave nothing at all for this long is told of.
const STALLED_AFTER: Elapsed = Elapsed::from_secs(3);

/// Blocks taken from one source in one tick at most, so that no device keeps the others waiting.
const BLOCKS_MAX: usize = 4096;

/// Why a recording ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// Somebody asked for it.
    Asked,
    /// The wanted length is reached.
    Long,
    /// No device is left.
    DevicesGone,
    /// The disk took no more; what the system said.
    CannotWrite(String),
}

/// Something the person should know at once. Tracks are counted from 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// Nothing but silence so far.
    Silent(usize),
    /// Sound after all.
    Heard(usize),
    /// The device gives nothing at all.
    Stalled(usize),
    /// It does again.
    Back(usize),
    /// The device is gone, and why; the track stays silent from here on.
    Gone(usize, String),
    /// The recording goes on in this file.
    NextPart(PathBuf),
}

/// A stretch that the user left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pause {
    /// Where in the recording it lies.
    pub at: Duration,
    /// How long it was.
    pub length: Duration,
}

/// What happened in a tick.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Tick {
    /// Things to say.
    pub notices: Vec<Notice>,
    /// Set once the recording cannot go on or is long enough: finish it.
    pub over: Option<Ending>,
}

/// A track, looked back on.
#[derive(Debug, Clone, PartialEq)]
pub struct TrackSummary {
    /// The device.
    pub device: String,
    /// Samples of silence that stand for lost sound, at [`RECORDING_RATE`].
    pub lost_samples: u64,
    /// Samples that came after their place had been filled with silence, and were dropped.
    pub late_samples: u64,
    /// How fast the device's clock ran, parts in a million, already taken away; `None` for less than a minute of sound.
    pub drift_ppm: Option<f64>,
    /// Samples at full scale.
    pub clipped_samples: u64,
    /// Whether there was nothing but silence.
    pub silent: bool,
    /// When and why the device went away, if it did.
    pub gone: Option<(Duration, String)>,
}

/// A recording, looked back on.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// The files, in order.
    pub parts: Vec<PathBuf>,
    /// Length of all of them.
    pub length: Duration,
    /// Why it ended.
    pub ending: Ending,
    /// The tracks in the order of the file.
    pub tracks: Vec<TrackSummary>,
    /// Moments of the recording that the user marked.
    pub marks: Vec<Duration>,
    /// Stretches that the user left out, in order.
    pub pauses: Vec<Pause>,
}

struct Channel {
    source: Box<dyn SoundSource>,
    line: Line,
    meter: Meter,
    waits: Waits,
    longest_block: Elapsed,
    last_block: Elapsed,
    stalled: bool,
    silence_said: bool,
    gone: Option<(Duration, String)>,
}

/// Records sources into a file. Its clock starts at zero with the recording.
pub struct Recorder {
    channels: Vec<Channel>,
    parts: Parts,
    limit: Option<u64>,
    hold: Elapsed,
    clock: Elapsed,
    written: u64,
    /// When the first tick was: devices took until then to open.
    started: Option<Elapsed>,
    synced: Elapsed,
    failed: Option<String>,
    /// When the present pause began, on the caller's clock.
    paused: Option<Elapsed>,
    /// What the pauses so far took: the recording's own clock is behind the caller's by this.
    left_out: Elapsed,
    marks: Vec<Duration>,
    pauses: Vec<Pause>,
}

impl Recorder {
    /// A recorder of these sources, a track each in this order, into `parts`; it ends by itself at `length`.
    ///
    /// # Panics
    /// If `parts` was made for another number of tracks.
    #[must_use]
    pub fn new(sources: Vec<Box<dyn SoundSource>>, parts: Parts, length: Option<Duration>) -> Self {
        assert_eq!(sources.len(), usize::from(parts.tracks()), "a source for each track");
        let channel = |source: Box<dyn SoundSource>| Channel {
            line: Line::new(source.rests_when_silent()),
            source,
            meter: Meter::default(),
            waits: Waits::default(),
            longest_block: Elapsed::ZERO,
            last_block: Elapsed::ZERO,
            stalled: false,
            silence_said: false,
            gone: None,
        };
        Self {
            channels: sources.into_iter().map(channel).collect(),
            parts,
            limit: length.map(|length| length.ms() * u64::from(RECORDING_RATE) / 1000),
            hold: HOLD_MIN,
            clock: Elapsed::ZERO,
            written: 0,
            started: None,
            synced: Elapsed::ZERO,
            failed: None,
            paused: None,
            left_out: Elapsed::ZERO,
            marks: Vec::new(),
            pauses: Vec::new(),
        }
    }

    /// Length of what is on the disk.
    #[must_use]
    pub fn length(&self) -> Duration {
        Duration::from_ms(self.written * 1000 / u64::from(RECORDING_RATE))
    }

    /// Level of each track since the last time this was asked.
    pub fn levels(&mut self) -> Vec<Level> {
        self.channels.iter_mut().map(|channel| channel.meter.read()).collect()
    }

    /// Whether the recording rests.
    #[must_use]
    pub fn is_paused(&self) -> bool {
        self.paused.is_some()
    }

    /// Rests until [`Recorder::resume`]: what was heard before `now` is written, what is heard meanwhile is left out, and
    /// the file goes on without a hole. Does nothing while it rests already.
    pub fn pause(&mut self, now: Elapsed) -> Tick {
        if self.paused.is_some() {
            return Tick::default();
        }
        let mut tick = Tick::default();
        let own = now.saturating_sub(self.left_out);
        self.listen(own, &mut tick.notices);
        self.write_rest(own);
        self.secure();
        self.clock = own;
        self.paused = Some(now);
        for channel in &mut self.channels {
            channel.line.interrupt();
            channel.waits.interrupt();
        }
        tick
    }

    /// Goes on after a pause. Does nothing without one.
    pub fn resume(&mut self, now: Elapsed) {
        let Some(since) = self.paused.take() else { return };
        self.discard(now);
        let length = now.saturating_sub(since);
        // The own clock goes on where the file ends, so that the file has no hole.
        self.clock = Elapsed::from_secs_f64(self.written as f64 / f64::from(RECORDING_RATE));
        self.left_out = now.saturating_sub(self.clock);
        self.pauses.push(Pause { at: self.length(), length: Duration::from_ms(length.as_millis() as u64) });
    }

    /// Marks the present moment, so that it is found again; its place in the recording.
    pub fn mark(&mut self, now: Elapsed) -> Duration {
        let own = self.paused.unwrap_or(now).saturating_sub(self.left_out);
        let at = Duration::from_ms(own.as_millis() as u64);
        self.marks.push(at);
        at
    }

    /// Takes what has arrived and writes what is due. To be called some ten times a second with the time since the
    /// recording began.
    pub fn tick(&mut self, now: Elapsed) -> Tick {
        let mut tick = Tick::default();
        if self.paused.is_some() {
            self.discard(now);
            return tick;
        }
        let now = now.saturating_sub(self.left_out);
        self.listen(now, &mut tick.notices);
        self.clock = now.min(self.clock + ADVANCE_MAX);
        let parts_before = self.parts.paths().len();
        let due = samples_at(self.clock.saturating_sub(self.hold)) as u64;
        self.write_until(due, false);
        self.secure();
        if self.parts.paths().len() > parts_before {
            tick.notices.extend(self.parts.paths().last().cloned().map(Notice::NextPart));
        }
        tick.over = match (&self.failed, self.limit) {
            (Some(why), _) => Some(Ending::CannotWrite(why.clone())),
            (None, Some(limit)) if self.written >= limit => Some(Ending::Long),
            _ if self.channels.iter().all(|channel| channel.gone.is_some()) => Some(Ending::DevicesGone),
            _ => None,
        };
        tick
    }

    /// Writes what is left and closes the file.
    #[must_use]
    pub fn finish(mut self, now: Elapsed, ending: Ending) -> Summary {
        if self.paused.is_some() {
            self.resume(now);
        } else {
            let now = now.saturating_sub(self.left_out);
            let mut unsaid = Vec::new();
            self.listen(now, &mut unsaid);
            self.write_rest(now);
        }
        for channel in &mut self.channels {
            if channel.stalled && channel.gone.is_none() {
                let at = Duration::from_ms(channel.last_block.as_millis() as u64);
                channel.gone = Some((at, "it gave no sound any more".to_owned()));
            }
        }
        let closed = self.parts.finish();
        let failed = self.failed.take().or(closed.err().map(|failure| failure.to_string()));
        Summary {
            length: self.length(),
            parts: self.parts.paths().to_vec(),
            ending: failed.map_or(ending, Ending::CannotWrite),
            tracks: self.channels.iter().map(Channel::summary).collect(),
            // A mark set in the last moments may lie a little behind the last sample.
            marks: self.marks.iter().map(|mark| (*mark).min(self.length())).collect(),
            pauses: self.pauses.clone(),
        }
    }

    /// Writes all that was heard up to `now`, as before a pause and at the end.
    fn write_rest(&mut self, now: Elapsed) {
        let mut until = 0;
        for channel in &mut self.channels {
            channel.line.begin();
            channel.line.drain();
            until = until.max(channel.line.ready_until());
        }
        self.write_until(until.min(samples_at(now) as u64), true);
    }

    /// Lets pass what is heard during a pause. Whether a device is gone is told afterwards.
    fn discard(&mut self, now: Elapsed) {
        let own = now.saturating_sub(self.left_out);
        for channel in &mut self.channels {
            for _ in 0..BLOCKS_MAX {
                match channel.source.poll() {
                    Polled::Block(block) => channel.meter.hear(&block.samples),
                    Polled::Nothing | Polled::Ended(_) => break,
                }
            }
            channel.last_block = channel.last_block.max(own);
        }
    }

    fn listen(&mut self, now: Elapsed, notices: &mut Vec<Notice>) {
        let at = self.length();
        let started = *self.started.get_or_insert(now);
        for (number, channel) in self.channels.iter_mut().enumerate() {
            for _ in 0..BLOCKS_MAX {
                match channel.source.poll() {
                    Polled::Block(mut block) => {
                        block.arrived = block.arrived.saturating_sub(self.left_out);
                        let length = block.samples.len() as f64 / f64::from(block.rate.max(1));
                        channel.longest_block = channel.longest_block.max(Elapsed::from_secs_f64(length));
                        channel.waits.arrival(block.arrived);
                        channel.meter.hear(&block.samples);
                        channel.last_block = channel.last_block.max(block.arrived).min(now);
                        channel.line.accept(block);
                    }
                    Polled::Nothing => break,
                    Polled::Ended(why) => {
                        if channel.gone.is_none() {
                            channel.gone = Some((at, why.clone()));
                            channel.line.begin();
                            channel.line.drain();
                            notices.push(Notice::Gone(number, why));
                        }
                        break;
                    }
                }
            }
            notices.extend(channel.notices(number, started, now));
        }
        // Half as much again, and the time it takes to tell late from lost.
        let longest = self.channels.iter().map(|channel| channel.longest_block.max(channel.waits.usual())).max();
        self.hold = (longest.unwrap_or_default().mul_f64(1.5) + STEP_DECIDED).clamp(HOLD_MIN, HOLD_MAX);
    }

    /// Writes all tracks up to a sample; what is not there is silence. `last`: nothing is expected after this.
    fn write_until(&mut self, until: u64, last: bool) {
        let until = self.limit.map_or(until, |limit| until.min(limit));
        // A second at a time: memory stays small however long the wait was.
        while self.written < until && self.failed.is_none() {
            let count = (until - self.written).min(u64::from(RECORDING_RATE)) as usize;
            let mut frames = vec![0_i16; count * self.channels.len()];
            let tracks = self.channels.len();
            let mut samples = Vec::with_capacity(count);
            for (number, channel) in self.channels.iter_mut().enumerate() {
                samples.clear();
                channel.line.take(count, last || channel.gone.is_some(), &mut samples);
                for (frame, sample) in frames.chunks_exact_mut(tracks).zip(&samples) {
                    // `as` saturates: what is too loud is clipped.
                    frame[number] = (sample * 32_767.0).round() as i16;
                }
            }
            match self.parts.write(&frames) {
                Ok(()) => self.written += count as u64,
                Err(failure) => self.failed = Some(failure.to_string()),
            }
        }
    }

    /// Makes the file's header true, and every few seconds waits for the disk.
    fn secure(&mut self) {
        if self.failed.is_some() {
            return;
        }
        let sync = self.clock.saturating_sub(self.synced) >= SYNC_EVERY;
        match self.parts.flush(sync) {
            Ok(()) if sync => self.synced = self.clock,
            Ok(()) => {}
            Err(failure) => self.failed = Some(failure.to_string()),
        }
    }
}

impl Channel {
    fn notices(&mut self, number: usize, started: Elapsed, now: Elapsed) -> Vec<Notice> {
        let mut notices = Vec::new();
        if self.gone.is_some() {
            return notices;
        }
        let stalled =
            now.saturating_sub(self.last_block.max(started)) >= STALLED_AFTER && !self.source.rests_when_silent();
        if stalled != self.stalled {
            self.stalled = stalled;
            notices.push(if stalled { Notice::Stalled(number) } else { Notice::Back(number) });
        }
        if !self.silence_said && !stalled && now.saturating_sub(started) >= SILENT_AFTER && !self.meter.ever_heard() {
            self.silence_said = true;
            notices.push(Notice::Silent(number));
        } else if self.silence_said && self.meter.ever_heard() {
            self.silence_said = false;
            notices.push(Notice::Heard(number));
        }
        notices
    }

    fn summary(&self) -> TrackSummary {
        TrackSummary {
            device: self.source.name().to_owned(),
            lost_samples: self.line.lost(),
            late_samples: self.line.too_late(),
            drift_ppm: self.line.drift_ppm(),
            clipped_samples: self.meter.clipped(),
            silent: !self.meter.ever_heard(),
            gone: self.gone.clone(),
        }
    }
}
