//! Months side by side: a generated year told right, the answers that are no numbers, and how often chance fools us.

#[path = "common/months.rs"]
mod months;

use std::path::Path;

use assert_cmd::Command;
use jiff::civil::date;
use months::{BOUNDARY, STEADY, Spec, call, year};
use rapport::call::figures::CallFigures;
use rapport::call::finding::EndedBy;
use rapport::call::trend::{Answer, ClientTrend, Comparison, Mark, Metric, Rate, Step};
use rapport::render::terminal::TerminalStyle;
use rapport::render::{compare as page, terminal, trend_table};
use rapport::store::read_figures;
use rapport::trends::{TrendSettings, compare};
use serde_json::Value;
use unicode_width::UnicodeWidthStr;

fn write_all(folder: &Path, calls: &[Spec]) {
    for (number, spec) in calls.iter().enumerate() {
        let place = folder.join(format!("{}/{number}.json", spec.date.month()));
        std::fs::create_dir_all(place.parent().unwrap()).unwrap();
        std::fs::write(place, spec.text(number)).unwrap();
    }
}

fn figures(calls: &[Spec]) -> Vec<CallFigures> {
    let folder = tempfile::tempdir().unwrap();
    write_all(folder.path(), calls);
    let (figures, left_out) = read_figures(folder.path()).unwrap();
    assert_eq!(left_out, []);
    figures
}

fn boundary() -> Mark {
    Mark { date: BOUNDARY, text: "time box at the start".into(), client: Some("acme".into()) }
}

fn client<'a>(comparison: &'a Comparison, name: &str) -> &'a ClientTrend {
    comparison.clients.iter().find(|client| client.client.as_deref() == Some(name)).unwrap()
}

fn trend(client: &ClientTrend, metric: Metric) -> &Answer {
    &client.series.iter().find(|series| series.metric == metric).unwrap().trend
}

#[test]
fn a_year_of_three_clients_is_told_right() {
    let (mut flat_alarms, mut tangents_seen, mut better_seen) = (0, 0, 0);
    for seed in 0..10 {
        let settings = TrendSettings { marks: vec![boundary()], ..TrendSettings::default() };
        let comparison = compare(figures(&year(seed)), &settings);
        assert_eq!(comparison.clients.len(), 3);
        let chatty = client(&comparison, "Brightside");
        let Answer::Rising(found) = trend(chatty, Metric::SmallTalkRatio) else {
            panic!("seed {seed}: {:?}", trend(chatty, Metric::SmallTalkRatio));
        };
        // 25 points in 50 weeks are 2.2 points a month.
        assert!((0.012..0.032).contains(&found.amount), "seed {seed}: {found:?}");
        tangents_seen += usize::from(matches!(trend(chatty, Metric::TangentsPerHour), Answer::Rising(_)));
        assert!(!matches!(trend(chatty, Metric::TangentsPerHour), Answer::Falling(_)), "seed {seed}");
        assert!(chatty.marks.is_empty(), "the mark is for another client");

        let mark = &client(&comparison, "Acme").marks[0];
        let change = |metric| &mark.sides.iter().find(|side| side.metric == metric).unwrap().change;
        let Answer::Falling(found) = change(Metric::SmallTalkRatio) else {
            panic!("seed {seed}: {:?}", change(Metric::SmallTalkRatio));
        };
        assert!(found.low < -0.10 && found.high > -0.22 && found.high < 0.0, "seed {seed}: {found:?}");
        assert!(matches!(change(Metric::MinutesOverBudget), Answer::Falling(_)), "seed {seed}");
        better_seen += usize::from(matches!(change(Metric::RedirectsAccepted), Answer::Rising(_)));
        assert!(!matches!(change(Metric::RedirectsAccepted), Answer::Falling(_)), "seed {seed}");

        let flat = client(&comparison, "Delta");
        flat_alarms += usize::from(flat.series.iter().any(|series| series.trend.is_clear()));
        assert!(flat.series.iter().all(|series| series.trend.estimate().is_some()), "seed {seed}");
    }
    // Counts of a few a call are noisy: some years they do not show what the seconds of small talk show.
    assert!(tangents_seen >= 7, "the growing tangents were seen in {tangents_seen} of 10 years");
    assert!(better_seen >= 7, "that redirects hold better was seen in {better_seen} of 10 years");
    println!(
        "of 10 years: tangents seen to grow in {tangents_seen}, redirects to hold better in {better_seen}, false alarms {flat_alarms}"
    );
    assert!(flat_alarms <= 1, "{flat_alarms} of 10 flat years were given a trend");
}

