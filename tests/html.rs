//! The page: what it may never hold, what it must hold, and that its policy fits it.

#[path = "common/rich.rs"]
mod rich;

use base64::Engine as _;
use rapport::call::report::Report;
use rapport::call::time::Duration;
use rapport::call::transcript::SpeechSpan;
use rapport::render::html::{self, Around};
use sha2::{Digest, Sha256};

/// The page, with this way to the recording.
fn html(report: &Report, recording: Option<&str>) -> String {
    html::html(report, Around { recording, calls: None })
}

/// What stands between two marks, the first time.
fn between<'a>(text: &'a str, from: &str, to: &str) -> &'a str {
    text.split_once(from)
        .and_then(|(_, rest)| rest.split_once(to))
        .map_or_else(|| panic!("{from} {to}"), |(inner, _)| inner)
}

/// The page without its style sheet and its program: what came from the report and the templates.
fn body_of(page: &str) -> String {
    let style = between(page, "<style>", "</style>");
    let script = between(page, "<script>", "</script>");
    page.replace(style, "").replace(script, "")
}

/// Every tag of a page as `name attributes`; values stay quoted.
fn tags(page: &str) -> Vec<String> {
    let mut tags = Vec::new();
    let mut rest = page;
    while let Some((_, after)) = rest.split_once('<') {
        let mut quoted = false;
        let end = after.find(|c| {
            quoted ^= c == '"';
            c == '>' && !quoted
        });
        let end = end.unwrap_or_else(|| panic!("an open tag: {}", after.chars().take(80).collect::<String>()));
        tags.push(after[..end].to_owned());
        rest = &after[end..];
    }
    tags
}

#[test]
fn hostile_texts_stay_texts() {
    let page = html(&rich::hostile(), Some("javascript:alert(1)//\"><script>.wav"));
    let body = body_of(&page);
    assert_eq!(body.matches("<script").count(), 1);
    assert_eq!(body.matches("</script").count(), 1);
    assert_eq!(body.matches("<style").count(), 1);
    assert!(!body.contains("<img"));
    assert!(!body.contains("javascript:"));
    assert!(body.contains("src=\"javascript%3Aalert%281%29/%22%3E%3Cscript%3E.wav\""));
    assert!(body.contains("alert(1)"), "the text itself is shown");
    assert_eq!(body.chars().find(|c| (c.is_control() && *c != '\n') || ('\u{202a}'..='\u{202e}').contains(c)), None);
    // As many elements as without hostility: no text made one.
    let names = |page: &str| -> Vec<String> {
        let of = |tag: &String| tag.split([' ', '/']).next().unwrap_or_default().to_owned();
        tags(page).iter().map(of).filter(|name| name == "svg" || name == "a" || name == "li").collect()
    };
    let tame = body_of(&html(&rich::english(), Some("call.wav")));
    let extra = names(&body).len() - names(&tame).len();
    assert_eq!(extra, 0);
}

#[test]
fn no_tag_holds_a_handler_a_style_or_an_address_elsewhere() {
    for report in [rich::english(), rich::hostile(), rich::nobody_told_apart(), rich::small()] {
        let body = body_of(&html(&report, Some("../calls/call one.wav")));
        for tag in tags(&body) {
            let mut outside = String::new();
            for (at, part) in tag.split('"').enumerate() {
                if at % 2 == 0 {
                    outside.push_str(part);
                } else {
                    outside.push('_');
                }
            }
            for attribute in outside.split_whitespace().skip(1) {
                let name = attribute.split('=').next().unwrap_or_default();
                assert!(!name.starts_with("on"), "{tag}");
                assert_ne!(name, "style", "{tag}");
            }
            let address = tag.split_once("href=\"").or_else(|| tag.split_once("src=\""));
            if let Some((_, address)) = address {
                assert!(address.starts_with('#') || address.starts_with("../calls/call%20one.wav"), "{tag}");
            }
        }
    }
}

#[test]
fn a_tame_page_names_no_address_at_all() {
    let page = html(&rich::english(), Some("call.wav"));
    for scheme in ["http:", "https:", "ws:", "//cdn", "@import", "url(h"] {
        assert!(!page.contains(scheme), "{scheme}");
    }
    for call in ["fetch(", "XMLHttpRequest", "sendBeacon", "import(", "eval(", "innerHTML", "localStorage"] {
        assert!(!page.contains(call), "{call}");
    }
}

