//! From packets to a recording.

use std::path::Path;

use symphonia::core::errors::Error as Fault;
use symphonia::core::packet::Packet;

use super::Failure;
use super::limits::{
    CHANNELS_MAX, GAP_SECS_MIN, GAPS_SECS_MAX, IDLE_PACKETS_MAX, LENGTH_MAX, LENGTH_TOLERANCE_MS, RATE_MAX, RATE_MIN,
};
use super::mix::Mixer;
use super::source::Source;
use crate::call::audio::Recording;
use crate::call::report::Warning;
use crate::call::time::{Duration, Timestamp};
use crate::error::Error;
use crate::progress::StopFlag;

/// Decodes all packets of an open file.
pub(super) fn recording(path: &Path, mut source: Source, stop: &StopFlag) -> Result<Recording, Failure> {
    let about = source.probe();
    let declared = source.declared();
    let mut work = Work { path, mixer: None, planes: Vec::new(), clock: Clock::default(), tally: Tally::default() };
    let mut idle = Idle::default();
    loop {
        stop.check().map_err(Failure::Final)?;
        match source.reader.next_packet() {
            Ok(Some(packet)) if packet.track_id == source.track_id => {
                idle.note(work.packet(&mut source, &packet)?);
            }
            Ok(Some(_)) => idle.note(false),
            Ok(None) => break,
            Err(Fault::ResetRequired) => {
                source.renew()?;
                work.clock.restart();
                work.tally.parts += 1;
                idle.note(false);
            }
            Err(error) => {
                work.tally.broken_off = Some(error.to_string());
                break;
            }
        }
        if idle.is_too_long() {
            work.tally.broken_off = Some(format!("{IDLE_PACKETS_MAX} packets in a row without sound"));
            break;
        }
    }
    let decoded = work.clock.now();
    let Work { mixer, tally, clock, .. } = work;
    let Some(mixer) = mixer.filter(|_| clock.sound_secs > 0.0) else {
        let detail = tally.broken_off.or(tally.fault).map_or_else(String::new, |fault| format!(" ({fault})"));
        return Err(Failure::Unreadable(format!("no sound could be decoded{detail}")));
    };
    let channels = mixer.channels() as u16;
    let (tracks, layout, doubts) = mixer.finish().map_err(Failure::Unreadable)?;
    let mut doubts = doubts;
    doubts.extend(tally.doubts(decoded, declared));
    let (started_at, title) = (about.started_at, about.title);
    Ok(Recording { tracks, layout, channels, sample_rate: clock.first_rate, started_at, title, doubts })
}

/// What is being built up.
struct Work<'a> {
    path: &'a Path,
    mixer: Option<Mixer>,
    planes: Vec<Vec<f32>>,
    clock: Clock,
    tally: Tally,
}

impl Work<'_> {
    /// Decodes one packet; says whether there was sound in it.
    fn packet(&mut self, source: &mut Source, packet: &Packet) -> Result<bool, Failure> {
        // Some decoders make sound of nothing, and an index may declare millions of packets of no bytes.
        if packet.data.is_empty() {
            return Ok(false);
        }
        let stamp = source.time_base.map(|base| {
            // Sound that is cut off at the start is not heard: the stamp of what is heard is later by as much.
            let heard = packet.pts.saturating_add(packet.trim_start);
            base.calc_time_saturating(heard).as_secs_f64()
        });
        let buffer = match source.decoder.decode(packet) {
            Ok(buffer) => buffer,
            Err(Fault::ResetRequired) => {
                source.decoder.reset();
                return Ok(false);
            }
            Err(error) => {
                self.tally.damaged(self.clock.now(), &error);
                return Ok(false);
            }
        };
        if buffer.frames() == 0 {
            return Ok(false);
        }
        let (rate, channels) = (buffer.spec().rate(), buffer.num_planes());
        check_shape(self.path, rate, channels).map_err(Failure::Final)?;
        buffer.copy_to_vecs_planar(&mut self.planes);
        let frames = buffer.frames();
        let mixer = match &mut self.mixer {
            Some(mixer) => mixer,
            empty => empty.insert(Mixer::new(channels, rate).map_err(Failure::Unreadable)?),
        };
        if self.clock.first_rate == 0 {
            self.clock.first_rate = rate;
        } else if self.clock.rate != rate {
            mixer.change_rate(rate).map_err(Failure::Unreadable)?;
            self.tally.changes += 1;
        }
        self.clock.rate = rate;
        self.tally.changes += u32::from(mixer.channels() != channels && self.tally.changes == 0);
        if let Some(gap_secs) = stamp.and_then(|stamp| self.clock.gap_before(stamp)) {
            self.tally.gap(self.clock.now(), gap_secs);
            mixer.silence((gap_secs * f64::from(rate)).round() as usize).map_err(Failure::Unreadable)?;
            self.clock.secs += gap_secs;
        }
        mixer.take(&self.planes).map_err(Failure::Unreadable)?;
        let length_secs = frames as f64 / f64::from(rate);
        self.clock.secs += length_secs;
        self.clock.sound_secs += length_secs;
        check_length(self.path, self.clock.secs).map_err(Failure::Final)?;
        Ok(true)
    }
}