/// The stated rate: at most 1 of 20 clients that do not change is given any clear trend, over all eight figures.
#[test]
fn shuffled_calls_give_a_trend_no_more_often_than_stated() {
    const TRIALS: usize = 400;
    let mut rng = fastrand::Rng::with_seed(9);
    let base =
        figures(&year(77).into_iter().filter(|spec| spec.client.as_deref() == Some("Brightside")).collect::<Vec<_>>());
    let base = &base[..24];
    let dates: Vec<_> = base.iter().map(|call| call.began).collect();
    let settings = TrendSettings {
        marks: vec![Mark { date: base[12].began.unwrap().date(), text: "x".into(), client: None }],
        ..TrendSettings::default()
    };
    let (mut trends, mut marks) = (0, 0);
    for _ in 0..TRIALS {
        let mut shuffled = dates.clone();
        rng.shuffle(&mut shuffled);
        let mut calls = base.to_vec();
        for (call, began) in calls.iter_mut().zip(shuffled) {
            call.began = began;
        }
        let comparison = compare(calls, &settings);
        let one = &comparison.clients[0];
        trends += usize::from(one.series.iter().any(|series| series.trend.is_clear()));
        marks += usize::from(one.marks[0].sides.iter().any(|side| side.change.is_clear()));
    }
    // Three deviations above 5 % of the trials.
    let most = 0.05 * TRIALS as f64 + 3.0 * (TRIALS as f64 * 0.05 * 0.95).sqrt();
    println!("{trends} trends and {marks} differences claimed in {TRIALS} shuffles");
    assert!((trends as f64) < most && (marks as f64) < most, "{trends} and {marks} of {TRIALS}, at most {most:.0}");
    assert!(trends > 0, "a test that never claims anything would pass too");
}

#[test]
fn any_order_and_any_number_of_threads_give_the_same_comparison() {
    let calls = figures(&year(3));
    let settings = TrendSettings { marks: vec![boundary()], ..TrendSettings::default() };
    let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let expected = one.install(|| compare(calls.clone(), &settings));
    let mut turned = calls;
    turned.reverse();
    let many = rayon::ThreadPoolBuilder::new().num_threads(16).build().unwrap();
    assert_eq!(many.install(|| compare(turned, &settings)), expected);
}

#[test]
fn few_calls_and_other_models_are_answers() {
    let mut rng = fastrand::Rng::with_seed(1);
    let specs: Vec<_> = (1..=12).map(|month| call(&mut rng, "Acme", date(2026, month, 3), STEADY)).collect();
    let few = compare(figures(&specs[..4]), &TrendSettings::default());
    assert_eq!(*trend(&few.clients[0], Metric::SmallTalkRatio), Answer::TooFewCalls { calls: 4, wanted: 5 });

    let mut other = specs.clone();
    for spec in &mut other[9..] {
        spec.transcriber = "ggml-small".into();
    }
    let mixed = compare(figures(&other), &TrendSettings::default());
    let Answer::NotComparable { why } = trend(&mixed.clients[0], Metric::SmallTalkRatio) else { panic!("{mixed:?}") };
    assert!(why.contains("9 of 12 calls") && why.contains("analyze them again"), "{why}");
    // The three of the new model stand alone: no earlier call to compare them with.
    let last = mixed.clients[0].series[0].cells.last().unwrap().as_ref().unwrap();
    assert!(last.comparable && last.change.is_none());
    assert!(!mixed.clients[0].series[0].cells[0].as_ref().unwrap().comparable);

    // Another way to tell speakers apart matters only where speakers do.
    let mut basis = specs;
    for spec in &mut basis[..9] {
        spec.basis = "diarized".into();
    }
    let mixed = compare(figures(&basis), &TrendSettings::default());
    assert!(trend(&mixed.clients[0], Metric::SmallTalkRatio).estimate().is_some());
    assert!(matches!(trend(&mixed.clients[0], Metric::TalkRatio), Answer::NotComparable { .. }));
}

