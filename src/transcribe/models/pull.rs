//! Fetches a model. This file holds all the networking code of Rapport: nothing else opens a connection
//! (tests/models.rs looks through the sources).

use std::fs;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

use ureq::http::{Response, StatusCode, Uri, header};
use ureq::{Agent, Body};

use super::catalog::{Remote, human_bytes};
use super::digest::{self, PIECE_BYTES};
use super::part::{Opened, Part};
use crate::error::{Error, Result};
use crate::progress::StopFlag;

/// Where models come from unless `HF_ENDPOINT` names a mirror.
const DEFAULT_BASE: &str = "https://huggingface.co";
/// How long to wait for a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(20);
/// How long a server may be silent before the line counts as broken; also the longest that a stop can take.
const IDLE_TIMEOUT: Duration = Duration::from_secs(30);
/// How many tries in a row may bring (almost) nothing.
const TRIES: u32 = 5;
/// A try that brings as much as this, bytes, is not counted: a bad line gets through a big file in the end.
const PROGRESS_BYTES: u64 = 1 << 20;
/// Wait before the second try; doubles with each.
const BACKOFF: Duration = Duration::from_secs(1);
/// How often a waiting pull looks at the stop flag.
const STOP_LOOK: Duration = Duration::from_millis(100);
/// How many redirects are followed; Hugging Face uses two.
const REDIRECTS_MAX: u32 = 5;
/// Largest file taken from a server whose catalog entry has no size, bytes: above the largest model there is.
const MODEL_BYTES_MAX: u64 = 8_000_000_000;

/// How to pull; `Default` is what users get.
#[derive(Debug, Clone)]
pub struct PullSettings {
    /// Base address: https, or http to this machine itself. May have a path; slashes at its end do not matter.
    pub base: String,
    /// How long to wait for a connection.
    pub connect_timeout: Duration,
    /// How long the server may be silent.
    pub idle_timeout: Duration,
    /// How many tries in a row may bring almost nothing; at least one is made.
    pub tries: u32,
    /// Wait before the second try; doubles with each.
    pub backoff: Duration,
}

impl Default for PullSettings {
    fn default() -> Self {
        Self {
            base: DEFAULT_BASE.to_owned(),
            connect_timeout: CONNECT_TIMEOUT,
            idle_timeout: IDLE_TIMEOUT,
            tries: TRIES,
            backoff: BACKOFF,
        }
    }
}

impl PullSettings {
    /// Defaults, with the base address of `HF_ENDPOINT` when it is set.
    #[must_use]
    pub fn from_env() -> Self {
        let base = std::env::var("HF_ENDPOINT").ok().filter(|base| !base.trim().is_empty());
        Self { base: base.map_or_else(|| DEFAULT_BASE.to_owned(), |base| base.trim().to_owned()), ..Self::default() }
    }
}

/// Somebody who watches a pull.
pub trait PullWatcher {
    /// So many bytes are here, of so many (when known). May go back to 0 when the server cannot resume.
    fn advanced(&mut self, bytes: u64, total: Option<u64>);
    /// A try failed for this reason; the next follows.
    fn retrying(&mut self, why: &str);
}

/// Nobody.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unwatched;

impl PullWatcher for Unwatched {
    fn advanced(&mut self, _: u64, _: Option<u64>) {}
    fn retrying(&mut self, _: &str) {}
}

/// How a pull ended well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pulled {
    /// It was there and its digest is right; no connection was made.
    Already(PathBuf),
    /// It was fetched and its digest is right.
    Fetched(PathBuf),
}

/// Fetches a model of the catalog into a folder, which is made when missing.
///
/// Bytes go to `FILE.part`; the file gets its name only when its SHA-256 is right. A broken line is tried again from
/// where it broke; what is there stays for the next pull. A file of that name with another digest is replaced.
///
/// # Errors
/// [`Error::Settings`] for a base address that may not be used, [`Error::Download`] for all that goes wrong on the way
/// (the part is kept, but after a wrong digest), [`Error::Model`] when another pull is at it or the disk is full,
/// [`Error::Io`], [`Error::Stopped`] (the part is kept).
pub fn pull(
    entry: &Remote,
    folder: &Path,
    settings: &PullSettings,
    watcher: &mut dyn PullWatcher,
    stop: &StopFlag,
) -> Result<Pulled> {
    let target = folder.join(&entry.file_name);
    if is_right(&target, entry, stop)? {
        return Ok(Pulled::Already(target));
    }
    let base = settings.base.trim_end_matches('/');
    check_base(base)?;
    fs::create_dir_all(folder).map_err(Error::io("cannot make the folder", folder))?;
    let mut part = match Part::open(&target, stop)? {
        Opened::Ours(part) => *part,
        Opened::Busy => {
            let why = format!("another pull of {} is under way; wait for it or stop it", entry.name);
            return Err(Error::Model { path: target, why });
        }
    };
    // Whoever held the lock before us may have finished the file since we looked.
    if is_right(&target, entry, stop)? {
        return Ok(Pulled::Already(target));
    }
    let url = format!("{base}/{}", entry.address_path);
    let job = Job { agent: agent(base, settings), url: &url, entry, target: &target, stop };
    job.fetch(&mut part, settings, watcher)?;
    match part.finish(&entry.sha256)? {
        Ok(()) => Ok(Pulled::Fetched(target)),
        Err(found) => Err(job.failure(format!(
            "the file that came is not the model: its SHA-256 is {found}, the catalog says {}. It was removed; \
             try again, and if it stays so, the server (or HF_ENDPOINT) serves something else",
            entry.sha256
        ))),
    }
}

