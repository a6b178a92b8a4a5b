//! Where speech is.