#[test]
fn the_range_limits_the_trend_and_what_lies_before_is_what_came_before() {
    let specs: Vec<_> = year(5).into_iter().filter(|spec| spec.client.as_deref() == Some("Delta")).collect();
    let settings = TrendSettings {
        since: Some(date(2026, 7, 1)),
        until: Some(date(2026, 9, 30)),
        rate: Some(Rate { an_hour: 60.0, currency: "€".into(), before: true }),
        by: Step::Quarter,
        ..TrendSettings::default()
    };
    let comparison = compare(figures(&specs), &settings);
    let delta = &comparison.clients[0];
    let (before, within): (Vec<_>, Vec<_>) =
        specs.iter().filter(|spec| spec.date <= date(2026, 9, 30)).partition(|spec| spec.date < date(2026, 7, 1));
    assert_eq!(delta.calls, within.len());
    assert_eq!(delta.periods.iter().map(|period| period.name.as_str()).collect::<Vec<_>>(), ["2026-Q3"]);
    let cell = delta.series[0].cells[0].as_ref().unwrap();
    let mean = |specs: &[&Spec]| specs.iter().map(|spec| spec.small_talk).sum::<f64>() / specs.len() as f64;
    assert!((cell.value.mean - mean(&within)).abs() < 1e-9);
    assert_eq!(cell.earlier.unwrap().calls, before.len());
    assert!((cell.change.unwrap() - (mean(&within) - mean(&before))).abs() < 1e-9);
    // At 60 an hour, a minute costs one.
    assert!((delta.cost.unwrap() - delta.minutes_over_budget).abs() < 1e-9);
}

#[test]
fn calls_without_a_date_and_second_reports_are_left_out_by_name() {
    let mut calls = figures(&year(4));
    let mut copy = calls[0].clone();
    copy.place = "z/copy.json".into();
    calls[1].began = None;
    let undated = calls[1].place.clone();
    calls.push(copy);
    let left_out = compare(calls, &TrendSettings::default()).left_out;
    let why = |file: &str| left_out.iter().find(|out| out.file == file).unwrap().why.clone();
    assert!(why(&undated).contains("no date"));
    assert!(why("z/copy.json").contains("same recording"));
    assert_eq!(left_out.len(), 2);
}

#[test]
fn the_brief_knows_where_tangents_start_and_which_phrase_held() {
    let mut rng = fastrand::Rng::with_seed(2);
    let mut specs: Vec<_> = (1..=6).map(|month| call(&mut rng, "Acme", date(2026, month, 3), STEADY)).collect();
    for spec in &mut specs {
        spec.tangents = vec![(4.0, 60.0, true), (6.0, 60.0, true)];
        spec.redirects = vec![true];
    }
    let comparison = compare(figures(&specs), &TrendSettings::default());
    let brief = &comparison.clients[0].brief;
    assert_eq!((brief.calls, brief.tangents), (6, 12));
    let starts = brief.start_minutes.unwrap();
    assert_eq!((starts.lower, starts.median, starts.upper), (4.0, 5.0, 6.0));
    assert_eq!((brief.opened_by[0].who.as_str(), brief.opened_by[0].tangents), ("Jodie", 12));
    assert!(brief.about.contains(&("football".to_owned(), 4)), "{:?}", brief.about);
    assert!(!brief.phrases.is_empty(), "{brief:?}");
    assert!(brief.phrases.iter().all(|phrase| phrase.held.made == 2 && phrase.held.accepted == 2), "{brief:?}");
    assert!(brief.phrases.iter().any(|phrase| phrase.words.contains("park")), "{brief:?}");
}

