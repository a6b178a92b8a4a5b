//! The file being recorded: a WAV whose header is true at every moment, in parts where it grows too long for one.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use hound::{SampleFormat, WavSpec, WavWriter};

use super::RECORDING_RATE;
use crate::error::{Error, Result};

/// Bytes of sound in a part at most: the sizes in a WAV are 32 bits long. What stays free holds the header and more.
pub const PART_BYTES_MAX: u64 = u32::MAX as u64 - 256 * 1024;

/// Numbers that are tried for a part after the first: what another recording left under such a name is no reason to stop.
const NUMBERS_MAX: usize = 1000;

/// Bytes before the first sample of the files written here.
const HEADER_BYTES: u64 = 44;

/// Bytes of one sample of one track.
const SAMPLE_BYTES: u64 = 2;

/// What a part is written to; a file, or something that fails on purpose in tests.
pub trait Medium: Write + Seek {}

impl<T: Write + Seek> Medium for T {}

/// Gives a medium for a path that must not exist yet.
type Create = Box<dyn FnMut(&Path) -> io::Result<Box<dyn Medium>>>;

/// A recording on disk, in one part or several.
pub struct Parts {
    first: PathBuf,
    tracks: u16,
    bytes_max: u64,
    create: Create,
    writer: Option<WavWriter<BufWriter<Box<dyn Medium>>>>,
    /// Bytes of sound in the present part.
    bytes: u64,
    written: Vec<PathBuf>,
    /// Number in the name of the present part.
    number: usize,
}

impl Parts {
    /// Creates the first part. No file is ever overwritten, and only the owner may read what is made.
    ///
    /// # Errors
    /// [`Error::Io`] if the file is there already or cannot be made.
    pub fn create(first: &Path, tracks: u16) -> Result<Self> {
        Self::with(first, tracks, PART_BYTES_MAX, Box::new(|path| Ok(Box::new(create_private(path)?))))
    }

    /// The same with parts of another size, on other media.
    ///
    /// # Errors
    /// As [`Parts::create`].
    pub fn with(first: &Path, tracks: u16, bytes_max: u64, create: Create) -> Result<Self> {
        let mut parts = Self {
            first: first.to_owned(),
            tracks,
            bytes_max,
            create,
            writer: None,
            bytes: 0,
            written: Vec::new(),
            number: 0,
        };
        parts.next_part()?;
        Ok(parts)
    }

    /// The parts written so far, in order.
    #[must_use]
    pub fn paths(&self) -> &[PathBuf] {
        &self.written
    }

    /// Tracks of the file.
    #[must_use]
    pub fn tracks(&self) -> u16 {
        self.tracks
    }

    /// Where part `number` (from 1) lies.
    fn path_of(&self, number: usize) -> PathBuf {
        if number == 1 { self.first.clone() } else { self.first.with_extension(format!("part{number}.wav")) }
    }

    fn next_part(&mut self) -> Result<()> {
        self.finish()?;
        let (path, medium) = self.next_medium()?;
        let failed = |source| Error::Io { doing: "cannot record to", path: path.clone(), source };
        self.written.push(path.clone());
        let spec = WavSpec {
            channels: self.tracks,
            sample_rate: RECORDING_RATE,
            bits_per_sample: 16,
            sample_format: SampleFormat::Int,
        };
        let mut writer = WavWriter::new(BufWriter::new(medium), spec).map_err(as_io).map_err(failed)?;
        writer.flush().map_err(as_io).map_err(failed)?;
        (self.writer, self.bytes) = (Some(writer), 0);
        Ok(())
    }

    /// Where the next part goes. The first has a name that the user was told, the others take the next free number.
    fn next_medium(&mut self) -> Result<(PathBuf, Box<dyn Medium>)> {
        let numbers_max = self.number + if self.written.is_empty() { 1 } else { NUMBERS_MAX };
        loop {
            self.number += 1;
            let path = self.path_of(self.number);
            match (self.create)(&path) {
                Ok(medium) => return Ok((path, medium)),
                Err(taken) if taken.kind() == io::ErrorKind::AlreadyExists && self.number < numbers_max => {}
                Err(source) => return Err(Error::Io { doing: "cannot record to", path, source }),
            }
        }
    }

