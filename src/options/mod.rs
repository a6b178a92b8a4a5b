//! Flags and settings files, lowered once into validated settings. Nothing below this floor sees clap.

mod call;
mod parse;
mod settings_file;
mod trend;

pub use call::{CallFlags, call_settings};
pub use parse::{Shard, parse_length, parse_shard, parse_speaker, parse_speakers};
pub use settings_file::FOLDER_FILE;
pub use trend::{parse_day, parse_rate, parse_since, parse_until};
