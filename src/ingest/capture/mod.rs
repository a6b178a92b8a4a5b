//! Sound in from devices: sources, tracks kept in step, a file that survives whatever happens.
//!
//! The way of a sample: a [`SoundSource`] hands over blocks with the moment they arrived; a line per track puts them at
//! their place on the common clock (drift resampled away, gaps filled with silence); the [`Recorder`] writes all tracks
//! a moment behind the clock, into [`Parts`] of a WAV whose header is always true. Nothing here reads a clock or prints:
//! whoever drives the recorder tells it the time.

mod devices;
mod line;
#[cfg(feature = "record")]
mod live;
mod meter;
mod names;
mod parts;
mod recorder;
mod scripted;
mod sidecar;
mod source;
mod stretch;
mod waits;

pub use devices::{DeviceEntry, DeviceList, Role, choose};
#[cfg(feature = "record")]
pub use live::{Devices, MonotonicClock};
pub use meter::Level;
pub use names::{FileSpot, file_name};
pub use parts::{Medium, PART_BYTES_MAX, Parts};
pub use recorder::{Ending, Notice, Pause, Recorder, Summary, Tick, TrackSummary};
pub use scripted::{ScriptedSource, Step};
pub use sidecar::{DATE_FORMAT, PauseNote, RecordingNote, Sidecar, TrackNote};
pub use source::{Block, Polled, SoundSource};

/// Samples a second of every recording: what all devices offer and all players read.
pub const RECORDING_RATE: u32 = 48_000;
