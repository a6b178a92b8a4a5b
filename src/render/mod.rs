//! Reports as text.

pub mod csv;
pub mod html;
pub mod markdown;
pub mod subtitles;
pub mod terminal;
pub mod text;
