//! Rapport listens to recorded calls on the user's own machine and says how much of each was small talk, who drove the
//! tangents, and where a redirect would have helped.
//!
//! The way of the data: a recording becomes tracks of 16 kHz mono, speech spans, utterances, a transcript with speakers,
//! topics, findings, a report. Read [`pipeline`] first: one call from file to report, one stage a line. Then one stage.
//!
//! A file imports only from floors below its own, and a stage never imports another stage:
//!
//! | floor | modules | own |
//! |---|---|---|
//! | 0 | [`call`], [`error`], [`progress`], `lexicon`, `threads` | the nouns, the words the stages know, work side by side; no input or output, no engines, no clock |
//! | 1 | [`ingest`], [`transcribe`], [`diarize`], [`redact`], [`topics`], [`findings`], [`trends`] | the stages; `trends` looks at many reports |
//! | 2 | [`pipeline`], [`batch`], [`store`], [`render`] | one call; many calls; files on disk; reports as text |
//! | 3 | [`options`], [`commands`] | flags to validated settings; one verb a file; printing and clocks |
//! | 4 | [`cli`], `main` | clap; parse, run, exit |

pub mod call;
pub mod error;
mod lexicon;
pub mod progress;
mod threads;

pub mod diarize;
pub mod findings;
pub mod ingest;
pub mod redact;
pub mod topics;
pub mod transcribe;
pub mod trends;

pub mod batch;
pub mod pipeline;
pub mod render;
pub mod store;

pub mod commands;
pub mod options;

pub mod cli;
