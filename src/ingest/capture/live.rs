//! Real devices, by cpal: PulseAudio and PipeWire with ALSA behind them on Linux, WASAPI on Windows, Core Audio on macOS.

use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, TrySendError, sync_channel};
use std::sync::{Arc, Mutex};
use std::time::Duration as Elapsed;

use cpal::traits::{DeviceTrait, HostTrait, StreamTrait};
use cpal::{BufferSize, ErrorKind, FromSample, Sample, SampleFormat, SizedSample, StreamConfig};

use super::RECORDING_RATE;
use super::devices::{DeviceEntry, DeviceList, Role};
use super::source::{Block, Polled, SoundSource};
use crate::error::{Error, Result};

/// Blocks that may wait for the recorder: with the smallest usual block of 5 ms, half a minute.
const BLOCKS_WAITING_MAX: usize = 6000;

/// How long a device may take to open.
const OPEN_WAIT: Elapsed = Elapsed::from_secs(5);

/// Ending of the names of PulseAudio sources that carry what an output plays.
const MONITOR: &str = ".monitor";

/// cpal's name for PulseAudio, which PipeWire answers to as well.
const PULSE: &str = "PulseAudio";

/// What PulseAudio and PipeWire are asked to hand over at once: they give half of it at a time and keep the other half
/// for when they are held up. Without being asked, PulseAudio keeps two seconds.
const PULSE_BUFFER_MS: u32 = 400;

/// ALSA's device that gives silence for ever.
const ALSA_NULL: &str = "null";

/// Time since some fixed moment, on a clock that never jumps; called from the devices' threads.
pub type MonotonicClock = Arc<dyn Fn() -> Elapsed + Send + Sync>;

/// The devices of this machine.
pub struct Devices {
    list: DeviceList,
    /// In the order of the list.
    found: Vec<cpal::Device>,
}

impl Devices {
    /// Looks at what is there. Nothing is opened for recording.
    ///
    /// # Errors
    /// [`Error::Device`] if the sound system does not answer.
    pub fn look() -> Result<Self> {
        let host = cpal::default_host();
        let failed =
            |failure: cpal::Error| Error::Device { what: host.id().name().to_owned(), why: failure.to_string() };
        let default_input = host.default_input_device().and_then(|device| device.id().ok());
        let default_output = host.default_output_device().and_then(|device| device.id().ok());
        let mut devices = Vec::new();
        let mut found = Vec::new();
        for device in host.devices().map_err(failed)? {
            let Ok(id) = device.id() else { continue };
            let Some(role) = role_of(&device, id.id()) else { continue };
            let Some(config) = usual_config(&device) else { continue };
            let default = match role {
                Role::Microphone => default_input.as_ref() == Some(&id),
                Role::System => default_output.as_ref().is_some_and(|output| is_sound_of(id.id(), output.id())),
            };
            devices.push(DeviceEntry {
                id: id.id().to_owned(),
                name: device.to_string(),
                role,
                default,
                channels: config.channels(),
                sample_rate: config.sample_rate(),
            });
            found.push(device);
        }
        let host_name = host.id().name().to_owned();
        let (system_missing, microphone_missing) = missing(&host_name, &devices);
        Ok(Self { list: DeviceList { host: host_name, devices, system_missing, microphone_missing }, found })
    }

    /// What is there.
    #[must_use]
    pub fn list(&self) -> &DeviceList {
        &self.list
    }

    /// Starts to record a device of the list.
    ///
    /// # Errors
    /// [`Error::Device`] if it cannot be opened.
    pub fn open(&self, entry: &DeviceEntry, clock: &MonotonicClock) -> Result<Box<dyn SoundSource>> {
        let failed = |why: String| Error::Device { what: entry.name.clone(), why };
        let at = self.list.devices.iter().position(|device| device.id == entry.id);
        let device = at.map(|at| &self.found[at]).ok_or_else(|| failed("it is not there any more".to_owned()))?;
        let said = |failure: cpal::Error| failed(explain(&failure));
        let (config, format) = wanted_config(device).ok_or_else(|| failed("it offers no format".to_owned()))?;
        let (send, blocks) = sync_channel(BLOCKS_WAITING_MAX);
        let ended = Arc::new(Mutex::new(None));
        let sink = Sink { send, clock: clock.clone(), channels: config.channels, rate: config.sample_rate, lost: 0 };
        let stream = build(device, config, format, sink, ended.clone()).map_err(said)?;
        stream.play().map_err(said)?;
        // Windows hands over nothing while nothing plays.
        let rests = cfg!(windows) && entry.role == Role::System;
        Ok(Box::new(Live { name: entry.name.clone(), blocks, ended, rests, _stream: stream }))
    }
}

