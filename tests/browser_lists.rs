//! The pages about many calls in a real browser: the list of all calls, and the months side by side. As in `browser.rs`,
//! each test says that it checked nothing where there is no Chromium, and `RAPPORT_SCREENSHOTS=FOLDER` keeps pictures.

#[path = "common/browser.rs"]
mod browser;
#[path = "common/months.rs"]
mod months;
#[path = "common/rich.rs"]
mod rich;

use std::path::{Path, PathBuf};
use std::time::Instant;

use browser::{Browser, LOOKS, Look, audit, keep};
use rapport::call::figures::CallFigures;
use rapport::call::outline::Outline;
use rapport::call::report::Report;
use rapport::call::trend::{LeftOut, Mark, Rate};
use rapport::render::compare;
use rapport::render::index::{Listed, index};
use rapport::store::read_figures;
use rapport::trends::{self, TrendSettings};
use serde_json::json;

const DESKTOP: Look = LOOKS[0];

/// Five calls of different kinds, without their words.
fn outlines() -> Vec<Outline> {
    let reports = [rich::english(), rich::russian(), rich::chinese(), rich::small(), rich::nobody_told_apart()];
    let outline = |report: &Report| serde_json::from_value(serde_json::to_value(report).unwrap()).unwrap();
    reports.iter().map(outline).collect()
}

/// A call as the list shows it.
fn listed(outline: &Outline, title: &str, client: &str, began: String, way: String) -> Listed {
    let mut outline = outline.clone();
    title.clone_into(&mut outline.call.title);
    outline.call.client = Some(client.to_owned());
    outline.call.started_at = Some(began);
    Listed { outline, way }
}

/// Calls of four clients, with the longest and the chattiest in known places.
fn calls() -> Vec<Listed> {
    let names = ["Kitchen plans", "Занятия", "术语表", "Invoice", "Kitchen, again"];
    let (clients, days) = (["Brandt", "Школа", "译者", "Acme", "Brandt"], [5, 12, 9, 28, 1]);
    let listed = |(at, outline): (usize, &Outline)| {
        listed(outline, names[at], clients[at], format!("2026-03-{:02}", days[at]), format!("{at}.html"))
    };
    outlines().iter().enumerate().map(listed).collect()
}

fn list_in(folder: &Path) -> PathBuf {
    let page = folder.join("index.html");
    let left_out = LeftOut { file: "notes.json".into(), why: "wanted JSON with a `schema` number".into() };
    std::fs::write(&page, index(&calls(), &[left_out])).unwrap();
    page
}

/// The figures of a generated year.
fn year(folder: &Path) -> Vec<CallFigures> {
    for (number, spec) in months::year(1).iter().enumerate() {
        std::fs::write(folder.join(format!("{number}.json")), spec.text(number)).unwrap();
    }
    read_figures(folder).unwrap().0
}

fn boundary(text: &str) -> Mark {
    Mark { date: months::BOUNDARY, text: text.into(), client: Some("acme".into()) }
}

/// The months of these calls as a page.
fn months_in(folder: &Path, name: &str, calls: Vec<CallFigures>, text: &str) -> PathBuf {
    let rate = Some(Rate { an_hour: 90.0, currency: "€".into(), before: true });
    let settings = TrendSettings { rate, marks: vec![boundary(text)], ..TrendSettings::default() };
    let page = folder.join(format!("{name}.html"));
    std::fs::write(&page, compare::comparison(&trends::compare(calls, &settings))).unwrap();
    page
}

/// Addresses that are neither the page itself nor inside of it.
fn foreign(page: &Browser) -> Vec<&String> {
    let own = |address: &&String| {
        *address == "about:blank" || address.starts_with("data:") || address.strip_suffix(".html").is_some()
    };
    page.requests.iter().filter(|address| !own(address)).collect()
}

