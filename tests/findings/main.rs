//! The findings stage on hand-made calls with known answers.

mod call;
mod coaching;
mod frame;
mod laws;
mod mirroring;
mod odd_input;
mod opportunities;
mod redirects;
mod small_talk;
mod talk;
mod tangents;
