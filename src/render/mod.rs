//! Reports as text: values in, text out; nothing here opens a file.

pub mod compare;
pub mod csv;
pub mod html;
pub mod index;
pub mod json;
pub mod markdown;
mod page;
pub mod parquet;
pub mod subtitles;
pub mod terminal;
pub mod text;
pub mod trend_table;
pub mod words;
