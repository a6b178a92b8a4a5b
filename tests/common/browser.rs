//! A headless Chromium for the tests of the pages, spoken to by its own protocol over a pipe: no driver, no port.

#![allow(dead_code, reason = "each test program uses its own part")]

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// Names under which systems know it.
const PROGRAMS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];

/// An answer that takes longer is none: machines that build and test at once are slow.
const ANSWER_WITHIN: Duration = Duration::from_secs(60);

/// One browser at a time: each wants the whole machine.
static ONE: Mutex<()> = Mutex::new(());

/// How a page is looked at.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Look {
    pub(crate) name: &'static str,
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) phone: bool,
    pub(crate) dark: bool,
}

/// Desktop and phone, in both lights.
pub(crate) const LOOKS: [Look; 4] = [
    Look { name: "desktop-light", width: 1280, height: 900, phone: false, dark: false },
    Look { name: "desktop-dark", width: 1280, height: 900, phone: false, dark: true },
    Look { name: "phone-light", width: 390, height: 844, phone: true, dark: false },
    Look { name: "phone-dark", width: 390, height: 844, phone: true, dark: true },
];

/// One browser with one page.
pub(crate) struct Browser {
    child: Child,
    to: ChildStdin,
    messages: Receiver<Value>,
    last_id: u64,
    session: Option<String>,
    /// Errors that the page or the browser about it wrote.
    pub(crate) errors: Vec<String>,
    /// Addresses that were asked for.
    pub(crate) requests: Vec<String>,
    /// Kept until the browser is gone.
    profile: tempfile::TempDir,
    /// Held until the browser is gone.
    only: MutexGuard<'static, ()>,
}

impl Browser {
    /// A browser, or `None` with a line that says so where there is none; with `RAPPORT_BROWSER=required`, which the test
    /// script sets, that is a failure.
    pub(crate) fn start() -> Option<Self> {
        let Some(program) = program() else {
            let missing = "no Chromium on this machine (looked for chromium, chromium-browser, google-chrome)";
            assert!(std::env::var_os("RAPPORT_BROWSER").is_none_or(|value| value != "required"), "{missing}");
            eprintln!("not checked: {missing}");
            return None;
        };
        let only = ONE.lock().unwrap_or_else(PoisonError::into_inner);
        let profile = tempfile::tempdir().unwrap();
        // The browser reads commands from file 3 and writes answers to file 4.
        let mut command = Command::new("sh");
        command.args(["-c", "exec \"$0\" \"$@\" 3<&0 4>&1 </dev/null >/dev/null 2>&1"]).arg(program);
        command.args(["--headless=new", "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu", "--mute-audio"]);
        command.args(["--autoplay-policy=no-user-gesture-required", "--no-first-run", "--disable-dev-shm-usage"]);
        command.args(["--disable-background-networking", "--disable-component-update", "--hide-scrollbars"]);
        command.arg(format!("--user-data-dir={}", profile.path().display())).arg("about:blank");
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (to, from) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let (sender, messages) = channel();
        std::thread::spawn(move || {
            let mut from = BufReader::new(from);
            let mut message = Vec::new();
            while from.read_until(0, &mut message).is_ok_and(|length| length > 0) {
                message.pop();
                if serde_json::from_slice(&message).is_ok_and(|value| sender.send(value).is_err()) {
                    return;
                }
                message.clear();
            }
        });
        let (errors, requests) = (Vec::new(), Vec::new());
        let (last_id, session, profile, only) = (0, None, profile, only);
        let mut browser = Self { child, to, messages, last_id, session, errors, requests, profile, only };
        let target = browser.ask("Target.createTarget", &json!({"url": "about:blank"}));
        let target = json!({"targetId": target["targetId"], "flatten": true});
        let session = browser.ask("Target.attachToTarget", &target);
        browser.session = session["sessionId"].as_str().map(ToOwned::to_owned);
        for domain in ["Page", "Runtime", "Log", "Network"] {
            browser.ask(&format!("{domain}.enable"), &json!({}));
        }
        Some(browser)
    }

    /// Sends a command and waits for its answer.
    pub(crate) fn ask(&mut self, method: &str, parameters: &Value) -> Value {
        self.last_id += 1;
        let mut command = json!({"id": self.last_id, "method": method, "params": parameters});
        if let Some(session) = &self.session {
            command["sessionId"] = json!(session);
        }
        let mut bytes = serde_json::to_vec(&command).unwrap();
        bytes.push(0);
        self.to.write_all(&bytes).unwrap();
        self.to.flush().unwrap();
        let until = Instant::now() + ANSWER_WITHIN;
        loop {
            let message = self.next(until).unwrap_or_else(|| panic!("{method}: no answer in {ANSWER_WITHIN:?}"));
            if message["id"] == json!(self.last_id) {
                assert!(message["error"].is_null(), "{method}: {}", message["error"]);
                return message["result"].clone();
            }
        }
    }

