//! The nouns of the product, one short file each. No input or output, no engines, no clock.

pub mod audio;
pub mod finding;
pub mod report;
pub mod time;
pub mod topic;
pub mod transcript;