#[test]
fn the_list_of_calls_sorts_and_filters() {
    let Some(mut page) = Browser::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    page.open(&list_in(folder.path()), DESKTOP);
    let titles = "[...document.querySelectorAll('#rows tr')].filter((row) => row.checkVisibility())\
                  .map((row) => row.querySelector('.call a').textContent).join('|')";
    let latest_first = "Invoice|Занятия|术语表|Kitchen plans|Kitchen, again";
    assert_eq!(page.text(titles), latest_first);
    page.click("th[data-key=date] button");
    assert_eq!(page.text(titles), latest_first.split('|').rev().collect::<Vec<_>>().join("|"));
    assert_eq!(page.text("document.querySelector('th[data-key=date]').getAttribute('aria-sort')"), "ascending");
    page.click("th[data-key=share] button");
    let shares = page.js("[...document.querySelectorAll('#rows tr')].map((row) => Number(row.dataset.share))");
    let shares: Vec<f64> = shares.as_array().unwrap().iter().map(|share| share.as_f64().unwrap()).collect();
    assert!(shares.windows(2).all(|pair| pair[0] >= pair[1]) && shares[0] > 0.0, "{shares:?}");
    page.click("th[data-key=call] button");
    assert!(page.text(titles).starts_with("Invoice|Kitchen plans|Kitchen, again|"), "{}", page.text(titles));
    page.js("document.getElementById('search').focus()");
    page.write("brandt");
    page.wait_for("document.getElementById('found').textContent === '2 of 5 calls'");
    assert_eq!(page.text(titles), "Kitchen plans|Kitchen, again");
    page.js("document.getElementById('search').value = ''");
    page.js("{ const c = document.getElementById('client'); c.value = 'Acme'; \
             c.dispatchEvent(new Event('change', { bubbles: true })); }");
    assert_eq!(page.text(titles), "Invoice");
    assert_eq!(page.text("document.querySelector('#rows tr:not([hidden]) a').getAttribute('href')"), "3.html");
    assert!(page.text("document.querySelector('.left-out').textContent").contains("notes.json"));
    assert_eq!(page.errors, Vec::<String>::new());
    assert_eq!(foreign(&page), Vec::<&String>::new());
}

#[test]
fn ten_thousand_calls_are_laid_out_in_parts_and_sifted_as_a_whole() {
    const CALLS: usize = 10_000;
    let Some(mut page) = Browser::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let outlines = outlines();
    let one = |at: usize| {
        let began = format!("20{:02}-{:02}-{:02}", 10 + at / 336 % 16, 1 + at / 28 % 12, 1 + at % 28);
        let client = format!("Client {}", at % 40);
        listed(&outlines[at % outlines.len()], &format!("Call {at}"), &client, began, format!("{at}.html"))
    };
    let calls: Vec<_> = (0..CALLS).map(one).collect();
    let at = folder.path().join("index.html");
    let text = index(&calls, &[]);
    println!("{CALLS} calls, {:.1} MB", text.len() as f64 / 1e6);
    std::fs::write(&at, text).unwrap();
    keep("index-10000", &at);
    let shown = "document.getElementById('rows').rows.length";
    for look in [LOOKS[0], LOOKS[2]] {
        let at_first = page.cpu_seconds();
        let begun = Instant::now();
        page.open(&at, look);
        page.number("document.body.offsetHeight");
        let opened = begun.elapsed().as_millis();
        let opening = page.cpu_seconds() - at_first;
        let timed = |work: &str| {
            format!(
                "(() => {{ const t = performance.now(); {work}; document.body.offsetHeight; return performance.now() - t; }})()"
            )
        };
        let search =
            "{ const s = document.getElementById('search'); s.value = 'WORD'; s.dispatchEvent(new Event('input')); }";
        // The oldest and the latest alike, though not all of them stand in the table at first.
        assert_eq!(page.text("document.querySelector('.more span').textContent"), "200 of 10000 calls");
        let found = page.number(&timed(&search.replace("WORD", "call 4321")));
        assert_eq!(page.text("document.getElementById('found').textContent"), "1 of 10000 calls");
        assert_eq!(page.text("document.querySelector('#rows .call a').textContent"), "Call 4321");
        assert_eq!(page.js("document.getElementById('more').hidden"), json!(true));
        let letter = page.number(&timed(&search.replace("WORD", "c")));
        let all = page.number(&timed(&search.replace("WORD", "")));
        let sort = page.number(&timed("document.querySelector('th[data-key=date] button').click()"));
        assert_eq!(page.text("document.querySelector('#rows tr').dataset.date"), "2010-01-01");
        let more = page.number(&timed("document.getElementById('more').click()"));
        assert_eq!(page.number(shown), 400.0);
        assert_eq!(page.js("document.activeElement === document.querySelectorAll('#rows .call a')[200]"), json!(true));
        let using = page.cpu_seconds() - at_first - opening;
        println!(
            "{}: processor {opening:.2} s to open, {using:.2} s for the rest; clock: opened {opened} ms, search for one \
             {found:.0} ms, for all {letter:.0} ms, all again {all:.0} ms, sort {sort:.0} ms, more of them {more:.0} ms",
            look.name
        );
    }
    assert_eq!(page.errors, Vec::<String>::new());
}

