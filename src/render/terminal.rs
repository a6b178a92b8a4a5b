//! The report as terminal.
