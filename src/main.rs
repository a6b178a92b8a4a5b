//! Parse, run, exit. Errors are printed once, here.

use std::process::ExitCode;

use clap::Parser;
use rapport::cli::{self, Cli};
use rapport::commands::Exit;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(asked_or_wrong) => {
            // Help and version are data; a usage error is "nothing could be done".
            drop(asked_or_wrong.print());
            return if asked_or_wrong.use_stderr() { Exit::Nothing.into() } else { Exit::Done.into() };
        }
    };
    cli::keep_panics_of_calls_quiet();
    match cli::stop_on_signals().and_then(|stop| cli::run(cli, &stop)) {
        Ok(exit) => exit.into(),
        Err(failure) => {
            eprintln!("rapport: {}", rapport::render::terminal::plain_lines(&failure.to_string()));
            Exit::Nothing.into()
        }
    }
}
