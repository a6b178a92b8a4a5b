//! Rapport: what a recorded call was about, who drove the tangents, and where a redirect would have helped.

pub mod call;
pub mod error;
pub mod progress;
