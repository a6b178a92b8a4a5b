//! What lies around a page: the ways that lead from it, as they are given to it and as it gives them back.

use crate::render::page;

/// Relative ways from a page, with `/` between folders, not yet escaped for an address.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Around<'a> {
    /// The recording; `None` where it is out of reach, and the page then says so.
    pub recording: Option<&'a str>,
    /// The page of all calls; `None` where there is none.
    pub calls: Option<&'a str>,
}

/// The same, owned.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ways {
    /// The recording.
    pub recording: Option<String>,
    /// The page of all calls.
    pub calls: Option<String>,
}

impl Ways {
    /// The ways that a page has which [`super::html`] wrote: it is made anew where it lies, when only the page still knows
    /// where its recording is. Reports do not say: they are passed on, and folders are nobody's business.
    #[must_use]
    pub fn of_page(written: &str) -> Self {
        Self {
            recording: attribute(written, "<audio ", "src=\""),
            calls: attribute(written, "<nav aria-label=\"Pages\">", "href=\""),
        }
    }

    /// The same for a page to be written.
    #[must_use]
    pub fn around(&self) -> Around<'_> {
        Around { recording: self.recording.as_deref(), calls: self.calls.as_deref() }
    }
}

/// The address in the first tag after a mark. No text of a call can hold the mark: it would be escaped.
fn attribute(page: &str, mark: &str, name: &str) -> Option<String> {
    let tag = page.split_once(mark)?.1.split('>').next()?;
    page::path_of(tag.split_once(name)?.1.split('"').next()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ways_around_a_page_are_read_back() {
        let page = "<nav aria-label=\"Pages\"><a href=\"../index.html\">All calls</a></nav>\
                    <audio id=\"audio\" controls src=\"../calls/a%20b%23.wav\"></audio>";
        let wanted = Ways { recording: Some("../calls/a b#.wav".into()), calls: Some("../index.html".into()) };
        assert_eq!(Ways::of_page(page), wanted);
        assert_eq!(Ways::of_page("<p>no sound</p>"), Ways::default());
    }
}
