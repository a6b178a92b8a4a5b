//! Flags and settings files, lowered once into validated settings. Nothing below this floor sees clap.

mod call;
mod parse;
mod settings_file;

pub use call::{CallFlags, call_settings};
pub use parse::{Shard, parse_length, parse_shard, parse_speaker};
pub use settings_file::FOLDER_FILE;
