//! The verbs, one a file. Here, and only here, things are printed and clocks are read.

pub mod analyze;
pub mod attempts;
pub mod compare;
pub mod completions;
pub mod demo;
pub mod devices;
pub mod export;
pub mod forget;
pub mod mark;
pub mod models;
pub mod pull_view;
pub mod record;
pub mod relabel;
pub mod show;
pub mod voice;

mod engines;
pub(crate) mod keys;
mod memory;
mod progress_view;
mod record_view;
mod summary;

use std::io::IsTerminal;
use std::process::ExitCode;

use crate::render::terminal::TerminalStyle;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// All done.
    Done,
    /// Nothing could be done.
    Nothing,
    /// Some calls failed.
    SomeFailed,
    /// The user stopped it.
    Interrupted,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done => 0,
            Exit::Nothing => 1,
            Exit::SomeFailed => 2,
            // 128 + SIGINT, what shells and batch systems take for "stopped by the user".
            Exit::Interrupted => 130,
        })
    }
}

/// Columns where the terminal does not say how many it has.
const WIDTH_DEFAULT: usize = 80;

/// How to print on standard output: colours and box characters for people at a terminal, neither in a pipe.
#[must_use]
pub fn stdout_style() -> TerminalStyle {
    let terminal = std::io::stdout().is_terminal();
    let width = terminal_size::terminal_size().map_or(WIDTH_DEFAULT, |(width, _)| usize::from(width.0));
    TerminalStyle { width, colour: terminal && colours_wanted(), unicode: true }
}

/// Whether colours are wanted at all: not with `NO_COLOR` set to anything, nor on a dumb terminal.
pub(crate) fn colours_wanted() -> bool {
    std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
        && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
}
