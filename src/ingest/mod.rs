//! Files in: recordings and transcripts.

pub mod recording;
pub mod transcript;
