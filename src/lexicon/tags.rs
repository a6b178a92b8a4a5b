//! What a phrase is a sign of.

macro_rules! tags {
    ($($(#[$doc:meta])* $tag:ident = $name:literal,)*) => {
        /// What a phrase is a sign of; the names are those of the data files.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub(crate) enum Tag { $($(#[$doc])* $tag,)* }

        impl Tag {
            /// All of them, in the order of their values.
            pub(crate) const ALL: &'static [Self] = &[$(Self::$tag,)*];

            /// The name in the data files.
            pub(crate) const fn name(self) -> &'static str {
                match self { $(Self::$tag => $name,)* }
            }
        }
    };
}

tags! {
    /// People at home.
    Family = "family",
    /// Animals at home.
    Pets = "pets",
    /// Weather.
    Weather = "weather",
    /// Eating and drinking.
    Food = "food",
    /// Travel and traffic.
    Travel = "travel",
    /// Sport.
    Sport = "sport",
    /// Films, music, books.
    Screen = "screen",
    /// Health.
    Health = "health",
    /// House, garden, car.
    Home = "home",
    /// Weekends and feasts.
    Festive = "festive",
    /// Telling a story.
    Story = "story",
    /// He, she, they.
    Third = "third",
    /// Wonder and sympathy.
    Awe = "awe",
    /// Things of work.
    Work = "work",
    /// Money.
    Money = "money",
    /// Days and dates.
    Dates = "dates",
    /// Numbers in words.
    Number = "number",
    /// Doing and deciding.
    Action = "action",
    /// Work, but other people's or other years'.
    Elsewhere = "elsewhere",
    /// Greetings and sound checks.
    Opening = "opening",
    /// Goodbyes.
    Closing = "closing",
    /// Turning away from business.
    TurnAway = "turn_away",
    /// Going to the next item.
    NextItem = "next_item",
    /// Laughter in words.
    Laughter = "laughter",
    /// Bad news, illness, grief.
    Grief = "grief",
    /// Money, scope, deadline.
    Terms = "terms",
    /// "mm-hm".
    Backchannel = "backchannels",
    /// "um".
    Filler = "fillers",
    /// How questions begin.
    QuestionOpener = "question_openers",
    /// Redirects that point at the clock.
    SteerTime = "time",
    /// Redirects that point at the agenda or the next step.
    SteerProcedure = "procedure",
    /// Redirects that sum up.
    SteerSummary = "summary",
    /// Redirects that put aside.
    SteerParking = "parking",
    /// Redirects that name the thing.
    SteerTopic = "topic",
    /// Words that honour what was said.
    Warm = "warm",
    /// A time frame is announced.
    Announce = "announce",
    /// Something is put aside.
    Park = "park",
    /// A story ends.
    StoryEnd = "story_end",
    /// A word that begins something new: "so", "anyway".
    Pivot = "pivot",
    /// What the call is for is announced.
    Outline = "outline",
    /// "Anything else?"
    AnythingElse = "anything_else",
}

impl Tag {
    /// The tag of this name.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|tag| tag.name() == name)
    }

    /// Those that are sorts of talk, from [`Tag::Family`] to [`Tag::Grief`]: the features of the topics stage.
    pub(crate) fn sorts() -> &'static [Self] {
        &Self::ALL[..=Self::Grief as usize]
    }

    /// Those that make a redirect.
    pub(crate) const STEERS: [Self; 5] =
        [Self::SteerTime, Self::SteerProcedure, Self::SteerSummary, Self::SteerParking, Self::SteerTopic];

    /// Whether a phrase of this sort is a sign of talk that is not the business of the call.
    pub(crate) fn is_warm(self) -> bool {
        Self::SOCIAL.contains(&self)
            || matches!(self, Self::Story | Self::Third | Self::Awe | Self::Laughter | Self::Elsewhere)
    }

    /// Those that are social.
    pub(crate) const SOCIAL: [Self; 10] = [
        Self::Family,
        Self::Pets,
        Self::Weather,
        Self::Food,
        Self::Travel,
        Self::Sport,
        Self::Screen,
        Self::Health,
        Self::Home,
        Self::Festive,
    ];
}