/// What a device's sound is; `None` for one that cannot be recorded.
fn role_of(device: &cpal::Device, id: &str) -> Option<Role> {
    if cfg!(any(windows, target_vendor = "apple")) {
        // Outputs can be opened for recording there, and then give what they play.
        if device.supports_output() {
            return Some(Role::System);
        }
        return device.supports_input().then_some(Role::Microphone);
    }
    if !device.supports_input() || id == ALSA_NULL {
        return None;
    }
    Some(if id.ends_with(MONITOR) { Role::System } else { Role::Microphone })
}

/// Whether device `id` gives what the output `output` plays.
fn is_sound_of(id: &str, output: &str) -> bool {
    id == output || id.strip_suffix(MONITOR) == Some(output)
}

fn usual_config(device: &cpal::Device) -> Option<cpal::SupportedStreamConfig> {
    device.default_input_config().or_else(|_| device.default_output_config()).ok()
}

/// The device's usual format, at our rate and as floats where it offers that.
fn wanted_config(device: &cpal::Device) -> Option<(StreamConfig, SampleFormat)> {
    let usual = usual_config(device)?;
    let offered = device.supported_input_configs().ok().into_iter().flatten();
    let better = offered
        .filter(|range| range.channels() == usual.channels())
        .filter(|range| (range.min_sample_rate()..=range.max_sample_rate()).contains(&RECORDING_RATE))
        .filter(|range| preference(range.sample_format()).is_some())
        .min_by_key(|range| preference(range.sample_format()))
        .map(|range| range.with_sample_rate(RECORDING_RATE));
    let chosen = better.unwrap_or(usual);
    let mut config = chosen.config();
    if device.id().is_ok_and(|id| id.host().name() == PULSE) {
        config.buffer_size = BufferSize::Fixed(config.sample_rate * PULSE_BUFFER_MS / 1000);
    }
    Some((config, chosen.sample_format()))
}

/// Formats that can be read, best first.
fn preference(format: SampleFormat) -> Option<usize> {
    [SampleFormat::F32, SampleFormat::I32, SampleFormat::I16, SampleFormat::U16, SampleFormat::F64, SampleFormat::U8]
        .iter()
        .position(|known| *known == format)
}

/// In plain words, what cannot be recorded and what to do: the system's sound, and a microphone.
fn missing(host: &str, devices: &[DeviceEntry]) -> (Option<String>, Option<String>) {
    let none_of = |role| !devices.iter().any(|device: &DeviceEntry| device.role == role);
    let system = none_of(Role::System).then(|| {
        if cfg!(target_vendor = "apple") {
            "no output can be recorded: this needs macOS 14.6 or newer and the permission to record system audio \
             (System Settings, Privacy & Security)"
                .to_owned()
        } else if cfg!(windows) {
            "there is no sound output whose sound could be recorded; plug in or switch on one".to_owned()
        } else if host == "ALSA" {
            "neither PulseAudio nor PipeWire (with pipewire-pulse) answers, and ALSA alone cannot record what is \
             played; start one of them (if one runs, `pactl info` makes the key file it asks for), or record the microphone alone with --no-system"
                .to_owned()
        } else {
            format!("{host} knows no output; plug in or switch on one, or use --no-system")
        }
    });
    let microphone = none_of(Role::Microphone).then(|| {
        format!("{host} knows no microphone; plug one in, or allow this program to use it in the system's settings")
    });
    (system, microphone)
}

