//! What the talk is about.