/// One download.
struct Job<'a> {
    agent: Agent,
    url: &'a str,
    entry: &'a Remote,
    target: &'a Path,
    stop: &'a StopFlag,
}

/// Why a try failed.
enum Trouble {
    /// The line or the server: may be better next time.
    Passing(String),
    /// Will not get better.
    Final(Error),
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        Self::Final(error)
    }
}

impl Job<'_> {
    /// Tries until the part is whole or too many tries in a row brought nothing.
    fn fetch(&self, part: &mut Part, settings: &PullSettings, watcher: &mut dyn PullWatcher) -> Result<()> {
        if self.entry.bytes.is_some_and(|bytes| part.bytes() > bytes) {
            part.start_over()?;
        }
        let mut failed = 0;
        loop {
            self.stop.check()?;
            let before = part.bytes();
            let why = match self.attempt(part, watcher) {
                Ok(()) => return Ok(()),
                Err(Trouble::Final(error)) => return Err(error),
                Err(Trouble::Passing(why)) => why,
            };
            failed = if part.bytes() >= before + PROGRESS_BYTES { 1 } else { failed + 1 };
            if failed >= settings.tries {
                return Err(self.gave_up(part, &why));
            }
            watcher.retrying(&why);
            self.wait(settings.backoff * 2u32.pow((failed - 1).min(6)))?;
        }
    }

    /// One request from where the part ends, read to its end.
    fn attempt(&self, part: &mut Part, watcher: &mut dyn PullWatcher) -> std::result::Result<(), Trouble> {
        if part.bytes() > 0 && self.entry.bytes == Some(part.bytes()) {
            return Ok(());
        }
        let mut response = self.ask(part)?;
        let total = self.agree_on_start(&response, part)?;
        watcher.advanced(part.bytes(), total);
        let mut body = response.body_mut().as_reader();
        let mut piece = vec![0; PIECE_BYTES];
        loop {
            self.stop.check()?;
            let got = match body.read(&mut piece) {
                Ok(0) => break,
                Ok(got) => got,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(Trouble::Passing(cause(&ureq::Error::from(error)))),
            };
            let limit = total.unwrap_or(MODEL_BYTES_MAX);
            if part.bytes() + got as u64 > limit {
                part.start_over()?;
                return Err(self.final_failure(format!("the server sends more than {limit} bytes")));
            }
            part.append(&piece[..got], total.map(|total| total - part.bytes()))?;
            watcher.advanced(part.bytes(), total);
        }
        match total {
            Some(total) if part.bytes() < total => {
                Err(Trouble::Passing(format!("the connection ended after {} of {total} bytes", part.bytes())))
            }
            _ => Ok(()),
        }
    }

    /// Sends the request, following redirects: https to https, or http from and to this machine.
    fn ask(&self, part: &Part) -> std::result::Result<Response<Body>, Trouble> {
        let mut url = self.url.to_owned();
        for _ in 0..=REDIRECTS_MAX {
            self.stop.check()?;
            let mut request = self.agent.get(&url).header(header::ACCEPT_ENCODING, "identity");
            if part.bytes() > 0 {
                request = request.header(header::RANGE, format!("bytes={}-", part.bytes()));
                if let Some(tag) = part.tag() {
                    request = request.header(header::IF_RANGE, tag);
                }
            }
            let response = request.call().map_err(|error| self.trouble(&error))?;
            if !response.status().is_redirection() {
                return Ok(response);
            }
            let to = text_header(&response, &header::LOCATION).unwrap_or_default();
            let next = absolute(&url, to);
            if !may_follow(&url, &next) {
                return Err(self.final_failure(format!("redirected to \"{to}\", which is not https: not followed")));
            }
            url = next;
        }
        Err(self.final_failure(format!("redirected more than {REDIRECTS_MAX} times; check HF_ENDPOINT")))
    }

    /// Looks at the answer's head: does it go on from the part's end, or start over? Gives the length of the whole file.
    fn agree_on_start(&self, response: &Response<Body>, part: &mut Part) -> std::result::Result<Option<u64>, Trouble> {
        let total = match response.status() {
            StatusCode::OK => {
                if part.bytes() > 0 {
                    part.start_over()?;
                }
                text_header(response, &header::CONTENT_LENGTH).and_then(|length| length.parse().ok())
            }
            StatusCode::PARTIAL_CONTENT => {
                let range = text_header(response, &header::CONTENT_RANGE).and_then(content_range);
                let Some((start, total)) = range.filter(|(start, _)| *start == part.bytes()) else {
                    part.start_over()?;
                    return Err(Trouble::Passing("the server went on at another place than asked".to_owned()));
                };
                debug_assert_eq!(start, part.bytes());
                total
            }
            StatusCode::RANGE_NOT_SATISFIABLE => {
                part.start_over()?;
                return Err(Trouble::Passing("the server does not have the bytes asked for; starting over".to_owned()));
            }
            status if status.is_server_error() || [408, 429].contains(&status.as_u16()) => {
                return Err(Trouble::Passing(format!("the server answered {status}")));
            }
            status => return Err(self.final_failure(self.refused(status))),
        };
        self.check_total(total)?;
        // Only a strong tag says that bytes are the same.
        let tag = text_header(response, &header::ETAG).filter(|tag| tag.starts_with('"'));
        if part.bytes() == 0 || tag.is_some() {
            part.note_tag(tag)?;
        }
        Ok(total.or(self.entry.bytes))
    }

    fn check_total(&self, total: Option<u64>) -> std::result::Result<(), Trouble> {
        match (total, self.entry.bytes) {
            (Some(offered), Some(wanted)) if offered != wanted => {
                let why = format!(
                    "the server offers {offered} bytes, the model has {wanted}; \
                     a login page or a proxy may have answered instead"
                );
                Err(self.final_failure(why))
            }
            (Some(offered), None) if offered > MODEL_BYTES_MAX => {
                Err(self
                    .final_failure(format!("the server offers {offered} bytes; at most {MODEL_BYTES_MAX} are taken")))
            }
            _ => Ok(()),
        }
    }

    fn refused(&self, status: StatusCode) -> String {
        format!("the server answered {status}; {}", self.by_hand())
    }

    /// A failed request is final only when trying again cannot help.
    fn trouble(&self, error: &ureq::Error) -> Trouble {
        match error {
            ureq::Error::Io(_)
            | ureq::Error::Timeout(_)
            | ureq::Error::HostNotFound
            | ureq::Error::ConnectionFailed
            | ureq::Error::Protocol(_) => Trouble::Passing(cause(error)),
            _ => self.final_failure(format!("{}; {}", cause(error), self.by_hand())),
        }
    }

    fn gave_up(&self, part: &Part, why: &str) -> Error {
        let kept = match part.bytes() {
            0 => "cannot fetch it".to_owned(),
            bytes => format!(
                "{} are here and kept in {}: the same command goes on from there",
                human_bytes(bytes),
                part.path().display()
            ),
        };
        let host = host_of(self.url).unwrap_or_default();
        self.failure(format!("{host}: {why}; {kept}. Without a network: {}", self.by_hand()))
    }

    fn by_hand(&self) -> String {
        format!("download it elsewhere and copy it to {}", self.target.display())
    }

    fn failure(&self, why: String) -> Error {
        Error::Download { url: self.url.to_owned(), why }
    }

    fn final_failure(&self, why: String) -> Trouble {
        Trouble::Final(self.failure(why))
    }

    fn wait(&self, time: Duration) -> Result<()> {
        let mut left = time;
        while !left.is_zero() {
            self.stop.check()?;
            let nap = left.min(STOP_LOOK);
            std::thread::sleep(nap);
            left -= nap;
        }
        self.stop.check()
    }
}