/// Packets in a row that brought no sound.
#[derive(Debug, Default)]
struct Idle(u32);

impl Idle {
    fn note(&mut self, sound: bool) {
        self.0 = if sound { 0 } else { self.0 + 1 };
    }

    const fn is_too_long(&self) -> bool {
        self.0 > IDLE_PACKETS_MAX
    }
}

fn check_shape(path: &Path, rate: u32, channels: usize) -> Result<(), Error> {
    let refused = |why: String, next: &str| Err(Error::Sound { path: path.to_owned(), why, next: next.to_owned() });
    if !(RATE_MIN..=RATE_MAX).contains(&rate) {
        let why = format!("{rate} samples a second; {RATE_MIN} to {RATE_MAX} can be read");
        return refused(why, "convert it to 16000 Hz");
    }
    if channels == 0 || channels > CHANNELS_MAX {
        return refused(format!("{channels} channels; 1 to {CHANNELS_MAX} can be read"), "export the voices alone");
    }
    Ok(())
}

fn check_length(path: &Path, secs: f64) -> Result<(), Error> {
    if secs <= LENGTH_MAX.secs() {
        return Ok(());
    }
    let why = format!("longer than {} hours", LENGTH_MAX.ms() / 3_600_000);
    Err(Error::Sound { path: path.to_owned(), why, next: "cut it into calls".to_owned() })
}

/// How far we are, in seconds, and how that relates to the stamps of packets.
#[derive(Debug, Default)]
struct Clock {
    /// Sound and silence given so far.
    secs: f64,
    /// Sound alone.
    sound_secs: f64,
    /// Silence put in so far.
    gaps_secs: f64,
    /// Stamp of what is heard at 0; `None` until the first packet of a part.
    origin: Option<f64>,
    /// Samples a second now.
    rate: u32,
    /// Samples a second at the start; 0 before the first sound.
    first_rate: u32,
}

impl Clock {
    fn now(&self) -> Timestamp {
        Timestamp::from_secs(self.secs)
    }

    /// Stamps begin anew, at the moment we are at.
    fn restart(&mut self) {
        self.origin = None;
    }

    /// Seconds of sound that are missing before a packet with this stamp. A gap that is beyond all measure is a broken
    /// stamp: stamps then count from there on.
    fn gap_before(&mut self, stamp: f64) -> Option<f64> {
        let origin = *self.origin.get_or_insert(stamp - self.secs);
        let gap_secs = stamp - origin - self.secs;
        if gap_secs < GAP_SECS_MIN {
            return None;
        }
        if self.gaps_secs + gap_secs > GAPS_SECS_MAX {
            self.origin = Some(stamp - self.secs);
            return None;
        }
        self.gaps_secs += gap_secs;
        Some(gap_secs)
    }
}

/// What went wrong on the way.
#[derive(Debug, Default)]
struct Tally {
    damaged: u32,
    first_damaged: Timestamp,
    last_damaged: Timestamp,
    fault: Option<String>,
    gaps: u32,
    gaps_secs: f64,
    first_gap: Timestamp,
    changes: u32,
    parts: u32,
    broken_off: Option<String>,
}

impl Tally {
    fn damaged(&mut self, at: Timestamp, fault: &Fault) {
        if self.damaged == 0 {
            self.first_damaged = at;
            self.fault = Some(fault.to_string());
        }
        self.last_damaged = at;
        self.damaged += 1;
    }

    fn gap(&mut self, at: Timestamp, secs: f64) {
        if self.gaps == 0 {
            self.first_gap = at;
        }
        self.gaps += 1;
        self.gaps_secs += secs;
    }

