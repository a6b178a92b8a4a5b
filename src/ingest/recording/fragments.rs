//! Whether a fragmented MP4 claims more samples than it can hold.
//!
//! A track run (`trun`, ISO/IEC 14496-12, 8.8.8) says how many samples it has; where it lists nothing a sample, the count
//! alone is read, and symphonia counts up to it. Twenty bytes can so keep it busy for seconds, a small file for hours.

use std::io::{self, Read};

use memchr::memmem::Finder;

use super::Failure;

/// Bytes looked at in one go.
const CHUNK: usize = 1 << 18;
/// Size and type of an atom, in a track run also its flags and the count of samples.
const HEAD: usize = 16;
/// Flags of what a track run lists for each sample.
const FLAGS_PER_SAMPLE: u32 = 0x00_0f00;

/// Refuses an MP4 file of `length` bytes whose track runs claim more samples than it has bytes.
///
/// # Errors
/// [`Failure::Unreadable`] if they do; read errors likewise, since the decoder will meet them too.
pub(super) fn check(file: impl Read, length: u64) -> Result<(), Failure> {
    let claimed = claimed(file).map_err(|error| Failure::Unreadable(format!("it cannot be read to its end ({error})")))?;
    if claimed > length {
        return Err(Failure::Unreadable(format!("damaged: it claims {claimed} pieces of sound in {length} bytes")));
    }
    Ok(())
}

/// Samples that track runs claim without listing anything of each; 0 without a header that allows fragments.
fn claimed(mut file: impl Read) -> io::Result<u64> {
    let (mut window, mut begun) = (Vec::with_capacity(CHUNK + HEAD), 0_u64);
    let mut tally = Tally::default();
    loop {
        let read = file.by_ref().take(CHUNK as u64).read_to_end(&mut window)?;
        tally.look(&window, begun, read == 0);
        if read == 0 {
            return Ok(if tally.fragmented { tally.claimed } else { 0 });
        }
        // The end of this window is the beginning of the next: no head is cut in two.
        let gone = window.len().saturating_sub(HEAD - 1);
        window.drain(..gone);
        begun += gone as u64;
    }
}

/// What was met up to now. Four letters that stand in the sound by chance do no harm unless they do so thrice, and in order.
#[derive(Default)]
struct Tally {
    /// The file may have fragments.
    fragmented: bool,
    /// Where the fragment header that reaches farthest ends, bytes from the start of the file.
    header_end: u64,
    claimed: u64,
}

impl Tally {
    /// Looks at a window that begins at byte `begun` of the file; heads that are cut off at its end are met in the next.
    fn look(&mut self, window: &[u8], begun: u64, last: bool) {
        let whole = |at: &usize| *at >= 4 && (last || *at - 4 + HEAD <= window.len());
        let places = |name: &'static [u8; 4]| Finder::new(name).find_iter(window).filter(whole).collect::<Vec<_>>();
        let runs = places(b"trun");
        let headers = places(b"moof");
        self.fragmented |= !places(b"mvex").is_empty();
        let mut headers = headers.into_iter().peekable();
        for run in runs {
            while let Some(at) = headers.next_if(|at| *at < run) {
                self.open(window, begun, at);
            }
            if begun + (run as u64) < self.header_end {
                self.claimed = self.claimed.saturating_add(unlisted(&window[run - 4..]));
            }
        }
        headers.for_each(|at| self.open(window, begun, at));
    }

    fn open(&mut self, window: &[u8], begun: u64, at: usize) {
        // A size of 0 is to the end of the file, of 1 stands elsewhere.
        let size = number(window, at - 4).filter(|size| *size > 1).map_or(u64::MAX, u64::from);
        self.header_end = self.header_end.max((begun + at as u64 - 4).saturating_add(size));
    }
}

/// Samples of a track run of which nothing is listed.
fn unlisted(head: &[u8]) -> u64 {
    match (number(head, 8), number(head, 12)) {
        (Some(flags), Some(count)) if flags & FLAGS_PER_SAMPLE == 0 => u64::from(count),
        _ => 0,
    }
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn atom(name: &[u8; 4], inside: &[u8]) -> Vec<u8> {
        [&(inside.len() as u32 + 8).to_be_bytes(), &name[..], inside].concat()
    }

    fn run(flags: u32, count: u32) -> Vec<u8> {
        atom(b"trun", &[flags.to_be_bytes(), count.to_be_bytes(), [0; 4]].concat())
    }

    fn fragment(runs: &[Vec<u8>]) -> Vec<u8> {
        atom(b"moof", &atom(b"traf", &runs.concat()))
    }

    #[test]
    fn runs_that_list_nothing_are_added_up_wherever_they_stand() {
        for before in [0, 1, CHUNK - 60, CHUNK - 40, CHUNK - 33, CHUNK - 28, CHUNK - 20, CHUNK, 2 * CHUNK + 3] {
            let file = [atom(b"mvex", &[]), vec![0; before], fragment(&[run(1, 3_000_000), run(0x24, 7)])].concat();
            for cut in 0..32 {
                let file = [vec![0; cut], file.clone()].concat();
                assert_eq!(claimed(&file[..]).unwrap(), 3_000_007, "{before} {cut}");
            }
            assert!(check(&file[..], 3_000_006).is_err());
            assert!(check(&file[..], 3_000_007).is_ok());
        }
    }

    #[test]
    fn runs_that_list_their_samples_and_letters_in_the_sound_do_not_count() {
        let mvex = atom(b"mvex", &[]);
        let listed = [mvex.clone(), fragment(&[run(0x0301, u32::MAX)])].concat();
        let beside = [mvex, fragment(&[run(0, 5)]), run(0, u32::MAX)].concat();
        let unfragmented = fragment(&[run(0, u32::MAX)]);
        let cut_off = [fragment(&[]), b"mvextrun".to_vec()].concat();
        for (file, claims) in [(listed, 0), (beside, 5), (unfragmented, 0), (cut_off, 0)] {
            assert_eq!(claimed(&file[..]).unwrap(), claims);
        }
    }
}
