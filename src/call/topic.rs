//! What the talk is about: runs of utterances with a kind and a label.

use serde::{Deserialize, Serialize};

use crate::call::time::Span;

/// What sort of talk a topic is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Greetings, can you hear me, who is joining.
    Opening,
    /// Social, not about work.
    SmallTalk,
    /// What the call is for and what serves it.
    Business,
    /// Work-flavoured, but not what this call is for.
    OffAgenda,
    /// Goodbyes and thanks.
    Closing,
}

impl Kind {
    /// All kinds, in the order a call has them.
    pub const ALL: [Self; 5] = [Self::Opening, Self::SmallTalk, Self::Business, Self::OffAgenda, Self::Closing];

    /// Whether talk of this kind digresses from what the call is for.
    #[must_use]
    pub const fn is_digression(self) -> bool {
        matches!(self, Self::SmallTalk | Self::OffAgenda)
    }

    /// The name used in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Opening => "opening",
            Self::SmallTalk => "small_talk",
            Self::Business => "business",
            Self::OffAgenda => "off_agenda",
            Self::Closing => "closing",
        }
    }

    /// The name people read.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Opening => "opening",
            Self::SmallTalk => "small talk",
            Self::Business => "business",
            Self::OffAgenda => "off agenda",
            Self::Closing => "closing",
        }
    }
}

/// A run of utterances about one thing.
///
/// The topics of a call are in order and cover all its utterances without gaps: each one's `first` is the last
/// one's `last` plus one, and its span reaches from its first utterance to the next topic's start.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Topic {
    /// When.
    #[serde(flatten)]
    pub span: Span,
    /// Index of its first utterance.
    pub first: usize,
    /// Index of its last utterance, included.
    pub last: usize,
    /// What sort of talk.
    pub kind: Kind,
    /// Two to six words that say what it is about; empty when nothing stands out.
    pub label: String,
    /// How sure the kind is, 0 to 1.
    pub confidence: f32,
}
