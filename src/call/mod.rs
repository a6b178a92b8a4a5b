//! The nouns of the product, one short file each. No input or output, no engines, no clock.

pub mod audio;
pub mod coaching;
pub mod figures;
pub mod finding;
pub mod mirroring;
pub mod outline;
pub mod report;
pub mod time;
pub mod topic;
pub mod transcript;
pub mod trend;