#[test]
fn the_policy_allows_exactly_what_the_page_holds() {
    let page = html(&rich::hostile(), None);
    let policy =
        between(&page, "Content-Security-Policy\" content=\"", "\"").replace("&#39;", "'").replace("&#x27;", "'");
    let digest = |text: &str| base64::engine::general_purpose::STANDARD.encode(Sha256::digest(text.as_bytes()));
    let style = digest(between(&page, "<style>", "</style>"));
    let script = digest(between(&page, "<script>", "</script>"));
    assert_eq!(
        policy,
        format!(
            "default-src 'none'; style-src 'sha256-{style}'; script-src 'sha256-{script}'; media-src 'self' file:; \
             base-uri 'none'; form-action 'none'"
        )
    );
    let policy_at = page.find("Content-Security-Policy").unwrap();
    assert!(policy_at < page.find("<style>").unwrap(), "the policy comes before what it governs");
}

#[test]
fn the_way_to_the_recording_is_an_address_or_a_note() {
    let report = rich::small();
    assert!(html(&report, Some("../calls/a b#1.wav")).contains("src=\"../calls/a%20b%231.wav\""));
    let without = html(&report, None);
    assert!(!without.contains("<audio"));
    assert!(without.contains("out of this page's reach") || without.contains("out of this page&#39;s reach"));
    let mut imported = rich::small();
    imported.call.channels = 0;
    assert!(html(&imported, None).contains("came as a transcript"));
}

#[test]
fn every_reference_inside_the_page_has_its_target() {
    for report in [rich::english(), rich::russian(), rich::small(), rich::nobody_told_apart()] {
        let body = body_of(&html(&report, None));
        let mut seen = std::collections::BTreeSet::new();
        for tag in tags(&body) {
            if let Some((_, id)) = tag.split_once(" id=\"") {
                let id = id.split('"').next().unwrap_or_default().to_owned();
                assert!(seen.insert(id.clone()), "{id} twice");
            }
        }
        for tag in tags(&body) {
            for start in ["href=\"#", "aria-labelledby=\""] {
                if let Some((_, id)) = tag.split_once(start) {
                    let id = id.split('"').next().unwrap_or_default();
                    assert!(seen.contains(id), "{id} of {tag}");
                }
            }
        }
    }
}

#[test]
fn every_line_is_there_once_with_its_time() {
    let report = rich::long(5000);
    let page = html(&report, None);
    assert_eq!(page.matches("<li id=\"u").count(), 5000);
    let last = report.utterances.last().unwrap();
    assert!(page.contains(&format!("data-s=\"{}\"", last.utterance.span.start().ms())));
    assert!(page.contains("line 4999 of a long call"));
}

#[test]
fn a_report_whose_indices_point_nowhere_is_still_a_page() {
    let mut report = rich::english();
    for one in &mut report.redirects {
        one.utterance = 1_000_000;
    }
    for one in &mut report.opportunities {
        one.tangent = 99;
        one.after_utterance = usize::MAX;
    }
    report.speakers.truncate(1);
    report.topics.clear();
    report.call.duration = rapport::call::time::Duration::ZERO;
    assert!(html(&report, None).ends_with("</html>"));
}

#[test]
fn a_line_whose_speaker_is_a_guess_says_so_and_a_recognised_voice_how_surely() {
    let mut report = rich::english();
    assert!(!html(&report, None).contains("speaker 67 % sure"));
    let line = report.utterances[3].utterance.clone();
    let same = |speech: &SpeechSpan| speech.speaker == line.speaker && speech.span.overlap(line.span) > Duration::ZERO;
    assert!(report.speech.iter().any(same), "the line is in nobody's speech");
    for speech in &mut report.speech {
        speech.confidence = Some(if same(speech) { 0.667 } else { 0.99 });
    }
    report.attribution_confidence = Some(0.93);
    report.speakers[0].recognised = Some(0.97);
    let page = html(&report, None);
    let own = between(&page, "<li id=\"u3\"", "</li>");
    assert!(own.contains("speaker 67 % sure"), "{own}");
    assert!(page.contains("(93 % sure)"));
    assert!(between(&page, "<section id=\"people\"", "</section>").contains("by voice, 97 % sure"));
}