fn is_right(target: &Path, entry: &Remote, stop: &StopFlag) -> Result<bool> {
    Ok(target.is_file() && digest::of_file(target, stop)? == entry.sha256)
}

fn agent(base: &str, settings: &PullSettings) -> Agent {
    let config = Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .timeout_connect(Some(settings.connect_timeout))
        .timeout_recv_response(Some(settings.idle_timeout))
        .timeout_per_read(Some(settings.idle_timeout))
        .user_agent(concat!("rapport/", env!("CARGO_PKG_VERSION")));
    // A proxy of the surroundings cannot reach this machine's own loopback.
    if is_loopback(base) { config.proxy(None).build().into() } else { config.build().into() }
}

fn check_base(base: &str) -> Result<()> {
    if host_of(base).is_some() && (base.starts_with("https://") || is_loopback(base)) {
        return Ok(());
    }
    let why =
        "an address like https://huggingface.co is wanted (http is taken for this machine itself only)".to_owned();
    Err(Error::Settings { what: format!("HF_ENDPOINT {base}"), why })
}

fn may_follow(from: &str, to: &str) -> bool {
    host_of(to).is_some() && (to.starts_with("https://") || (is_loopback(from) && is_loopback(to)))
}

fn host_of(url: &str) -> Option<String> {
    let uri: Uri = url.parse().ok()?;
    uri.scheme()?;
    uri.host().filter(|host| !host.is_empty()).map(str::to_owned)
}