#[test]
fn the_pages_of_many_calls_fit_every_screen_and_pass_the_accessibility_audit() {
    let Some(mut page) = Browser::start() else { return };
    let audit = audit();
    let (folder, reports) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let year = year(reports.path());
    let acme = year.iter().filter(|call| call.client.as_deref() == Some("Acme")).cloned().collect();
    let pages = [
        ("index", list_in(folder.path())),
        ("months", months_in(folder.path(), "months", year.clone(), "time box at the start")),
        ("months-one", months_in(folder.path(), "months-one", acme, "")),
        ("months-few", months_in(folder.path(), "months-few", year[..6].to_vec(), "")),
    ];
    for (name, at) in &pages {
        page.look_all_over(name, at, audit.as_deref());
    }
    assert_eq!(page.errors, Vec::<String>::new());
    assert_eq!(foreign(&page), Vec::<&String>::new());
}

#[test]
fn the_months_are_read_by_keyboard_and_load_nothing() {
    let Some(mut page) = Browser::start() else { return };
    let (folder, reports) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    page.open(&months_in(folder.path(), "months", year(reports.path()), "time box at the start"), DESKTOP);
    let here = "document.activeElement";
    page.key("Tab");
    assert_eq!(page.text(&format!("{here}.className")), "skip");
    // Every stop of the tab key says what it is, and is in sight when it is reached.
    let mut stops = Vec::new();
    for _ in 0..60 {
        page.key("Tab");
        if page.text(&format!("{here}.tagName")) == "BODY" {
            break;
        }
        let name = page.text(&format!(
            "({here}.getAttribute('aria-label') ?? document.getElementById({here}.getAttribute('aria-labelledby'))?.textContent \
             ?? {here}.textContent).trim()"
        ));
        let seen = page.js(&format!(
            "(() => {{ const b = {here}.getBoundingClientRect(); return b.height > 0 && b.bottom > 0 && b.top < innerHeight; }})()"
        ));
        assert_eq!(seen, json!(true), "{name}");
        let ring = page.text(&format!("getComputedStyle({here}).outlineStyle"));
        assert_ne!(ring, "none", "{name} does not show that the keyboard is at it");
        stops.push(name);
    }
    for wanted in ["Table of clients", "Acme", "Brightside", "Delta", "All periods as a table"] {
        assert!(stops.iter().any(|stop| stop == wanted), "{wanted} among {stops:?}");
    }
    assert!(stops.iter().any(|stop| stop.starts_with("Acme: Since 1 July 2026")), "{stops:?}");
    assert!(stops.iter().all(|stop| !stop.is_empty()), "{stops:?}");
    // A client's name in the overview leads to the client; a fold opens, and the table in it scrolls.
    page.js("[...document.querySelectorAll('th a')].find((one) => one.textContent === 'Delta').focus()");
    page.key("Enter");
    page.wait_for("document.querySelector(':target')?.textContent === 'Delta'");
    page.js(
        "[...document.querySelectorAll('summary')].find((one) => one.textContent.startsWith('All periods')).focus()",
    );
    page.key("Enter");
    page.wait_for(&format!("{here}.parentElement.open"));
    page.key("Tab");
    assert_eq!(page.text(&format!("{here}.getAttribute('aria-label')")), "Acme: all periods");
    page.wait_for(&format!("{here}.getBoundingClientRect().height > 100"));
    // Each chart says in words what it shows.
    let charts = page.js("[...document.querySelectorAll('.charts svg')].map((one) => one.getAttribute('aria-label'))");
    let charts = charts.as_array().unwrap();
    assert_eq!(charts.len(), 3 * 8, "three clients of eight figures");
    assert!(charts.iter().all(|label| label.as_str().unwrap().contains(" calls: ")), "{charts:?}");
    assert_eq!(page.errors, Vec::<String>::new());
    assert_eq!(foreign(&page), Vec::<&String>::new());
}

#[test]
fn hostile_names_are_text_among_the_months() {
    const EVIL: &str = "</title></script><script>alert(1)</script>\"'><img src=x onerror=alert(2)> 😀 שלום";
    let Some(mut page) = Browser::start() else { return };
    let (folder, reports) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut calls = year(reports.path());
    for call in &mut calls {
        call.client = Some(EVIL.to_owned());
        call.best_phrase = Some(EVIL.to_owned());
        for tangent in &mut call.tangents {
            tangent.topics = vec![EVIL.to_owned()];
        }
    }
    let mut settings = TrendSettings { marks: vec![boundary(EVIL)], ..TrendSettings::default() };
    settings.marks[0].client = None;
    let at = folder.path().join("evil.html");
    std::fs::write(&at, compare::comparison(&trends::compare(calls, &settings))).unwrap();
    page.open(&at, DESKTOP);
    assert_eq!(page.text("document.querySelector('.client h2').textContent"), EVIL);
    assert!(page.text("document.querySelector('.boundary-view h3').textContent").ends_with(EVIL));
    assert_eq!(page.number("document.scripts.length + document.images.length"), 0.0);
    assert_eq!(page.errors, Vec::<String>::new());
    assert_eq!(foreign(&page), Vec::<&String>::new());
}