    /// Appends interleaved samples, whole frames only. After an error nothing more can be written, and what is on the
    /// disk plays.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn write(&mut self, samples: &[i16]) -> Result<()> {
        let frame_bytes = SAMPLE_BYTES * u64::from(self.tracks);
        let mut rest = samples;
        while !rest.is_empty() {
            let room = (self.bytes_max.saturating_sub(self.bytes) / frame_bytes) as usize * usize::from(self.tracks);
            if room == 0 {
                self.next_part().inspect_err(|_| self.writer = None)?;
                // A part takes one frame at least, whatever its limit is.
                self.bytes_max = self.bytes_max.max(frame_bytes);
                continue;
            }
            let (now, later) = rest.split_at(rest.len().min(room));
            self.attempt(|writer| {
                for chunk in now.chunks(usize::from(u16::MAX)) {
                    let mut fast = writer.get_i16_writer(chunk.len() as u32);
                    for sample in chunk {
                        fast.write_sample(*sample);
                    }
                    fast.flush()?;
                }
                Ok(())
            })?;
            self.bytes += now.len() as u64 * SAMPLE_BYTES;
            rest = later;
        }
        Ok(())
    }

    /// Brings all to the system and makes the header true; `sync` waits until it is on the disk as well.
    ///
    /// # Errors
    /// As [`Parts::write`].
    pub fn flush(&mut self, sync: bool) -> Result<()> {
        self.attempt(WavWriter::flush)?;
        if sync {
            self.sync()?;
        }
        Ok(())
    }

    fn sync(&mut self) -> Result<()> {
        // hound keeps its medium to itself, so the file is opened once more for this.
        let Some(path) = self.written.last() else { return Ok(()) };
        match OpenOptions::new().write(true).open(path) {
            Ok(file) => file.sync_data().map_err(Error::io("cannot write", path)),
            // The file was moved away or removed meanwhile: the recording still goes where it went.
            Err(_) => Ok(()),
        }
    }

    /// Ends the present part.
    ///
    /// # Errors
    /// As [`Parts::write`].
    pub fn finish(&mut self) -> Result<()> {
        if self.writer.is_some() {
            self.flush(true)?;
            self.writer = None;
        }
        Ok(())
    }

    /// Does something with the writer; if that fails, nothing more is written and the file is left such that it plays.
    fn attempt(
        &mut self,
        work: impl FnOnce(&mut WavWriter<BufWriter<Box<dyn Medium>>>) -> hound::Result<()>,
    ) -> Result<()> {
        let path = self.written.last().cloned().unwrap_or_default();
        let Some(writer) = &mut self.writer else {
            let source = io::Error::other("the recording has ended after an earlier failure");
            return Err(Error::Io { doing: "cannot write", path, source });
        };
        work(writer).map_err(|failure| {
            self.writer = None;
            // If even this fails, players still find the header of the last second.
            drop(repair(&path));
            Error::Io { doing: "cannot write", path, source: as_io(failure) }
        })
    }
}

/// Makes the header say what is there, after a write that failed in the middle. Needs no room on the disk.
fn repair(path: &Path) -> io::Result<()> {
    let mut file = OpenOptions::new().read(true).write(true).open(path)?;
    let mut header = [0; HEADER_BYTES as usize];
    file.read_exact(&mut header)?;
    let frame_bytes = u64::from(u16::from_le_bytes([header[32], header[33]])).max(1);
    let sound = file.metadata()?.len().saturating_sub(HEADER_BYTES) / frame_bytes * frame_bytes;
    let sound = u32::try_from(sound).map_err(io::Error::other)?;
    file.seek(SeekFrom::Start(40))?;
    file.write_all(&sound.to_le_bytes())?;
    file.seek(SeekFrom::Start(4))?;
    file.write_all(&(sound + HEADER_BYTES as u32 - 8).to_le_bytes())
}

fn as_io(failure: hound::Error) -> io::Error {
    match failure {
        hound::Error::IoError(source) => source,
        other => io::Error::other(other),
    }
}