/// Whether an address is plain http to this machine itself.
fn is_loopback(url: &str) -> bool {
    let here = |host: String| ["localhost", "127.0.0.1", "[::1]"].contains(&host.as_str());
    url.starts_with("http://") && host_of(url).is_some_and(here)
}

/// The address a `Location` stands for when it came from `from` (RFC 3986, section 5.2, without dot segments).
fn absolute(from: &str, to: &str) -> String {
    let (scheme, rest) = from.split_once("://").unwrap_or(("https", from));
    let path_at = rest.find(['/', '?']).unwrap_or(rest.len());
    if to.contains("://") && !to.starts_with(['/', '?']) {
        to.to_owned()
    } else if let Some(host_on) = to.strip_prefix("//") {
        format!("{scheme}://{host_on}")
    } else if to.starts_with('/') {
        format!("{scheme}://{}{to}", &rest[..path_at])
    } else {
        let path = rest.split('?').next().unwrap_or(rest);
        let folder = path.rfind('/').map_or(path, |slash| &path[..slash]);
        format!("{scheme}://{folder}/{to}")
    }
}

/// Start and whole length of `bytes START-END/TOTAL`.
fn content_range(text: &str) -> Option<(u64, Option<u64>)> {
    let (range, total) = text.trim().strip_prefix("bytes ")?.split_once('/')?;
    let (start, _) = range.split_once('-')?;
    Some((start.trim().parse().ok()?, total.trim().parse().ok()))
}

fn text_header<'a>(response: &'a Response<Body>, name: &header::HeaderName) -> Option<&'a str> {
    response.headers().get(name)?.to_str().ok()
}

/// What went wrong, in words for people.
fn cause(error: &ureq::Error) -> String {
    match error {
        ureq::Error::HostNotFound => "the host's name cannot be resolved; is there a network?".to_owned(),
        ureq::Error::Timeout(ureq::Timeout::Connect | ureq::Timeout::Resolve) => "no connection in time".to_owned(),
        ureq::Error::Timeout(_) => "the server fell silent".to_owned(),
        ureq::Error::Io(error) if error.kind() == ErrorKind::UnexpectedEof => "the connection broke".to_owned(),
        ureq::Error::Io(error) if error.kind() == ErrorKind::TimedOut => "the server fell silent".to_owned(),
        ureq::Error::Io(error) => error.to_string(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_location_is_read_as_browsers_do() {
        let from = "https://a.example/x/y?q=1";
        assert_eq!(absolute(from, "https://b.example/z"), "https://b.example/z");
        assert_eq!(absolute(from, "//b.example/z"), "https://b.example/z");
        assert_eq!(absolute(from, "/z?u=http://c"), "https://a.example/z?u=http://c");
        assert_eq!(absolute(from, "z"), "https://a.example/x/z");
    }

    #[test]
    fn redirects_never_leave_https() {
        assert!(may_follow("https://a.example/", "https://b.example/"));
        assert!(!may_follow("https://a.example/", "http://b.example/"));
        assert!(!may_follow("https://a.example/", "http://127.0.0.1/"));
        assert!(may_follow("http://127.0.0.1:1/", "http://127.0.0.1:2/"));
        assert!(!may_follow("http://127.0.0.1:1/", "http://b.example/"));
        assert!(!may_follow("https://a.example/", ""));
    }

    #[test]
    fn only_https_and_this_machine_are_bases() {
        for good in ["https://hf.example/prefix", "http://127.0.0.1:80", "http://localhost", "http://[::1]:8"] {
            assert!(check_base(good).is_ok(), "{good}");
        }
        for bad in ["http://hf.example", "hf.example", "ftp://hf.example", "https://", "http://127.0.0.1.example", ""] {
            assert!(check_base(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn content_ranges_are_read() {
        assert_eq!(content_range("bytes 5-9/10"), Some((5, Some(10))));
        assert_eq!(content_range("bytes 5-9/*"), Some((5, None)));
        assert_eq!(content_range("bytes */10"), None);
    }
}
