//! One page of coaching for a call: at most three things, each with the utterances it rests on.

use serde::{Deserialize, Serialize};

/// One sentence and its evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// The sentence, in English; what was said in the call is quoted as it was said.
    pub text: String,
    /// Indices of the utterances it rests on, in order; empty where it rests on what was not said.
    pub utterances: Vec<usize>,
}

/// What the user may take from a call. Each part is `None` when there is nothing of that sort worth saying.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coaching {
    /// What went well.
    pub went_well: Option<Note>,
    /// One thing to try, which the next call can prove or disprove.
    pub try_next: Option<Note>,
    /// Something to say next time, or a phrase of the user's own that worked.
    pub phrase: Option<Note>,
}
