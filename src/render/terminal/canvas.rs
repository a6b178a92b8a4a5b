//! A page of a given width: wrapped, indented and coloured lines.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::TerminalStyle;

/// Columns left free on both sides.
const MARGIN: usize = 2;

/// Longest line of prose, columns: eyes lose their way back on longer ones.
const PROSE_MAX: usize = 92;

/// What a piece of text is, for its colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ink {
    Plain,
    Dim,
    Bold,
    SmallTalk,
    OffAgenda,
    Business,
    Good,
    Bad,
    Chance,
}

impl Ink {
    const fn style(self) -> Style {
        match self {
            Self::Plain => Style::new(),
            Self::Dim => Style::new().dimmed(),
            Self::Bold => Style::new().bold(),
            Self::SmallTalk => AnsiColor::Yellow.on_default(),
            Self::OffAgenda => AnsiColor::Magenta.on_default(),
            Self::Business => AnsiColor::Blue.on_default(),
            Self::Good => AnsiColor::Green.on_default(),
            Self::Bad => AnsiColor::Red.on_default(),
            Self::Chance => AnsiColor::Cyan.on_default().bold(),
        }
    }
}

/// Text of one ink. Holds no control characters: whoever makes one cleans what comes from files.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    ink: Ink,
    text: String,
}

impl Piece {
    pub(super) fn new(ink: Ink, text: impl Into<String>) -> Self {
        Self { ink, text: text.into() }
    }
}

/// The characters that bars and marks are drawn with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Glyphs {
    pub(super) small_talk: char,
    pub(super) off_agenda: char,
    pub(super) business: char,
    pub(super) frame: char,
    pub(super) silence: char,
    pub(super) kept: char,
    pub(super) beyond: char,
    pub(super) rest: char,
    pub(super) share: char,
    pub(super) accepted: char,
    pub(super) deflected: char,
    pub(super) chance: char,
    pub(super) bullet: char,
    pub(super) quotes: [char; 2],
    levels: [char; 8],
    dot: &'static str,
    ellipsis: &'static str,
}

const UNICODE: Glyphs = Glyphs {
    small_talk: '█',
    off_agenda: '▒',
    business: '━',
    frame: '┄',
    silence: ' ',
    kept: '▓',
    beyond: '█',
    rest: '─',
    share: '━',
    accepted: '✓',
    deflected: '✗',
    chance: '◆',
    bullet: '·',
    quotes: ['“', '”'],
    levels: ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'],
    dot: " · ",
    ellipsis: "…",
};

const ASCII: Glyphs = Glyphs {
    small_talk: 'S',
    off_agenda: 'o',
    business: '-',
    frame: '.',
    silence: ' ',
    kept: '+',
    beyond: 'S',
    rest: '.',
    share: '=',
    accepted: '+',
    deflected: 'x',
    chance: '^',
    bullet: '-',
    quotes: ['"', '"'],
    levels: ['_', '.', ':', '-', '=', '+', '*', '#'],
    dot: ", ",
    ellipsis: "...",
};

/// The page while it is being written.
pub(super) struct Canvas {
    out: String,
    style: TerminalStyle,
}

impl Canvas {
    pub(super) const fn new(style: TerminalStyle) -> Self {
        Self { out: String::new(), style }
    }

    pub(super) fn finish(self) -> String {
        self.out
    }

    pub(super) const fn glyphs(&self) -> Glyphs {
        if self.style.unicode { UNICODE } else { ASCII }
    }

    /// Columns between the margins.
    pub(super) const fn wide(&self) -> usize {
        self.style.width - 2 * MARGIN
    }

    fn prose(&self) -> usize {
        self.wide().min(PROSE_MAX)
    }

    /// An empty line.
    pub(super) fn blank(&mut self) {
        self.out.push('\n');
    }

    /// A heading with an empty line before it.
    pub(super) fn heading(&mut self, text: &str) {
        self.blank();
        self.line(&[Piece::new(Ink::Bold, text)]);
    }

    /// One line, as it is.
    pub(super) fn line(&mut self, pieces: &[Piece]) {
        let mut line = " ".repeat(MARGIN);
        for piece in pieces {
            self.paint(&mut line, piece);
        }
        let _ = writeln!(self.out, "{}", line.trim_end());
    }

