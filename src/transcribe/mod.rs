//! Speech to text.

pub mod models;
pub mod speech;