    fn doubts(&self, decoded: Timestamp, declared: Option<Duration>) -> Vec<Warning> {
        let mut doubts = Vec::new();
        let mut say = |code, text| doubts.push(Warning::new(code, text));
        if self.damaged > 0 {
            let (count, from, to) = (self.damaged, self.first_damaged.secs(), self.last_damaged.secs());
            let fault = self.fault.as_deref().unwrap_or("unknown");
            say(
                "damaged_sound",
                format!("{count} damaged packets were skipped between {from:.1} s and {to:.1} s ({fault})."),
            );
        }
        if self.gaps > 0 {
            let (count, secs, first) = (self.gaps, self.gaps_secs, self.first_gap.secs());
            say(
                "missing_sound",
                format!(
                    "{secs:.1} s of sound are missing in {count} places, first at {first:.1} s; silence stands for them."
                ),
            );
        }
        if self.changes > 0 || self.parts > 0 {
            let text = "The sound changes its format within the file; all parts were joined one after the other.";
            say("changing_sound", text.to_owned());
        }
        if let Some(fault) = &self.broken_off {
            say("cut_short", format!("The file could be read up to {:.1} s only ({fault}).", decoded.secs()));
        }
        if let Some(declared) = declared.filter(|length| length.ms().abs_diff(decoded.ms()) > LENGTH_TOLERANCE_MS) {
            let text =
                format!("The file says it is {:.1} s long; {:.1} s were decoded.", declared.secs(), decoded.secs());
            say("wrong_length", text);
        }
        doubts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stamps_that_jump_leave_a_gap_and_broken_ones_do_not() {
        let mut clock = Clock::default();
        assert_eq!(clock.gap_before(5.0), None, "the first stamp is where time begins");
        clock.secs = 1.0;
        assert_eq!(clock.gap_before(6.05), None, "rounding");
        assert_eq!(clock.gap_before(8.0), Some(2.0));
        clock.secs = 3.0;
        assert_eq!(clock.gap_before(1e9), None, "a broken stamp");
        clock.secs = 4.0;
        assert_eq!(clock.gap_before(1e9 + 1.0), None, "counted from the broken stamp on");
    }

    #[test]
    fn rates_and_channels_have_limits() {
        let ok = |rate, channels| check_shape(Path::new("a.wav"), rate, channels).is_ok();
        assert!(ok(RATE_MIN, 1) && ok(RATE_MAX, CHANNELS_MAX));
        assert!(!ok(RATE_MIN - 1, 1) && !ok(RATE_MAX + 1, 1) && !ok(16_000, 0) && !ok(16_000, CHANNELS_MAX + 1));
    }

    #[test]
    fn two_days_are_the_longest() {
        assert!(check_length(Path::new("a.wav"), LENGTH_MAX.secs()).is_ok());
        let said = check_length(Path::new("a.wav"), LENGTH_MAX.secs() + 0.001).unwrap_err().to_string();
        assert!(said.contains("a.wav") && said.contains("48 hours"), "{said}");
    }

    #[test]
    fn packets_without_sound_have_an_end() {
        let mut idle = Idle::default();
        for packet in 0..3 * IDLE_PACKETS_MAX {
            idle.note(packet % IDLE_PACKETS_MAX == 0);
            assert!(!idle.is_too_long(), "{packet}");
        }
        for _ in 0..IDLE_PACKETS_MAX {
            idle.note(false);
        }
        assert!(idle.is_too_long());
    }

    #[test]
    fn silence_for_gaps_has_an_end() {
        let mut clock = Clock { secs: 1.0, origin: Some(0.0), ..Clock::default() };
        assert_eq!(clock.gap_before(1.0 + GAPS_SECS_MAX), Some(GAPS_SECS_MAX));
        clock.secs += GAPS_SECS_MAX;
        assert_eq!(clock.gap_before(clock.secs + 1.0), None, "all the silence there may be was put in");
        assert_eq!(clock.gap_before(clock.secs + GAP_SECS_MIN / 2.0), None);
    }

    #[test]
    fn a_length_that_is_not_true_is_said() {
        let doubts = Tally::default().doubts(Timestamp::from_ms(2000), Some(Duration::from_ms(9000)));
        assert_eq!(doubts[0].text, "The file says it is 9.0 s long; 2.0 s were decoded.");
        assert_eq!(Tally::default().doubts(Timestamp::from_ms(2000), Some(Duration::from_ms(2900))), []);
    }
}
