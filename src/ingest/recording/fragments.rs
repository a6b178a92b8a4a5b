//! What fragmented MP4 files declare about themselves, looked at before their reader believes it.
//!
//! A run of samples (`trun`) whose samples all have the default length and size is a bare count. The reader counts up to it
//! one by one, so that 28 bytes could keep it busy for seconds, and a small file for days.

use std::io::{BufRead, BufReader, Read, Result};

/// Bytes of a box before its content: length, type.
const HEADER_BYTES: u64 = 8;

/// Flags of a run that has a field for each of its samples: as many as there are bytes for them.
const FIELDS: u32 = 0xf00;

/// Bytes looked at in one piece.
const PIECE_BYTES: usize = 1 << 16;

/// Bytes that a mark needs around it: the length before it, flags and count behind it.
const AROUND_BYTES: usize = 16;

/// Samples that the fragments of a file declare without a byte for each.
///
/// Every place that looks like a fragment is taken for one: readers find their way into files that begin with something else.
pub(super) fn bare_samples(file: impl Read) -> Result<u64> {
    let mut file = BufReader::with_capacity(PIECE_BYTES, file);
    let (mut samples, mut fragment_ends_at, mut at) = (0_u64, 0_u64, 0_u64);
    // The end of the piece before, so that no mark is cut in two.
    let mut piece: Vec<u8> = Vec::new();
    loop {
        let more = file.fill_buf()?;
        let count = more.len();
        if count == 0 {
            return Ok(samples);
        }
        piece.extend_from_slice(more);
        file.consume(count);
        for (place, bytes) in piece.windows(AROUND_BYTES).enumerate() {
            let number =
                |from: usize| u32::from_be_bytes([bytes[from], bytes[from + 1], bytes[from + 2], bytes[from + 3]]);
            match &bytes[4..8] {
                b"moof" => {
                    // 0 stands for all of the rest, 1 for a length of eight bytes: as good as all of the rest.
                    let length = u64::from(number(0));
                    let end = if length < HEADER_BYTES { u64::MAX } else { at + place as u64 + length };
                    fragment_ends_at = fragment_ends_at.max(end);
                }
                b"trun" if at + (place as u64) < fragment_ends_at && number(8) & FIELDS == 0 => {
                    samples = samples.saturating_add(u64::from(number(12)));
                }
                _ => {}
            }
        }
        let done = piece.len().saturating_sub(AROUND_BYTES - 1);
        piece.drain(..done);
        at += done as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn boxed(kind: [u8; 4], content: &[u8]) -> Vec<u8> {
        [&(content.len() as u32 + 8).to_be_bytes()[..], &kind, content].concat()
    }

    fn run(flags: u32, count: u32) -> Vec<u8> {
        boxed(*b"trun", &[flags.to_be_bytes(), count.to_be_bytes()].concat())
    }

    #[test]
    fn bare_counts_of_fragments_are_added_up_wherever_they_lie() {
        let fragment = |runs: &[Vec<u8>]| boxed(*b"moof", &boxed(*b"traf", &runs.concat()));
        let file = [
            b"anything".to_vec(),
            fragment(&[run(0x1, 1000), run(0x205, 77)]),
            boxed(*b"mdat", &run(0, 5)),
            fragment(&[run(0x24, u32::MAX), run(0x4, 3)]),
        ]
        .concat();
        assert_eq!(bare_samples(&file[..]).unwrap(), 1003 + u64::from(u32::MAX));
        // Across the borders of pieces too.
        for ahead in 0..64 {
            let far = [vec![0; PIECE_BYTES - ahead], file.clone()].concat();
            assert_eq!(bare_samples(&far[..]).unwrap(), 1003 + u64::from(u32::MAX), "{ahead}");
        }
        assert_eq!(bare_samples(&b"RIFF"[..]).unwrap(), 0);
    }
}
