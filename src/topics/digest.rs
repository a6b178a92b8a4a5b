//! Short digests that stand for words in the tables of the models.

/// FNV-1a of texts one after another (Fowler, Noll and Vo).
pub(super) fn fnv(parts: &[&str]) -> u64 {
    let bytes = parts.iter().flat_map(|part| part.bytes());
    bytes.fold(0xcbf2_9ce4_8422_2325, |digest, byte| (digest ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
