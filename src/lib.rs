//! Rapport: what a recorded call was about, who drove the tangents, and where a redirect would have helped.

pub mod call;
pub mod error;
pub mod progress;

pub mod findings;
pub mod ingest;
pub mod topics;
pub mod transcribe;

pub mod render;

pub mod commands;