    /// The next message; what it says about errors and requests is remembered.
    fn next(&mut self, until: Instant) -> Option<Value> {
        let message = self.messages.recv_timeout(until.saturating_duration_since(Instant::now())).ok()?;
        let about = &message["params"];
        match message["method"].as_str() {
            Some("Runtime.exceptionThrown") => self.errors.push(about["exceptionDetails"].to_string()),
            Some("Runtime.consoleAPICalled") if about["type"] != "log" => self.errors.push(about["args"].to_string()),
            Some("Log.entryAdded") if about["entry"]["level"] != "verbose" => {
                self.errors.push(about["entry"].to_string());
            }
            Some("Network.requestWillBeSent") => {
                self.requests.extend(about["request"]["url"].as_str().map(ToOwned::to_owned));
            }
            _ => {}
        }
        Some(message)
    }

    /// Sets size and light, and opens a page.
    pub(crate) fn open(&mut self, page: &Path, look: Look) {
        self.size(look);
        let light = json!({"name": "prefers-color-scheme", "value": if look.dark { "dark" } else { "light" }});
        let still = json!({"name": "prefers-reduced-motion", "value": "reduce"});
        self.ask("Emulation.setEmulatedMedia", &json!({"media": "", "features": [light, still]}));
        self.go(&format!("file://{}", page.display()));
    }

    /// Goes to an address and waits until it is there.
    pub(crate) fn go(&mut self, address: &str) {
        self.ask("Page.navigate", &json!({"url": address}));
        self.wait_for("document.readyState === 'complete' && location.protocol === 'file:'");
    }

    /// Seconds of processor time that processes with pages took so far. Unlike the clock they do not depend on what else
    /// the machine does.
    pub(crate) fn cpu_seconds(&mut self) -> f64 {
        let session = self.session.take();
        let processes = self.ask("SystemInfo.getProcessInfo", &json!({}));
        self.session = session;
        let pages = processes["processInfo"].as_array().unwrap().iter().filter(|one| one["type"] == "renderer");
        pages.map(|one| one["cpuTime"].as_f64().unwrap()).sum()
    }

    /// The value of an expression of the page; promises are waited for.
    pub(crate) fn js(&mut self, expression: &str) -> Value {
        let ask = json!({"expression": expression, "returnByValue": true, "awaitPromise": true});
        let answer = self.ask("Runtime.evaluate", &ask);
        assert!(answer["exceptionDetails"].is_null(), "{expression}: {}", answer["exceptionDetails"]);
        answer["result"]["value"].clone()
    }

    /// A number.
    pub(crate) fn number(&mut self, expression: &str) -> f64 {
        let value = self.js(expression);
        value.as_f64().unwrap_or_else(|| panic!("{expression} is {value}"))
    }

    /// A text.
    pub(crate) fn text(&mut self, expression: &str) -> String {
        let value = self.js(expression);
        value.as_str().unwrap_or_else(|| panic!("{expression} is {value}")).to_owned()
    }

    /// Waits until an expression is true.
    pub(crate) fn wait_for(&mut self, expression: &str) {
        let until = Instant::now() + ANSWER_WITHIN;
        while self.js(&format!("Boolean({expression})")) != json!(true) {
            assert!(Instant::now() < until, "never true: {expression}");
            std::thread::sleep(Duration::from_millis(30));
        }
    }

    /// Clicks into the middle of an element, as a hand with a mouse would: whatever lies above it there gets the click.
    pub(crate) fn click(&mut self, element: &str) {
        // Two frames later whatever came into sight has found its height.
        let place = self.js(&format!(
            "(async () => {{ const e = document.querySelector({element:?}); e.scrollIntoView({{ block: 'center' }}); \
             for (let n = 0; n < 2; n++) await new Promise(requestAnimationFrame); \
             e.scrollIntoView({{ block: 'center' }}); \
             const b = e.getBoundingClientRect(); return [b.left + b.width / 2, b.top + b.height / 2]; }})()"
        ));
        for kind in ["mouseMoved", "mousePressed", "mouseReleased"] {
            let event = json!({"type": kind, "x": place[0], "y": place[1], "button": "left", "clickCount": 1});
            self.ask("Input.dispatchMouseEvent", &event);
        }
    }

