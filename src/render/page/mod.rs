//! What all pages share: looks, policy, addresses.
//!
//! A page's template extends `base.html`, which asks for the fields `policy`, `css` and `title`, and fills its block
//! `body`; it includes `patterns.html` where it draws kinds of talk, and `brand.html` for the name at the top. Its style
//! sheet is `concat!(include_str!("../page/templates/base.css"), include_str!("templates/own.css"))`, its program one
//! script at the end of the body; [`policy`] allows exactly these two. A page asks for nothing that is not inside it.

mod link;
mod policy;

pub(super) use link::{address, language_tag, path_of};
pub(super) use policy::policy;

use crate::render::words;

/// A share as a width in a drawing: `12.34%`.
pub(super) fn percent_width(share: f64) -> String {
    format!("{:.2}%", words::within_one(share) * 100.0)
}

/// A sentence whose numbers keep their units: no line breaks between `18` and `%`.
pub(super) fn keeping_units(text: &str) -> String {
    const UNITS: [&str; 4] = ["%", "s", "min", "h"];
    let mut out = String::with_capacity(text.len());
    for (at, word) in text.split(' ').enumerate() {
        let is_unit = UNITS.contains(&word.trim_end_matches([',', '.', ')', ':', ';']));
        let after_number = out.ends_with(|c: char| c.is_ascii_digit());
        if at > 0 {
            out.push(if is_unit && after_number { '\u{a0}' } else { ' ' });
        }
        out.push_str(word);
    }
    out
}

/// The page, or in its place what went wrong: writing to memory does not fail, and no part of a template can, so this is
/// for the reader of a broken build.
pub(super) fn written(page: askama::Result<String>) -> String {
    page.unwrap_or_else(|failure| {
        format!("<!doctype html><title>Rapport</title><p>This page could not be written: {failure}</p>")
    })
}

#[cfg(test)]
mod tests {
    use super::keeping_units;

    #[test]
    fn numbers_keep_their_units() {
        let told = keeping_units("Small talk was 1 min 17 s of this call (51 % of the speech), 3 h in all.");
        assert_eq!(
            told,
            "Small talk was 1\u{a0}min 17\u{a0}s of this call (51\u{a0}% of the speech), 3\u{a0}h in all."
        );
        assert_eq!(keeping_units("It  is s o"), "It  is s o");
    }
}
