//! The command line of voice prints.

use std::io::Write;
use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::commands::{Exit, voice};
use crate::error::{Error, Result};
use crate::progress::StopFlag;
use crate::transcribe::models::Places;

#[derive(Debug, Args)]
pub(super) struct VoiceArgs {
    #[command(subcommand)]
    verb: VoiceVerb,
}

#[derive(Debug, Subcommand)]
enum VoiceVerb {
    /// Learn a voice from a recording of it alone (or alone on the first track); once more for each microphone
    Enroll {
        /// Whose voice it is: the name it gets in reports
        name: String,
        /// The recording: ten seconds of speech or more
        file: PathBuf,
        /// It is not you but somebody else, who should have agreed to it
        #[arg(long)]
        other: bool,
    },
    /// List whose voices are known
    List,
    /// Remove what is kept of a voice
    Forget {
        /// The name
        name: String,
    },
}

impl VoiceArgs {
    pub(super) fn run(self, stop: &StopFlag, out: &mut dyn Write) -> Result<Exit> {
        let folder = Places::from_env().voices().ok_or_else(|| Error::Settings {
            what: "voice prints".to_owned(),
            why: "there is no home folder to keep them in; name one with RAPPORT_DATA_DIR".to_owned(),
        })?;
        match self.verb {
            VoiceVerb::Enroll { name, file, other } => {
                voice::enroll(&voice::EnrollOptions { name, file, other, folder }, stop, out)
            }
            VoiceVerb::List => voice::list(&folder, out),
            VoiceVerb::Forget { name } => voice::forget(&folder, &name, out),
        }
    }
}
