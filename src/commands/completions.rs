//! `rapport completions`: what a shell needs to complete our command line.

use std::io::Write;
use std::path::Path;

use clap_complete::Shell;

use crate::commands::Exit;
use crate::error::{Error, Result};

/// Prints the completion script of `shell` for `command` on `out`.
///
/// # Errors
/// What writing to `out` brings.
pub fn run(shell: Shell, command: &mut clap::Command, out: &mut dyn Write) -> Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(shell, command, "rapport", &mut script);
    let written = out.write_all(&script).and_then(|()| out.flush());
    written.map_err(Error::io("cannot write", Path::new("standard output")))?;
    Ok(Exit::Done)
}