    fn paint(&self, line: &mut String, piece: &Piece) {
        if self.style.colour && piece.ink != Ink::Plain && !piece.text.trim().is_empty() {
            let style = piece.ink.style();
            let _ = write!(line, "{style}{}{style:#}", piece.text);
        } else {
            line.push_str(&piece.text);
        }
    }

    /// Prose, wrapped, every line moved right by `indent` columns.
    pub(super) fn text(&mut self, ink: Ink, text: &str, indent: usize) {
        for line in textwrap::wrap(text, self.prose().saturating_sub(indent)) {
            self.line(&[Piece::new(Ink::Plain, " ".repeat(indent)), Piece::new(ink, line)]);
        }
    }

    /// Prose behind a mark, later lines below the first one's text.
    pub(super) fn hanging(&mut self, mark_ink: Ink, mark: char, ink: Ink, text: &str) {
        self.labelled(mark_ink, &format!("{mark} "), ink, text, 0);
    }

    /// Prose behind a label, moved right by `indent`, later lines below the first one's text.
    pub(super) fn labelled(&mut self, label_ink: Ink, label: &str, ink: Ink, text: &str, indent: usize) {
        let hang = indent + label.width();
        for (at, line) in textwrap::wrap(text, self.prose().saturating_sub(hang)).into_iter().enumerate() {
            let lead = if at == 0 {
                Piece::new(label_ink, format!("{}{label}", " ".repeat(indent)))
            } else {
                Piece::new(Ink::Plain, " ".repeat(hang))
            };
            self.line(&[lead, Piece::new(ink, line)]);
        }
    }

    /// Short facts one after another, a dot between them; a line breaks between facts where it can.
    pub(super) fn flow(&mut self, pieces: impl IntoIterator<Item = Piece>, indent: usize) {
        let dot = self.glyphs().dot;
        let room = self.wide().saturating_sub(indent);
        let mut line: Vec<Piece> = Vec::new();
        let mut used = 0;
        for piece in pieces {
            let wide = piece.text.width();
            if used > 0 && used + dot.width() + wide > room {
                self.indented(&std::mem::take(&mut line), indent);
                used = 0;
            }
            if wide > room {
                self.text(piece.ink, &piece.text, indent);
                continue;
            }
            if used > 0 {
                line.push(Piece::new(Ink::Dim, dot));
                used += dot.width();
            }
            used += wide;
            line.push(piece);
        }
        if !line.is_empty() {
            self.indented(&line, indent);
        }
    }

    fn indented(&mut self, pieces: &[Piece], indent: usize) {
        let mut line = vec![Piece::new(Ink::Plain, " ".repeat(indent))];
        line.extend_from_slice(pieces);
        self.line(&line);
    }

    /// What somebody said or could say.
    pub(super) fn quote(&self, text: &str) -> String {
        let [open, close] = self.glyphs().quotes;
        format!("{open}{text}{close}")
    }

    /// Values as a row of heights between the smallest and the largest; a blank for a gap, half height where all are one.
    pub(super) fn spark(&self, values: &[Option<f64>]) -> String {
        let levels = self.glyphs().levels;
        let known = || values.iter().flatten().copied();
        let (low, high) = (known().fold(f64::INFINITY, f64::min), known().fold(f64::NEG_INFINITY, f64::max));
        let level = |value: f64| {
            let share = if high > low { (value - low) / (high - low) } else { 0.4 };
            levels[((share * levels.len() as f64) as usize).min(levels.len() - 1)]
        };
        values.iter().map(|value| value.map_or(' ', level)).collect()
    }

    /// The text in exactly `wide` columns: cut with an ellipsis where it is longer, filled with blanks where shorter.
    pub(super) fn fit(&self, text: &str, wide: usize) -> String {
        let mut out = self.cut(text, wide);
        out.push_str(&" ".repeat(wide.saturating_sub(out.width())));
        out
    }

    /// The text in at most `wide` columns.
    pub(super) fn cut(&self, text: &str, wide: usize) -> String {
        if text.width() <= wide {
            return text.to_owned();
        }
        let ellipsis = self.glyphs().ellipsis;
        let mut out = String::new();
        for grapheme in text.graphemes(true) {
            if out.width() + grapheme.width() + ellipsis.width() > wide {
                break;
            }
            out.push_str(grapheme);
        }
        out + ellipsis
    }
}
