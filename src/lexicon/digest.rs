//! Short digests that stand for words in the tables of the models.

/// Where a digest starts, before any text.
pub(crate) const FNV_START: u64 = 0xcbf2_9ce4_8422_2325;

/// The digest of what `before` is one of, with a text after it: FNV-1a of 64 bits (Fowler, Noll and Vo).
pub(crate) fn fnv(before: u64, text: &str) -> u64 {
    text.bytes().fold(before, |digest, byte| (digest ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_the_known_ones_and_grow_with_the_text() {
        assert_eq!(fnv(FNV_START, "foobar"), 0x8594_4171_f739_67e8);
        assert_eq!(fnv(fnv(FNV_START, "foo"), "bar"), fnv(FNV_START, "foobar"));
    }
}
