//! What is found in a call.
