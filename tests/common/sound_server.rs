//! A sound server of a test's own: PulseAudio with outputs that lead nowhere, in a folder and on a socket of its own.

#![allow(dead_code, reason = "each test program uses its own part")]

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long the server may take to answer.
const START_WAIT: Duration = Duration::from_secs(20);

/// One server at a time: sound must flow.
static TURN: Mutex<()> = Mutex::new(());

/// A sound server of the test's own; ended with it.
pub(crate) struct Server {
    child: Child,
    pub(crate) dir: tempfile::TempDir,
    _turn: MutexGuard<'static, ()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Server {
    /// A server with these modules, or why there is none.
    pub(crate) fn start(modules: &[&str]) -> Result<Self, String> {
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let dir = tempfile::tempdir().unwrap();
        let socket = dir.path().join("pulse/native");
        std::fs::create_dir(dir.path().join("pulse")).unwrap();
        // The key that clients show; the server asks for one of this length even where it lets everybody in.
        std::fs::write(dir.path().join(".pulse-cookie"), [7; 256]).unwrap();
        let protocol = format!("module-native-protocol-unix auth-anonymous=1 socket={}", socket.display());
        let mut command = Command::new("pulseaudio");
        command.args(["-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", "--log-target=stderr"]);
        for module in std::iter::once(&protocol.as_str()).chain(modules) {
            command.arg("--load").arg(module);
        }
        own_places(&mut command, dir.path());
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let child = command.spawn().map_err(|failure| format!("pulseaudio cannot be started: {failure}"))?;
        let mut server = Self { child, dir, _turn: turn };
        let until = Instant::now() + START_WAIT;
        while Instant::now() < until {
            if let Ok(Some(ended)) = server.child.try_wait() {
                return Err(format!("pulseaudio ended at once: {ended}"));
            }
            let answer = server.command("pactl").arg("info").stdout(Stdio::null()).stderr(Stdio::null()).status();
            match answer {
                Ok(status) if status.success() => return Ok(server),
                Ok(_) => std::thread::sleep(Duration::from_millis(100)),
                Err(failure) => return Err(format!("pactl cannot be run: {failure}")),
            }
        }
        Err("pulseaudio does not answer".to_owned())
    }

    /// A command that talks to this server.
    pub(crate) fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        own_places(&mut command, self.dir.path());
        command.env("PULSE_SERVER", format!("unix:{}", self.dir.path().join("pulse/native").display()));
        command
    }

    /// Plays a file on an output.
    pub(crate) fn play(&self, file: &Path, output: &str) -> Playing {
        let mut command = self.command("paplay");
        // What calls ask for. Without it the server works in steps of two seconds.
        command.arg("--latency-msec=50").arg(format!("--device={output}")).arg(file);
        Playing(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap())
    }

    pub(crate) fn rapport(&self, arguments: &[&str]) -> Command {
        let mut command = self.command(assert_cmd::cargo::cargo_bin!("rapport"));
        command.current_dir(self.dir.path()).args(arguments).stdin(Stdio::null());
        command
    }
}

pub(crate) struct Playing(Child);

impl Drop for Playing {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

fn own_places(command: &mut Command, dir: &Path) {
    for name in ["HOME", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "PULSE_RUNTIME_PATH", "PULSE_STATE_PATH"] {
        command.env(name, dir);
    }
}

/// A server with these modules; the test is over where this machine cannot have one.
macro_rules! server_or_return {
    ($modules:expr) => {
        match $crate::sound_server::Server::start(&$modules) {
            Ok(server) => server,
            Err(why) => {
                println!("not checked on this machine: {why}");
                return;
            }
        }
    };
}
pub(crate) use server_or_return;

/// A microphone and an output, each carrying a side of what is played on the two-channel output `call`.
pub(crate) const CALL: [&str; 3] = [
    "module-null-sink sink_name=call rate=48000 channels=2 channel_map=front-left,front-right",
    "module-remap-source master=call.monitor source_name=microphone channels=1 channel_map=mono \
     master_channel_map=front-left remix=no",
    "module-remap-source master=call.monitor source_name=others.monitor channels=1 channel_map=mono \
     master_channel_map=front-right remix=no",
];
