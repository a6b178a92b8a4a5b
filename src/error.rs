//! All that can go wrong, said so that the reader knows what was given, what was wanted and what to do next.

use std::path::{Path, PathBuf};

/// Result of anything that can fail here.
pub type Result<T> = std::result::Result<T, Error>;

/// A failure. Its text is shown to people as it is, so each names the file and the numbers.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The operating system said no.
    #[error("{doing} {}: {source}", path.display())]
    Io {
        /// What was tried: "cannot read", "cannot write".
        doing: &'static str,
        /// On which file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The sound of a file cannot be read.
    #[error("{}: {why}; {next}", path.display())]
    Sound {
        /// Which file.
        path: PathBuf,
        /// What was found and what was wanted.
        why: String,
        /// What to do about it.
        next: String,
    },
    /// A transcript cannot be read.
    #[error("{}: {why}{}", path.display(), line.map_or_else(String::new, |n| format!(" (line {n})")))]
    Transcript {
        /// Which file.
        path: PathBuf,
        /// Line number from 1, where there is one to point at.
        line: Option<usize>,
        /// What was found and what was wanted.
        why: String,
    },
    /// A report cannot be read.
    #[error("{}: not a report this version can read: {why}", path.display())]
    Report {
        /// Which file.
        path: PathBuf,
        /// What was found and what was wanted.
        why: String,
    },
    /// A settings file or a flag is not understood.
    #[error("{what}: {why}")]
    Settings {
        /// The flag, or the file.
        what: String,
        /// What was given, what was wanted.
        why: String,
    },
    /// There is no speech model to work with.
    #[error("{0}")]
    NoModel(String),
    /// A speech model is there but cannot be used.
    #[error("{}: {why}", path.display())]
    Model {
        /// Which file.
        path: PathBuf,
        /// What was found and what was wanted.
        why: String,
    },
    /// The speech engine failed on good input.
    #[error("speech to text failed: {0}")]
    Engine(String),
    /// A sound device cannot be recorded.
    #[error("{what}: {why}")]
    Device {
        /// The device, or what it was wanted for.
        what: String,
        /// What is the matter, and what to do next.
        why: String,
    },
    /// A download failed.
    #[error("{url}: {why}")]
    Download {
        /// From where.
        url: String,
        /// What happened, and what to do next.
        why: String,
    },
    /// There is nothing to do.
    #[error("{0}")]
    NothingToDo(String),
    /// The user asked to stop.
    #[error("stopped before it was done")]
    Stopped,
    /// The process at work died with a call.
    #[error(
        "the program ended at this call ({0}); the other calls are not affected. {way_out}", way_out = after_death(.0)
    )]
    Died(String),
    /// A bug of ours, kept to one call.
    #[error(
        "internal error: {0}; the other calls are not affected. Please report it with the file's format and length"
    )]
    Panic(String),
}

impl Error {
    /// An input/output failure with what was tried on which file; for `map_err`.
    pub fn io(doing: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { doing, path, source }
    }
}

/// What to do about a death of this kind.
fn after_death(how: &str) -> &'static str {
    // 4 is SIGILL on every Unix.
    if how == "signal 4" {
        "It was built for a processor that knows more instructions than this one: build it on this machine, or with \
         GGML_NATIVE=OFF"
    } else {
        "Too little memory is the commonest reason: free some, or take a smaller speech model"
    }
}

/// What a reader of JSON says is wrong, without the words of the file that it quotes: they may be what somebody said.
pub(crate) fn untold(failure: &serde_json::Error) -> String {
    let mut why = failure.to_string();
    for (open, close) in [("\"", "\""), ("variant `", "`, expected")] {
        let from = why.find(open).map(|at| at + open.len());
        if let (Some(from), Some(to)) = (from, why.rfind(close))
            && from < to
        {
            why.replace_range(from..to, "…");
        }
    }
    why
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_death_names_the_way_out_that_fits() {
        let told = |how: &str| Error::Died(how.to_owned()).to_string();
        assert!(told("signal 4").contains("GGML_NATIVE=OFF") && !told("signal 4").contains("memory"));
        assert!(told("signal 6").contains("smaller speech model") && told("code 3").contains("code 3"));
    }

    #[test]
    fn failures_of_json_quote_nothing() {
        #[derive(Debug, serde::Deserialize)]
        #[serde(rename_all = "snake_case")]
        enum Kind {
            SmallTalk,
        }
        let failed = serde_json::from_str::<u8>("\"said \\\"this\\\" and that\"").unwrap_err();
        assert_eq!(untold(&failed), "invalid type: string \"…\", expected u8 at line 1 column 24");
        let failed = serde_json::from_str::<Kind>("\"secret\"").unwrap_err();
        assert_eq!(untold(&failed), "unknown variant `…`, expected `small_talk` at line 1 column 8");
        assert_eq!(untold(&serde_json::from_str::<u8>("x").unwrap_err()), "expected value at line 1 column 1");
        assert!(matches!(serde_json::from_str("\"small_talk\""), Ok(Kind::SmallTalk)));
    }
}
