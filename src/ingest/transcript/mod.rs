//! Transcripts in.
