//! The report as subtitles.
