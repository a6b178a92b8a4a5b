//! Formats that our decoders do not know, through `ffmpeg` where it is installed.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use symphonia::core::io::{MediaSourceStream, MediaSourceStreamOptions, ReadOnlySource};

/// Name of the program.
const PROGRAM: &str = if cfg!(windows) { "ffmpeg.exe" } else { "ffmpeg" };

/// The program in one of these folders (in the form of `PATH`). Relative folders are passed over: a program that lies
/// beside a recording must not be run.
pub(super) fn find(search: &OsStr) -> Option<PathBuf> {
    std::env::split_paths(search)
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join(PROGRAM))
        .find(|file| file.is_file())
}

/// A running conversion. It is ended when this is dropped.
pub(super) struct Conversion(Child);

impl Conversion {
    /// Starts to convert the first sound of the file to WAV. Files and pipes are all that ffmpeg may open: a playlist
    /// in disguise must not reach the network.
    pub(super) fn start(program: &Path, path: &Path) -> std::io::Result<Self> {
        let mut input = OsString::from("file:");
        input.push(path);
        Command::new(program)
            .args(["-v", "error", "-nostdin", "-protocol_whitelist", "file,pipe", "-i"])
            .arg(input)
            .args(["-map", "0:a:0", "-vn", "-sn", "-dn", "-c:a", "pcm_s16le", "-bitexact", "-f", "wav", "pipe:1"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map(Self)
    }

    /// What it writes, as it comes; empty if taken before.
    pub(super) fn stream(&mut self) -> MediaSourceStream<'static> {
        let options = MediaSourceStreamOptions::default();
        match self.0.stdout.take() {
            Some(output) => MediaSourceStream::new(Box::new(ReadOnlySource::<ChildStdout>::new(output)), options),
            None => MediaSourceStream::new(Box::new(ReadOnlySource::new(std::io::empty())), options),
        }
    }

    /// Waits for its end, and says whether it was content.
    pub(super) fn ended_well(&mut self) -> bool {
        self.0.wait().is_ok_and(|status| status.success())
    }
}

impl Drop for Conversion {
    fn drop(&mut self) {
        // It may have ended already; then there is nothing to kill.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