    /// Presses a key by its name (`Enter`, `ArrowDown`) or a character.
    pub(crate) fn key(&mut self, key: &str) {
        let (code, text) = match key {
            "Enter" => (13, Some("\r")),
            "Tab" => (9, None),
            "Escape" => (27, None),
            "ArrowLeft" => (37, None),
            "ArrowUp" => (38, None),
            "ArrowRight" => (39, None),
            "ArrowDown" => (40, None),
            "End" => (35, None),
            character => (i32::from(character.to_ascii_uppercase().as_bytes()[0]), Some(character)),
        };
        let mut event = json!({"type": "keyDown", "key": key, "code": key, "windowsVirtualKeyCode": code});
        if let Some(text) = text {
            event["text"] = json!(text);
        }
        self.ask("Input.dispatchKeyEvent", &event);
        self.ask("Input.dispatchKeyEvent", &json!({"type": "keyUp", "key": key, "windowsVirtualKeyCode": code}));
    }

    /// Types a text.
    pub(crate) fn write(&mut self, text: &str) {
        self.ask("Input.insertText", &json!({"text": text}));
    }

    /// A picture of the whole page, in a window as high as it is, into the folder that `RAPPORT_SCREENSHOTS` names;
    /// nothing without it.
    pub(crate) fn picture(&mut self, name: &str, look: Look) {
        use base64::Engine as _;
        let Some(folder) = std::env::var_os("RAPPORT_SCREENSHOTS") else { return };
        // Twice: what was out of sight is laid out in the higher window and may be higher than it was thought to be.
        for _ in 0..2 {
            let height = self.number("document.documentElement.scrollHeight") as u32;
            self.size(Look { height, ..look });
        }
        let picture = self.ask("Page.captureScreenshot", &json!({"format": "png"}));
        self.size(look);
        let bytes = base64::engine::general_purpose::STANDARD.decode(picture["data"].as_str().unwrap()).unwrap();
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(Path::new(&folder).join(format!("{name}.png")), bytes).unwrap();
    }

    /// Looks at a page in every size and light: nothing reaches over its edge, and the accessibility audit, where its program
    /// is at hand, finds nothing.
    pub(crate) fn look_all_over(&mut self, name: &str, page: &Path, audit: Option<&str>) {
        keep(name, page);
        for look in LOOKS {
            self.open(page, look);
            let name = format!("{name}-{}", look.name);
            let wide = self.number("document.documentElement.scrollWidth");
            assert!(wide <= f64::from(look.width), "{name} is {wide} wide");
            self.picture(&name, look);
            let Some(audit) = audit else { continue };
            self.js(audit);
            let found = self.text(
                "axe.run().then((found) => found.violations.map((one) => `${one.id}: ${one.help}\\n` \
                 + one.nodes.map((node) => `  ${node.html.slice(0, 200)} ${node.any.map((why) => why.message)}`)\
                 .slice(0, 5).join('\\n')).join('\\n'))",
            );
            assert_eq!(found, "", "{name}");
        }
    }

    fn size(&mut self, look: Look) {
        let size = json!({"width": look.width, "height": look.height, "deviceScaleFactor": 1, "mobile": look.phone});
        self.ask("Emulation.setDeviceMetricsOverride", &size);
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Nothing can be done about a browser that is gone already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Keeps a page beside its pictures, if they are kept.
pub(crate) fn keep(name: &str, page: &Path) {
    if let Some(folder) = std::env::var_os("RAPPORT_SCREENSHOTS") {
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::copy(page, Path::new(&folder).join(format!("{name}.html"))).unwrap();
    }
}

/// The audit's program: axe-core, which the test script installs; `None` with a line that says so without it.
pub(crate) fn audit() -> Option<String> {
    match std::env::var_os("RAPPORT_AXE") {
        Some(file) => Some(std::fs::read_to_string(Path::new(&file)).unwrap() + ";0"),
        None => {
            eprintln!("accessibility not checked: RAPPORT_AXE names no axe.min.js (scripts/test installs one)");
            None
        }
    }
}

fn program() -> Option<PathBuf> {
    let named = std::env::var_os("RAPPORT_CHROMIUM").map(PathBuf::from);
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let known = std::env::split_paths(&folders).flat_map(|folder| PROGRAMS.map(|name| folder.join(name)));
    named.into_iter().chain(known.collect::<Vec<_>>()).find(|path| path.is_file())
}
