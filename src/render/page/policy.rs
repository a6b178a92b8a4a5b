//! The Content-Security-Policy of the page: what it may load, which is its own recording and nothing else.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

/// The policy for a page with exactly this style sheet and this program in it.
///
/// `file:` is named because a page opened from a folder has no origin that `'self'` could stand for.
pub(in crate::render) fn policy(css: &str, js: &str) -> String {
    format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; media-src 'self' file:; \
         base-uri 'none'; form-action 'none'",
        digest(css),
        digest(js)
    )
}

fn digest(text: &str) -> String {
    STANDARD.encode(Sha256::digest(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    #[test]
    fn digests_are_the_known_ones() {
        // SHA-256 of the empty text, as published with the algorithm.
        assert_eq!(super::digest(""), "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
    }
}
