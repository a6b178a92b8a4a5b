//! Files in: which files are calls, recordings decoded, transcripts read.

pub mod capture;
pub mod dates;
pub mod inputs;
pub mod prosody;
pub mod recording;
pub mod transcript;
