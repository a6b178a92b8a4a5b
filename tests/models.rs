//! Models: looking up, checking and fetching them, against folders and a server of our own making.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use rapport::commands::models as verbs;
use rapport::error::Error;
use rapport::progress::StopFlag;
use rapport::transcribe::models::{
    AskedBy, Catalog, Entry, Places, PullSettings, PullWatcher, Pulled, Unwatched, Verdict, catalog, installed, locate,
    pull, verify,
};
use sha2::{Digest, Sha256};

// ---------------------------------------------------------------------------------------------------------------
// A server that plays one act a connection.

/// What the server does with one connection.
#[derive(Clone)]
enum Act {
    /// Serves the bytes, honouring a range unless the If-Range tag is another.
    Serve { tag: &'static str },
    /// As `Serve`, but cuts the connection after so many bytes of the body.
    Cut { tag: &'static str, after: usize },
    /// Serves all bytes from the start whatever is asked.
    NoRanges,
    /// Answers a range from the wrong place.
    WrongPlace,
    /// Says nothing until the test ends.
    Silent,
    /// Answers this status line.
    Status(&'static str),
    /// Redirects there.
    To(String),
}

type Request = BTreeMap<String, String>;

struct Server {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<Request>>>,
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Plays the acts in order, the last one for ever.
    fn start(bytes: &[u8], acts: Vec<Act>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let over = Arc::new(AtomicBool::new(false));
        let (bytes, seen, done) = (bytes.to_vec(), Arc::clone(&requests), Arc::clone(&over));
        let thread = std::thread::spawn(move || {
            let mut silent = Vec::new();
            for turn in 0.. {
                let (stream, _) = listener.accept().unwrap();
                if done.load(Ordering::SeqCst) {
                    return;
                }
                let Some(request) = read_request(&stream) else { continue };
                seen.lock().unwrap().push(request.clone());
                silent.extend(play(&acts[turn.min(acts.len() - 1)], &bytes, &request, stream));
            }
        });
        Self { address, requests, over, thread: Some(thread) }
    }

    fn base(&self) -> String {
        format!("http://{}", self.address)
    }

    /// One header (or `path`) of every request, empty where it was not sent.
    fn saw(&self, name: &str) -> Vec<String> {
        let requests = self.requests.lock().unwrap();
        requests.iter().map(|request| request.get(name).cloned().unwrap_or_default()).collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.over.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.address);
        let ended = self.thread.take().map(JoinHandle::join);
        assert!(std::thread::panicking() || matches!(ended, Some(Ok(()))), "the server thread failed");
    }
}

fn read_request(stream: &TcpStream) -> Option<Request> {
    let mut lines = BufReader::new(stream).lines();
    let first = lines.next()?.ok()?;
    let mut request = BTreeMap::from([("path".to_owned(), first.split(' ').nth(1)?.to_owned())]);
    for line in lines {
        let line = line.ok()?;
        if line.is_empty() {
            return Some(request);
        }
        let (name, value) = line.split_once(':')?;
        request.insert(name.to_lowercase(), value.trim().to_owned());
    }
    None
}

/// Gives the connection back when it has to stay open.
fn play(act: &Act, bytes: &[u8], request: &Request, mut stream: TcpStream) -> Option<TcpStream> {
    let start = request.get("range").and_then(|range| range.strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok());
    let same = |tag: &str| request.get("if-range").is_none_or(|asked| asked == tag);
    // The client may hang up early; that is its business.
    let _ = match act {
        Act::Serve { tag } => send(&mut stream, bytes, start.filter(|_| same(tag)), tag, usize::MAX),
        Act::Cut { tag, after } => send(&mut stream, bytes, start.filter(|_| same(tag)), tag, *after),
        Act::NoRanges => send(&mut stream, bytes, None, "", usize::MAX),
        Act::WrongPlace => send(&mut stream, bytes, start.map(|start| start + 1), "", usize::MAX),
        Act::Silent => return Some(stream),
        Act::Status(status) => empty(&mut stream, status, ""),
        Act::To(to) => empty(&mut stream, "302 Found", &format!("Location: {to}\r\n")),
    };
    None
}

fn empty(stream: &mut TcpStream, status: &str, header: &str) -> std::io::Result<()> {
    let head = format!("HTTP/1.1 {status}\r\n{header}Content-Length: 0\r\nConnection: close\r\n\r\n");
    stream.write_all(head.as_bytes())
}

fn send(
    stream: &mut TcpStream,
    bytes: &[u8],
    start: Option<usize>,
    tag: &str,
    body_bytes_max: usize,
) -> std::io::Result<()> {
    let (body, status) = match start {
        Some(start) if start >= bytes.len() => return empty(stream, "416 Range Not Satisfiable", ""),
        Some(start) => (&bytes[start..], "206 Partial Content"),
        None => (bytes, "200 OK"),
    };
    let all = bytes.len();
    let range = start.map(|start| format!("Content-Range: bytes {start}-{}/{all}\r\n", all - 1)).unwrap_or_default();
    let tag = if tag.is_empty() { String::new() } else { format!("ETag: {tag}\r\n") };
    let length = body.len();
    let head = format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n{range}{tag}\r\n");
    stream.write_all(head.as_bytes())?;
    stream.write_all(&body[..body.len().min(body_bytes_max)])
}

// ---------------------------------------------------------------------------------------------------------------
// Fetching a model of our own.

const TAG: &str = "\"one\"";

/// 100,000 bytes that differ from place to place.
fn model_bytes() -> Vec<u8> {
    (0u32..100_000).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect()
}

fn digest(bytes: &[u8]) -> String {
    format!("{:x}", Sha256::digest(bytes))
}

fn small_catalog(bytes: &[u8]) -> Catalog {
    let entry = Entry {
        name: "small-one".to_owned(),
        bytes: Some(bytes.len() as u64),
        sha256: digest(bytes),
        multilingual: true,
        word_error_clean: None,
        word_error_meetings: None,
        gflop_per_window: 1,
        memory_mb: None,
    };
    Catalog { repository: "owner/name".to_owned(), revision: "abc".to_owned(), models: vec![entry], voices: Vec::new() }
}

fn quick(base: String) -> PullSettings {
    PullSettings { base, tries: 3, backoff: Duration::from_millis(1), ..PullSettings::default() }
}

/// A pull into a folder of its own.
struct Bench {
    folder: tempfile::TempDir,
    catalog: Catalog,
    server: Server,
}

impl Bench {
    fn new(acts: Vec<Act>) -> Self {
        let bytes = model_bytes();
        let server = Server::start(&bytes, acts);
        Self { folder: tempfile::tempdir().unwrap(), catalog: small_catalog(&bytes), server }
    }

    fn target(&self) -> PathBuf {
        self.folder.path().join("ggml-small-one.bin")
    }

    fn part(&self) -> PathBuf {
        self.folder.path().join("ggml-small-one.bin.part")
    }

    fn pull(&self) -> Result<Pulled, Error> {
        self.pull_with(&quick(self.server.base()))
    }

    fn pull_with(&self, settings: &PullSettings) -> Result<Pulled, Error> {
        self.pull_watched(settings, &mut Unwatched, &StopFlag::default())
    }

    fn pull_watched(
        &self,
        settings: &PullSettings,
        watcher: &mut dyn PullWatcher,
        stop: &StopFlag,
    ) -> Result<Pulled, Error> {
        pull(&self.catalog.remote(&self.catalog.models[0]), self.folder.path(), settings, watcher, stop)
    }

    /// The model is there, whole, and nothing else is.
    fn assert_whole(&self) {
        assert_eq!(fs::read(self.target()).unwrap(), model_bytes());
        assert_eq!(fs::read_dir(self.folder.path()).unwrap().count(), 1);
    }
}

#[test]
fn a_model_is_fetched_once() {
    let bench = Bench::new(vec![Act::Serve { tag: TAG }]);
    assert_eq!(bench.pull().unwrap(), Pulled::Fetched(bench.target()));
    bench.assert_whole();
    assert_eq!(bench.pull().unwrap(), Pulled::Already(bench.target()));
    assert_eq!(bench.server.saw("path"), ["/owner/name/resolve/abc/ggml-small-one.bin"]);
}

#[test]
fn a_mirror_may_have_a_path_and_a_slash() {
    let bench = Bench::new(vec![Act::Serve { tag: TAG }]);
    bench.pull_with(&quick(format!("{}/mirror/", bench.server.base()))).unwrap();
    assert_eq!(bench.server.saw("path"), ["/mirror/owner/name/resolve/abc/ggml-small-one.bin"]);
}

#[test]
fn a_cut_connection_goes_on_where_it_broke() {
    let bench = Bench::new(vec![Act::Cut { tag: TAG, after: 40_000 }, Act::Serve { tag: TAG }]);
    bench.pull().unwrap();
    bench.assert_whole();
    assert_eq!(bench.server.saw("range"), ["", "bytes=40000-"]);
    assert_eq!(bench.server.saw("if-range"), ["", TAG]);
}

#[test]
fn a_line_that_stays_broken_keeps_the_part_for_the_next_pull() {
    let mut acts = vec![Act::Cut { tag: TAG, after: 10_000 }; 3];
    acts.push(Act::Serve { tag: TAG });
    let bench = Bench::new(acts);
    let text = bench.pull().unwrap_err().to_string();
    assert!(text.contains("30 kB are here and kept in"), "{text}");
    assert!(text.contains("the same command goes on from there"), "{text}");
    assert_eq!(fs::read(bench.part()).unwrap(), model_bytes()[..30_000]);
    bench.pull().unwrap();
    bench.assert_whole();
    assert_eq!(bench.server.saw("range"), ["", "bytes=10000-", "bytes=20000-", "bytes=30000-"]);
    assert_eq!(bench.server.saw("if-range").last().unwrap(), TAG);
}

#[test]
fn another_tag_starts_over() {
    let bench = Bench::new(vec![Act::Cut { tag: "\"old\"", after: 10_000 }, Act::Serve { tag: TAG }]);
    bench.pull().unwrap();
    bench.assert_whole();
    assert_eq!(bench.server.saw("if-range"), ["", "\"old\""]);
}

#[test]
fn a_server_without_ranges_starts_over() {
    let bench = Bench::new(vec![Act::NoRanges]);
    fs::write(bench.part(), &model_bytes()[..500]).unwrap();
    bench.pull().unwrap();
    bench.assert_whole();
    assert_eq!(bench.server.saw("range"), ["bytes=500-"]);
}

#[test]
fn a_range_from_the_wrong_place_is_not_taken() {
    let bench = Bench::new(vec![Act::WrongPlace, Act::Serve { tag: TAG }]);
    fs::write(bench.part(), &model_bytes()[..500]).unwrap();
    bench.pull().unwrap();
    bench.assert_whole();
    assert_eq!(bench.server.saw("range"), ["bytes=500-", ""]);
}

#[test]
fn a_whole_part_needs_no_network_and_a_longer_one_is_thrown_away() {
    let bench = Bench::new(vec![Act::Serve { tag: TAG }]);
    fs::write(bench.part(), model_bytes()).unwrap();
    bench.pull().unwrap();
    bench.assert_whole();
    assert!(bench.server.saw("path").is_empty());

    fs::remove_file(bench.target()).unwrap();
    fs::write(bench.part(), [model_bytes(), vec![0]].concat()).unwrap();
    bench.pull().unwrap();
    bench.assert_whole();
    assert_eq!(bench.server.saw("range"), [""]);
}

#[test]
fn without_a_known_length_a_whole_part_gets_416_and_starts_over() {
    let mut bench = Bench::new(vec![Act::Serve { tag: TAG }]);
    bench.catalog.models[0].bytes = None;
    fs::write(bench.part(), model_bytes()).unwrap();
    bench.pull().unwrap();
    bench.assert_whole();
    assert_eq!(bench.server.saw("range"), ["bytes=100000-", ""]);
}

#[test]
fn a_wrong_digest_is_an_error_and_the_part_is_removed() {
    let mut bench = Bench::new(vec![Act::Serve { tag: TAG }]);
    bench.catalog.models[0].sha256 = "0".repeat(64);
    let text = bench.pull().unwrap_err().to_string();
    let wanted = format!("its SHA-256 is {}, the catalog says {}", digest(&model_bytes()), "0".repeat(64));
    assert!(text.contains(&wanted), "{text}");
    assert!(!bench.part().exists() && !bench.target().exists());
}

#[test]
fn a_spoilt_model_is_replaced() {
    let bench = Bench::new(vec![Act::Serve { tag: TAG }]);
    fs::write(bench.target(), b"spoilt").unwrap();
    assert_eq!(bench.pull().unwrap(), Pulled::Fetched(bench.target()));
    bench.assert_whole();
}

#[test]
fn another_length_than_the_catalog_is_refused_at_once() {
    let mut bench = Bench::new(vec![Act::Serve { tag: TAG }]);
    bench.catalog.models[0].bytes = Some(7);
    let text = bench.pull().unwrap_err().to_string();
    assert!(text.contains("the server offers 100000 bytes, the model has 7"), "{text}");
    assert_eq!(bench.server.saw("path").len(), 1);
}

#[test]
fn not_found_is_final_and_says_what_to_do_by_hand() {
    let bench = Bench::new(vec![Act::Status("404 Not Found")]);
    let text = bench.pull().unwrap_err().to_string();
    let wanted = format!("404 Not Found; download it elsewhere and copy it to {}", bench.target().display());
    assert!(text.ends_with(&wanted), "{text}");
    assert_eq!(bench.server.saw("path").len(), 1);
}

#[test]
fn a_busy_server_is_asked_again() {
    let bench = Bench::new(vec![Act::Status("503 Service Unavailable"), Act::Serve { tag: TAG }]);
    bench.pull().unwrap();
    bench.assert_whole();
}

#[test]
fn redirects_are_followed_and_bounded() {
    let files = Server::start(&model_bytes(), vec![Act::Serve { tag: TAG }]);
    let bench = Bench::new(vec![Act::To("/next".to_owned()), Act::To(format!("{}/cdn?sign=1", files.base()))]);
    bench.pull().unwrap();
    bench.assert_whole();
    assert_eq!(bench.server.saw("path")[1], "/next");
    assert_eq!(files.saw("path"), ["/cdn?sign=1"]);

    let bench = Bench::new(vec![Act::To("/again".to_owned())]);
    let text = bench.pull().unwrap_err().to_string();
    assert!(text.contains("redirected more than 5 times"), "{text}");
    assert_eq!(bench.server.saw("path").len(), 6);
}

#[test]
fn a_redirect_to_plain_http_elsewhere_is_not_followed() {
    let bench = Bench::new(vec![Act::To("http://models.example/file".to_owned())]);
    let text = bench.pull().unwrap_err().to_string();
    assert!(text.contains("which is not https: not followed"), "{text}");
}

#[test]
fn a_silent_server_is_left() {
    let bench = Bench::new(vec![Act::Silent]);
    let idle_timeout = Duration::from_millis(50);
    let settings = PullSettings { idle_timeout, tries: 2, ..quick(bench.server.base()) };
    let text = bench.pull_with(&settings).unwrap_err().to_string();
    assert!(text.contains("127.0.0.1: the server fell silent"), "{text}");
}

#[test]
fn without_a_network_the_host_and_the_place_are_named() {
    // Port 1 (tcpmux) needs a privileged server that no system runs any more; a free port found by trying could be
    // taken by another test meanwhile.
    let base = "http://127.0.0.1:1".to_owned();
    let bench = Bench::new(vec![Act::Silent]);
    let text = bench.pull_with(&quick(base)).unwrap_err().to_string();
    assert!(text.contains(": 127.0.0.1: "), "{text}");
    assert!(text.contains(&format!("download it elsewhere and copy it to {}", bench.target().display())), "{text}");
}

#[test]
fn plain_http_is_refused_before_any_connection() {
    let bench = Bench::new(vec![Act::Silent]);
    let error = bench.pull_with(&quick("http://models.example".to_owned())).unwrap_err();
    assert!(matches!(&error, Error::Settings { what, .. } if what == "HF_ENDPOINT http://models.example"), "{error}");
}

/// Stops the pull as soon as bytes are here, and notes what it was told.
#[derive(Default)]
struct Stopper {
    stop: StopFlag,
    told: Vec<(u64, Option<u64>)>,
}

impl PullWatcher for Stopper {
    fn advanced(&mut self, bytes: u64, total: Option<u64>) {
        self.told.push((bytes, total));
        if bytes > 0 {
            self.stop.stop();
        }
    }

    fn retrying(&mut self, why: &str) {
        panic!("no retry was wanted: {why}");
    }
}

#[test]
fn a_stop_keeps_the_part() {
    let bench = Bench::new(vec![Act::Serve { tag: TAG }]);
    let mut stopper = Stopper::default();
    let stop = stopper.stop.clone();
    let ended = bench.pull_watched(&quick(bench.server.base()), &mut stopper, &stop);
    assert!(matches!(ended, Err(Error::Stopped)), "{ended:?}");
    assert_eq!(stopper.told[0], (0, Some(100_000)));
    let kept = fs::read(bench.part()).unwrap();
    assert_eq!(kept, model_bytes()[..kept.len()]);
    assert_eq!(stopper.told.last().unwrap(), &(kept.len() as u64, Some(100_000)));
    assert!(!kept.is_empty() && !bench.target().exists());
}

#[test]
fn two_pulls_do_not_fight() {
    let bench = Bench::new(vec![Act::Serve { tag: TAG }]);
    let lock = fs::File::create(bench.folder.path().join("ggml-small-one.bin.part.lock")).unwrap();
    lock.lock().unwrap();
    let text = bench.pull().unwrap_err().to_string();
    assert!(text.contains("another pull of small-one is under way"), "{text}");
    drop(lock);
    bench.pull().unwrap();
    bench.assert_whole();
}

// ---------------------------------------------------------------------------------------------------------------
// Looking up.

/// A checkout with a program in it, a current folder and a data folder.
struct Surroundings {
    root: tempfile::TempDir,
    places: Places,
}

impl Surroundings {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        let at = |path: &str| Some(root.path().join(path));
        let places =
            Places { asked: None, executable: at("repo/target/debug/rapport"), current: at("here"), data: at("data") };
        let made = Self { root, places };
        made.put("repo/models/catalog.toml", b"");
        made
    }

    fn put(&self, path: &str, bytes: &[u8]) -> PathBuf {
        let path = self.root.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }

    fn find(&self, wanted: Option<&str>) -> Result<(PathBuf, String, AskedBy), Error> {
        locate(wanted, &self.places).map(|found| (found.path, found.name, found.asked_by))
    }
}

#[test]
fn nothing_installed_says_where_it_looked_and_what_to_type() {
    let around = Surroundings::new();
    around.put("repo/models/demo/ggml-rapport-demo.bin", b"demo");
    let root = around.root.path().display();
    let wanted = format!(
        "no speech model is installed; looked in:\n  {root}/repo/models\n  {root}/here/models\n  \
         {root}/data/rapport/models\nget one with:\n  \
         rapport models pull base                 148 MB\n  \
         rapport models pull small                488 MB\n  \
         rapport models pull large-v3-turbo-q5_0  574 MB\n\
         or name a file of your own by --model PATH or RAPPORT_MODEL"
    );
    let error = around.find(None).unwrap_err();
    assert!(matches!(error, Error::NoModel(_)));
    assert_eq!(error.to_string(), wanted);
}

#[test]
fn unasked_the_best_installed_model_is_used_and_never_an_unknown_one() {
    let around = Surroundings::new();
    around.put("repo/models/demo/ggml-rapport-demo.bin", b"demo");
    around.put("data/rapport/models/ggml-strange.bin", b"strange");
    assert!(around.find(None).is_err());
    around.put("repo/models/ggml-tiny.bin", b"tiny");
    let small = around.put("data/rapport/models/ggml-small.bin", b"small");
    around.put("data/rapport/models/ggml-small.en.bin", b"small.en");
    assert_eq!(around.find(None).unwrap(), (small, "small".to_owned(), AskedBy::Nobody));
}

#[test]
fn the_earlier_folder_wins_a_tie() {
    let around = Surroundings::new();
    around.put("data/rapport/models/ggml-base.bin", b"3");
    let here = around.put("here/models/ggml-base.bin", b"2");
    assert_eq!(around.find(Some("base")).unwrap().0, here);
    let beside = around.put("repo/models/ggml-base.bin", b"1");
    assert_eq!(around.find(None).unwrap().0, beside);
}

#[test]
fn names_come_in_every_dress_and_the_flag_beats_the_environment() {
    let mut around = Surroundings::new();
    let base = around.put("data/rapport/models/ggml-base.en.bin", b"base.en");
    let demo = around.put("repo/models/demo/ggml-rapport-demo.bin", b"demo");
    around.places.asked = Some("demo".to_owned());
    for name in ["base.en", "ggml-base.en", "ggml-base.en.bin"] {
        assert_eq!(around.find(Some(name)).unwrap(), (base.clone(), "base.en".to_owned(), AskedBy::Flag));
    }
    assert_eq!(around.find(None).unwrap(), (demo, "demo".to_owned(), AskedBy::Environment));
}

#[test]
fn a_path_is_taken_as_it_is() {
    let around = Surroundings::new();
    let file = around.put("here/sub/mine.bin", b"mine");
    assert_eq!(around.find(Some("sub/mine.bin")).unwrap(), (file, "mine".to_owned(), AskedBy::Flag));
    let plain = around.put("here/plain.bin", b"plain");
    assert_eq!(around.find(Some("plain.bin")).unwrap().0, plain);
    let error = around.find(Some("sub/none.bin")).unwrap_err();
    assert!(matches!(error, Error::Model { .. }) && error.to_string().contains("there is no such file"), "{error}");
    assert!(around.find(Some("./sub")).unwrap_err().to_string().contains("this is a folder"));
}

#[test]
fn a_missing_model_says_what_to_type_and_an_unknown_name_what_is_near() {
    let mut around = Surroundings::new();
    let text = around.find(Some("small")).unwrap_err().to_string();
    assert!(text.starts_with("the model small is not installed; looked in:\n"), "{text}");
    assert!(text.ends_with("\nget it with:\n  rapport models pull small   488 MB"), "{text}");
    let text = around.find(Some("demo")).unwrap_err().to_string();
    assert!(text.starts_with("the bundled demo model is missing; looked in:\n"), "{text}");
    around.places.asked = Some("bsae".to_owned());
    let text = around.find(None).unwrap_err().to_string();
    assert!(text.starts_with("RAPPORT_MODEL bsae: no model is called \"bsae\"; did you mean base"), "{text}");
}

// ---------------------------------------------------------------------------------------------------------------
// The shelf and the verbs.

#[test]
fn digests_are_checked_against_catalog_and_manifest() {
    let around = Surroundings::new();
    around.put("data/rapport/models/ggml-base.bin", b"not base");
    around.put("data/rapport/models/ggml-strange.bin", b"strange");
    around.put("repo/models/demo/ggml-rapport-demo.bin", b"demo");
    around.put("repo/models/demo/manifest.json", format!("{{\"sha256\": \"{}\"}}", digest(b"demo")).as_bytes());
    let stop = StopFlag::default();
    let checked = verify(None, &around.places, &stop).unwrap();
    let found: Vec<_> = checked.into_iter().map(|one| (one.name, one.verdict)).collect();
    let base = Verdict::Mismatch { wanted: catalog().find("base").unwrap().sha256.clone(), found: digest(b"not base") };
    let wanted = [
        ("base".to_owned(), base),
        ("demo".to_owned(), Verdict::Ok),
        ("strange".to_owned(), Verdict::Unknown { found: digest(b"strange") }),
    ];
    assert_eq!(found, wanted);

    let mut out = Vec::new();
    assert!(!verbs::verify(None, &around.places, &stop, &mut out).unwrap());
    assert!(verbs::verify(Some("strange"), &around.places, &stop, &mut out).unwrap());
    let text = String::from_utf8(out).unwrap();
    assert_eq!(text.lines().count(), 4);
    assert!(text.contains("demo: ok  "), "{text}");

    around.put("repo/models/demo/ggml-rapport-demo.bin", b"another");
    assert!(!verbs::verify(Some("demo"), &around.places, &stop, &mut Vec::new()).unwrap());
}

#[test]
fn the_list_shows_what_is_installed_and_where() {
    let around = Surroundings::new();
    let base = around.put("data/rapport/models/ggml-base.bin", b"12345");
    let strange = around.put("here/models/ggml-strange.bin", b"strange");
    assert_eq!(installed(&around.places).len(), 2);

    let mut out = Vec::new();
    verbs::list(&around.places, true, &mut out).unwrap();
    let rows: Vec<serde_json::Value> = serde_json::from_slice(&out).unwrap();
    assert_eq!(rows.len(), catalog().models.len() + catalog().voices.len() + 1);
    let row = |name: &str| rows.iter().find(|row| row["name"] == name).unwrap();
    assert_eq!(row("base")["installed"], base.to_str().unwrap());
    assert_eq!((&row("base")["bytes"], &row("base")["word_error_clean"]), (&5.into(), &4.8.into()));
    assert_eq!(row("strange")["installed"], strange.to_str().unwrap());
    assert!(row("tiny")["installed"].is_null() && row("tiny-q5_1")["bytes"].is_null());

    let mut out = Vec::new();
    verbs::list(&around.places, false, &mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    let small = text.lines().find(|line| line.starts_with("small ")).unwrap();
    let words: Vec<&str> = small.split_whitespace().collect();
    assert_eq!(words, ["small", "488", "MB", "852", "MB", "x4.0", "3.4", "%", "many", "-"]);

    let mut out = Vec::new();
    verbs::path(Some("base"), &around.places, &mut out).unwrap();
    assert_eq!(String::from_utf8(out).unwrap(), format!("{}\n", base.display()));
}

#[test]
fn voices_are_two_files_under_one_name() {
    let around = Surroundings::new();
    let path = |name: &str| {
        let mut out = Vec::new();
        verbs::path(Some(name), &around.places, &mut out).map(|()| String::from_utf8(out).unwrap())
    };
    assert!(path("voices").unwrap_err().to_string().contains("rapport models pull voices"));
    let segmentation = around.put("data/rapport/models/voices-segmentation.onnx", b"one");
    let embedding = around.put("data/rapport/models/voices-embedding.onnx", b"two");
    assert_eq!(path("voices").unwrap(), format!("{}\n{}\n", segmentation.display(), embedding.display()));
    assert_eq!(path("voices-embedding").unwrap(), format!("{}\n", embedding.display()));
    let checked = verify(Some("voices"), &around.places, &StopFlag::default()).unwrap();
    assert!(checked.len() == 2 && checked.iter().all(|one| matches!(one.verdict, Verdict::Mismatch { .. })));
}

#[test]
fn pulling_an_unknown_name_or_the_demo_is_refused() {
    let around = Surroundings::new();
    let ask = |name: &str| {
        let (settings, stop) = (PullSettings::default(), StopFlag::default());
        verbs::pull(name, &around.places, &settings, &mut Unwatched, &stop, &mut Vec::new()).unwrap_err().to_string()
    };
    assert!(ask("tinny").starts_with("models pull tinny: no model is called \"tinny\"; did you mean tiny"));
    assert_eq!(ask("demo"), "models pull demo: the demo model comes with the repository and is not downloaded");
}

// ---------------------------------------------------------------------------------------------------------------
// The house.

#[test]
fn only_one_file_can_open_a_connection() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = walkdir::WalkDir::new(root.join("src")).into_iter().map(|entry| entry.unwrap().into_path());
    let networked: Vec<PathBuf> = files
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .filter(|path| {
            let text = fs::read_to_string(path).unwrap();
            ["ureq", "std::net", "TcpStream", "UdpSocket"].iter().any(|word| text.contains(word))
        })
        .collect();
    assert_eq!(networked, [root.join("src/transcribe/models/pull.rs")]);
}