/// A new file that only its owner may read.
fn create_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A disk with room for so many bytes.
    struct Small {
        file: File,
        room: u64,
    }

    impl Write for Small {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let at = self.file.stream_position()?;
            let fits = self.room.saturating_sub(at).min(bytes.len() as u64) as usize;
            if fits == 0 && !bytes.is_empty() {
                return Err(io::ErrorKind::StorageFull.into());
            }
            self.file.write(&bytes[..fits])
        }

        fn flush(&mut self) -> io::Result<()> {
            self.file.flush()
        }
    }

    impl Seek for Small {
        fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
            self.file.seek(to)
        }
    }

    fn read(path: &Path) -> Vec<i16> {
        hound::WavReader::open(path).unwrap().into_samples().map(|sample| sample.unwrap()).collect()
    }

    fn ramp(count: usize) -> Vec<i16> {
        (0..count).map(|at| (at % 30_000) as i16).collect()
    }

    #[test]
    fn the_file_is_whole_after_every_flush_without_an_end() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.wav");
        let mut parts = Parts::create(&path, 2).unwrap();
        let ramp = ramp(9600);
        for (number, piece) in ramp.chunks(2400).enumerate() {
            parts.write(piece).unwrap();
            parts.flush(number % 2 == 0).unwrap();
            assert_eq!(read(&path), ramp[..(number + 1) * 2400]);
        }
        // As if the process had been killed: nothing of it runs any more.
        std::mem::forget(parts);
        assert_eq!(read(&path), ramp);
    }

    #[test]
    fn nothing_is_overwritten_and_nobody_else_may_read() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.wav");
        drop(Parts::create(&path, 1).unwrap());
        let before = std::fs::read(&path).unwrap();
        let said = Parts::create(&path, 1).err().unwrap().to_string();
        assert!(said.contains("a.wav") && said.contains("exists"), "{said}");
        assert_eq!(std::fs::read(&path).unwrap(), before);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn a_long_recording_goes_on_in_parts_without_losing_a_sample() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.wav");
        let limit = 1000 * 4;
        let create = Box::new(|path: &Path| Ok(Box::new(create_private(path)?) as Box<dyn Medium>));
        let mut parts = Parts::with(&path, 2, limit + 3, create).unwrap();
        let ramp = ramp(2 * 2500);
        for piece in ramp.chunks(2 * 777) {
            parts.write(piece).unwrap();
        }
        parts.finish().unwrap();
        let lengths: Vec<_> = parts.paths().iter().map(|path| read(path).len()).collect();
        assert_eq!(lengths, [2000, 2000, 1000]);
        assert_eq!(parts.paths()[1], dir.path().join("a.part2.wav"));
        assert_eq!(parts.paths().iter().flat_map(|path| read(path)).collect::<Vec<_>>(), ramp);
    }

    #[test]
    fn a_part_that_another_recording_left_is_passed_over() {
        let dir = tempfile::tempdir().unwrap();
        let (path, left) = (dir.path().join("a.wav"), dir.path().join("a.part2.wav"));
        std::fs::write(&left, "of another").unwrap();
        let create = Box::new(|path: &Path| Ok(Box::new(create_private(path)?) as Box<dyn Medium>));
        let mut parts = Parts::with(&path, 2, 4000, create).unwrap();
        let ramp = ramp(2 * 2500);
        parts.write(&ramp).unwrap();
        parts.finish().unwrap();
        let names = ["a.wav", "a.part3.wav", "a.part4.wav"].map(|name| dir.path().join(name));
        assert_eq!(parts.paths(), names);
        assert_eq!(parts.paths().iter().flat_map(|path| read(path)).collect::<Vec<_>>(), ramp);
        assert_eq!(std::fs::read(&left).unwrap(), b"of another");
    }

    #[test]
    fn a_full_disk_leaves_a_file_that_plays_to_the_last_byte() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.wav");
        let room = HEADER_BYTES + 40_000 + 1;
        let create =
            Box::new(move |path: &Path| Ok(Box::new(Small { file: create_private(path)?, room }) as Box<dyn Medium>));
        let mut parts = Parts::with(&path, 2, PART_BYTES_MAX, create).unwrap();
        let ramp = ramp(30_000);
        let failed = ramp.chunks(4800).find_map(|piece| parts.write(piece).and_then(|()| parts.flush(false)).err());
        let said = failed.expect("the disk is full").to_string();
        assert!(said.contains("a.wav"), "{said}");
        assert_eq!(read(&path), ramp[..20_000]);
        assert!(parts.write(&ramp).unwrap_err().to_string().contains("earlier failure"));
    }
}