#[test]
fn what_redirects_saved_is_held_against_tangents_that_ran_their_course() {
    let mut rng = fastrand::Rng::with_seed(3);
    let mut specs: Vec<_> = (1..=6).map(|month| call(&mut rng, "Acme", date(2026, month, 3), STEADY)).collect();
    for spec in &mut specs {
        spec.tangents = vec![(4.0, 180.0, true), (9.0, 60.0, true)];
    }
    let saved = |steered: usize| {
        let mut calls = figures(&specs);
        for call in calls.iter_mut().take(steered) {
            call.tangents[1].ended_by = EndedBy::Redirect;
        }
        let comparison = compare(calls, &TrendSettings::default());
        let said = terminal::comparison(&comparison, &TerminalStyle { width: 80, colour: false, unicode: true });
        (comparison.clients[0].brief.saved, said)
    };
    // Six of three minutes and two of one ran their course; four of one minute did not.
    let (four, said) = saved(4);
    let four = four.unwrap();
    assert_eq!((four.left, four.usual_minutes), (8, 3.0));
    assert_eq!((four.steered, four.steered_minutes, four.minutes), (4, 1.0, 8.0));
    let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("about 8 min saved, 1.3 min a call"), "{said}");
    assert_eq!(saved(0).0, None);
}

const EVIL: &str = "</script><script>alert(1)</script>\"'><img src=x onerror=alert(2)>\u{202e}gpj.exe\n\u{1b}[31m";

/// A year with hostile names in every place that a file or the user can fill.
fn hostile() -> Comparison {
    let mut calls = figures(&year(8));
    for call in &mut calls {
        call.client = call.client.take().map(|client| format!("{client} {EVIL}"));
        for tangent in &mut call.tangents {
            tangent.topics = vec![EVIL.to_owned()];
            tangent.opened_by = Some(rapport::call::figures::Person::Other(EVIL.to_owned()));
            tangent.driven = tangent.opened_by.clone().map(rapport::call::figures::Driven::By);
        }
        for redirect in &mut call.redirects {
            redirect.words = format!("let me park that {EVIL}");
        }
        call.best_phrase = Some(EVIL.to_owned());
    }
    let mut undated = calls[0].clone();
    (undated.began, undated.place) = (None, EVIL.to_owned());
    calls.push(undated);
    let rate = Some(Rate { an_hour: 90.0, currency: "<b>&".into(), before: true });
    let marks = vec![Mark { date: BOUNDARY, text: EVIL.into(), client: None }];
    compare(calls, &TrendSettings { rate, marks, ..TrendSettings::default() })
}

#[test]
fn the_terminal_page_fits_and_is_inert() {
    let marks = vec![boundary(), Mark { date: date(2026, 10, 1), text: String::new(), client: None }];
    let escape = regex::Regex::new("\u{1b}\\[[0-9;]*m").unwrap();
    let calls = figures(&year(1));
    let hostile = hostile();
    for by in [Step::Week, Step::Month, Step::Quarter, Step::Call] {
        let year = compare(calls.clone(), &TrendSettings { by, marks: marks.clone(), ..TrendSettings::default() });
        for comparison in [&year, &hostile] {
            for width in [40, 57, 80, 100, 200] {
                let text = terminal::comparison(comparison, &TerminalStyle { width, colour: false, unicode: true });
                for line in text.lines() {
                    assert!(line.width() <= width, "{width}: {line:?}");
                    assert_eq!(line, line.trim_end(), "blanks at the end");
                }
                let bad =
                    text.chars().find(|c| (c.is_control() && *c != '\n') || ('\u{202a}'..='\u{202e}').contains(c));
                assert_eq!(bad, None);
                let coloured = terminal::comparison(comparison, &TerminalStyle { width, colour: true, unicode: true });
                assert!(escape.is_match(&coloured));
                assert_eq!(escape.replace_all(&coloured, ""), text);
            }
        }
    }
}

