//! One verb a file.

pub mod models;
