//! How much a transcript file may hold. Beyond these a file is no call's transcript, or is meant to hurt.

/// Largest file: a 48-hour call with a time for every word stays well below it.
pub(super) const FILE_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// Longest line of a text format, in bytes; JSON is often one line and is held by the size of the file alone.
pub(super) const LINE_BYTES_MAX: usize = 64 * 1024;

/// Most cues in a file: one a second for 48 hours, and some.
pub(super) const CUES_MAX: usize = 200_000;

/// Most characters in one cue: about 20 minutes of talk without a break.
pub(super) const CUE_CHARS_MAX: usize = 20_000;

/// Most speakers in a call.
pub(super) const SPEAKERS_MAX: usize = 999;

/// Longest name of a speaker, in characters.
pub(super) const LABEL_CHARS_MAX: usize = 200;

/// Latest time in a call, in milliseconds: 48 hours.
pub(super) const TIME_MS_MAX: u64 = 48 * 3_600_000;

/// Most words with times in one utterance: as many as it may have characters.
pub(super) const WORDS_MAX: usize = CUE_CHARS_MAX;

/// Most items of an agenda.
pub(super) const AGENDA_MAX: usize = 1_000;