/// A device's failure with what to do about it.
fn explain(failure: &cpal::Error) -> String {
    let next = match failure.kind() {
        ErrorKind::PermissionDenied => "; allow this program to record in the system's privacy settings",
        ErrorKind::DeviceBusy => "; another program holds it: close that, and try again",
        ErrorKind::DeviceNotAvailable => "; is it still plugged in? `rapport devices` lists what is there",
        _ => "",
    };
    format!("{failure}{next}")
}

/// The end of the device's thread that hands over sound.
struct Sink {
    send: SyncSender<Block>,
    clock: MonotonicClock,
    channels: u16,
    rate: u32,
    /// Samples that found no room since the last block that did.
    lost: u64,
}

impl Sink {
    fn give<T: Sample>(&mut self, frames: &[T])
    where
        f32: FromSample<T>,
    {
        let arrived = (self.clock)();
        let channels = usize::from(self.channels.max(1));
        let share = 1.0 / channels as f32;
        let mix = |frame: &[T]| frame.iter().map(|sample| f32::from_sample(*sample)).sum::<f32>() * share;
        let samples: Vec<f32> = frames.chunks_exact(channels).map(mix).collect();
        let count = samples.len() as u64;
        let block = Block { samples, rate: self.rate, arrived, lost_before: self.lost };
        match self.send.try_send(block) {
            Ok(()) => self.lost = 0,
            // A device's thread must never wait: what has no room is counted.
            Err(TrySendError::Full(_)) => self.lost += count,
            Err(TrySendError::Disconnected(_)) => {}
        }
    }
}

type Ended = Arc<Mutex<Option<String>>>;

fn build(
    device: &cpal::Device,
    config: StreamConfig,
    format: SampleFormat,
    sink: Sink,
    ended: Ended,
) -> std::result::Result<cpal::Stream, cpal::Error> {
    match format {
        SampleFormat::F32 => build_as::<f32>(device, config, sink, ended),
        SampleFormat::F64 => build_as::<f64>(device, config, sink, ended),
        SampleFormat::I32 => build_as::<i32>(device, config, sink, ended),
        SampleFormat::I16 => build_as::<i16>(device, config, sink, ended),
        SampleFormat::U16 => build_as::<u16>(device, config, sink, ended),
        SampleFormat::U8 => build_as::<u8>(device, config, sink, ended),
        other => {
            let why = format!("it gives {other} samples, which are not understood");
            Err(cpal::Error::with_message(ErrorKind::UnsupportedConfig, why))
        }
    }
}

fn build_as<T: SizedSample>(
    device: &cpal::Device,
    config: StreamConfig,
    mut sink: Sink,
    ended: Ended,
) -> std::result::Result<cpal::Stream, cpal::Error>
where
    f32: FromSample<T>,
{
    let on_sound = move |frames: &[T], _: &cpal::InputCallbackInfo| sink.give(frames);
    let on_failure = move |failure: cpal::Error| {
        // The first three are told for information; the stream goes on.
        if !matches!(failure.kind(), ErrorKind::DeviceChanged | ErrorKind::Xrun | ErrorKind::RealtimeDenied) {
            let mut ended = ended.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            ended.get_or_insert_with(|| failure.to_string());
        }
    };
    device.build_input_stream(config, on_sound, on_failure, Some(OPEN_WAIT))
}

/// A device that is being recorded.
struct Live {
    name: String,
    blocks: Receiver<Block>,
    ended: Ended,
    rests: bool,
    /// Held so that the device goes on.
    _stream: cpal::Stream,
}

impl SoundSource for Live {
    fn name(&self) -> &str {
        &self.name
    }

    fn poll(&mut self) -> Polled {
        match self.blocks.try_recv() {
            Ok(block) => Polled::Block(block),
            Err(TryRecvError::Empty | TryRecvError::Disconnected) => {
                let ended = self.ended.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                ended.clone().map_or(Polled::Nothing, Polled::Ended)
            }
        }
    }

    fn rests_when_silent(&self) -> bool {
        self.rests
    }
}