#[test]
fn the_page_is_one_inert_file() {
    let page = page::comparison(&hostile());
    assert!(page.contains("default-src &#39;none&#39;") && page.contains("<svg"), "the policy forbids all loading");
    for wrong in ["<script", "<b>", "<img", "http://", "https://", "\u{202e}", "\u{1b}"] {
        assert!(!page.contains(wrong), "{wrong} is in the page");
    }
    let table = trend_table::csv(&hostile());
    let rows = csv::Reader::from_reader(table.as_bytes()).into_records().map(Result::unwrap).count();
    assert!(rows > 200, "{rows} rows");
}

fn rapport(home: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("rapport"));
    let out = command.current_dir(home).env_clear().env("HOME", home).args(arguments).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (out.status.code(), text(out.stdout), text(out.stderr))
}

#[test]
fn the_program_keeps_marks_and_compares() {
    let home = tempfile::tempdir().unwrap();
    let reports = home.path().join("reports");
    write_all(&reports, &year(1));
    std::fs::write(reports.join("foreign.json"), "{\"name\": \"x\"}").unwrap();
    std::fs::write(reports.join("half.json"), &year(1)[0].text(0)[..900]).unwrap();

    let (code, said, _) = rapport(home.path(), &["mark", "2026-07-01", "time box at the start", "--client", "acme"]);
    assert_eq!((code, said.as_str()), (Some(0), "2026-07-01  acme: time box at the start\n"));
    let (code, page, complaint) = rapport(home.path(), &["compare", "--rate", "€90/h"]);
    assert_eq!(code, Some(0), "{complaint}");
    for wanted in
        ["Acme", "Brightside", "Delta", "Since 1 July 2026: time box at the start", "€", "foreign.json", "half.json"]
    {
        assert!(page.contains(wanted), "{wanted} is missing in:\n{page}");
    }
    let (code, text, _) = rapport(home.path(), &["compare", "--json", "--client", "ACME", "--by", "quarter"]);
    assert_eq!(code, Some(0));
    let found: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(found["clients"].as_array().unwrap().len(), 1);
    assert_eq!(found["clients"][0]["marks"][0]["sides"][0]["change"]["verdict"], "falling");
    assert_eq!(found["clients"][0]["periods"][0]["name"], "2026-Q1");
    assert_eq!(found["left_out"].as_array().unwrap().len(), 2);

    let (code, table, _) = rapport(home.path(), &["compare", "--to", "csv", "--client", "delta"]);
    assert_eq!(code, Some(0));
    let mut rows = csv::Reader::from_reader(table.as_bytes());
    assert!(rows.records().map(Result::unwrap).filter(|row| &row[3] == "small_talk_ratio").count() >= 10);

    for (arguments, wanted) in [
        (vec!["compare", "--client", "nobody"], "clients in these reports: Acme, Brightside, Delta"),
        (vec!["compare", "--since", "2030"], "--since"),
        (vec!["compare", "nowhere"], "nowhere"),
        (vec!["compare", "--rate", "cheap"], "90/h"),
        (vec!["mark", "2026-07-01"], "time box"),
        (vec!["mark", "2027-01-01", "--remove"], "no such mark"),
    ] {
        let (code, out, said) = rapport(home.path(), &arguments);
        assert_eq!((code, out.as_str()), (Some(1), ""), "{arguments:?}");
        assert!(said.contains(wanted), "{arguments:?}: {said}");
    }
    assert_eq!(rapport(home.path(), &["mark", "2026-07-01", "--remove"]).1, "no mark is kept\n");
}
