//! Looks through a ggml speech model before whisper.cpp sees it.
//!
//! whisper.cpp trusts its files: it takes sizes from them unchecked, ends the program on some wrong ones, and calls a
//! truncated file good when the cut falls between two tensors. So the whole layout is walked here first: numbers
//! within bounds, every tensor of a known type and of its full length, and all tensors there.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use crate::error::{Error, Result};

/// First four bytes of a ggml file, `ggml` as a little-endian number.
const MAGIC: u32 = 0x6767_6d6c;

/// Encoder positions of every whisper model: 30 s.
const AUDIO_CTX: i32 = 1500;
/// Widths up to twice that of `large`.
const STATE_MAX: i32 = 2560;
/// All whisper models have heads of this width; also the smallest multiple that quantised rows fit.
const HEAD_WIDTH: i32 = 64;
/// `large` has 32.
const LAYERS_MAX: i32 = 64;
/// Decoder positions: 448 in every released model.
const TEXT_CTX: std::ops::RangeInclusive<i32> = 128..=1024;
/// English only, many languages, and `large-v3`: token numbers are derived from the size of the vocabulary.
const VOCABULARIES: std::ops::RangeInclusive<i32> = 51_864..=51_866;
/// First vocabulary that knows more than English.
const VOCABULARY_MULTILINGUAL: i32 = 51_865;
/// Frequency bins of the filters: half of whisper's 400-point transform, and one.
const FILTER_BINS: i32 = 201;
/// Longest token and longest tensor name.
const NAME_BYTES_MAX: i32 = 256;
/// ggml counts the quantisation version in thousands above the type.
const QUANTISATION_VERSION_FACTOR: i32 = 1000;
/// Bytes per block and elements per block, by ggml type number: those that whisper models come in.
const TYPES: [(i32, u64, u64); 13] = [
    (0, 4, 1),
    (1, 2, 1),
    (2, 18, 32),
    (3, 20, 32),
    (6, 22, 32),
    (7, 24, 32),
    (8, 34, 32),
    (10, 84, 256),
    (11, 110, 256),
    (12, 144, 256),
    (13, 176, 256),
    (14, 210, 256),
    (30, 2, 1),
];
/// File types (before the version factor) whose tensors whisper.cpp can make: floats, classic and k types, brain floats.
const FILE_TYPES: [i32; 13] = [0, 1, 2, 3, 7, 8, 9, 10, 11, 12, 13, 14, 24];

/// Buffers of a whisper.cpp state: this much for each channel, most of it attention of 1,500 positions to 1,500.
const BUFFER_BYTES_PER_WIDTH: u64 = 198_000;
/// Buffers of a whisper.cpp state that all models have, most of it for 448 tokens of 51,866 scores.
const BUFFER_BYTES: u64 = 102_000_000;

/// Spread over the file, this many blocks go into its fingerprint: enough that two trained models never agree,
/// little enough that a 3 GB file costs milliseconds.
const FINGERPRINT_BLOCKS: u64 = 64;
/// Bytes in one of these blocks.
const FINGERPRINT_BLOCK_BYTES: u64 = 16 * 1024;

/// Goes in front of a fingerprint; the number rises with every change to windows or decoding that changes answers.
const DECODING: &str = "whisper.cpp-1.8.3/1";

/// The shape of a speech model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ModelShape {
    /// Tokens of its vocabulary.
    pub vocabulary: i32,
    /// Encoder layers.
    pub audio_layers: i32,
    /// Decoder layers.
    pub text_layers: i32,
    /// Width of encoder and decoder.
    pub state: i32,
    /// Decoder positions.
    pub text_ctx: i32,
    /// Mel bands.
    pub mels: i32,
}

impl ModelShape {
    /// Whether it knows more than English.
    #[must_use]
    pub fn is_multilingual(&self) -> bool {
        self.vocabulary >= VOCABULARY_MULTILINGUAL
    }

    /// Memory that each window at work takes at most, in bytes, beside the weights that all share.
    ///
    /// What whisper.cpp tells when it makes a state: the keys and values of 1,536 encoder and 512 decoder positions as
    /// half floats, and buffers that grow with the width. Fitted to the shapes of tiny to large-v3-turbo; right to 3 %
    /// from base on.
    #[must_use]
    pub fn window_bytes(&self) -> u64 {
        let (width, layers) = (u64::from(self.state.unsigned_abs()), u64::from(self.text_layers.unsigned_abs()));
        let keys_and_values = 4 * width * (layers * (1536 + 512) + 1536);
        keys_and_values + BUFFER_BYTES_PER_WIDTH * width + BUFFER_BYTES
    }

    /// Tensors of a model of this shape, counted in whisper.cpp's loader.
    fn tensors(&self) -> u64 {
        11 + 15 * u64::from(self.audio_layers.unsigned_abs()) + 24 * u64::from(self.text_layers.unsigned_abs())
    }
}

/// Walks through the file and gives the model's shape.
///
/// # Errors
/// [`Error::Io`] when it cannot be read; [`Error::Model`] when it is not a whole whisper model in ggml format.
pub fn check(path: &Path) -> Result<ModelShape> {
    // Looked at before it is opened: a pipe would be waited for.
    let meta = std::fs::metadata(path).map_err(Error::io("cannot read", path))?;
    if !meta.is_file() {
        return Err(wrong(path, "is not a file; a speech model is one .bin file"));
    }
    let file = File::open(path).map_err(Error::io("cannot read", path))?;
    let mut walk = Walk { reader: BufReader::new(file), at: 0, size: meta.len() };
    walk.model().map_err(|fault| match fault {
        Fault::Short => wrong(
            path,
            &format!(
                "the file ends too early ({} bytes): the download was cut off. Fetch it again: `rapport models pull`",
                meta.len()
            ),
        ),
        Fault::Wrong(why) => wrong(
            path,
            &format!(
                "not a whisper model in ggml format: {why}. Give a ggml-*.bin file, or fetch one: `rapport models pull`"
            ),
        ),
    })
}

/// The way of decoding, the name of a model file, and a digest of its size and of samples of its bytes.
///
/// # Errors
/// [`Error::Io`] when it cannot be read.
pub fn fingerprint(path: &Path) -> Result<String> {
    let mut file = File::open(path).map_err(Error::io("cannot read", path))?;
    let size = file.metadata().map_err(Error::io("cannot read", path))?.len();
    let mut hasher = blake3::Hasher::new();
    hasher.update(&size.to_le_bytes());
    let mut block = Vec::with_capacity(FINGERPRINT_BLOCK_BYTES as usize);
    for at in 0..FINGERPRINT_BLOCKS {
        let from = size / FINGERPRINT_BLOCKS * at;
        file.seek(SeekFrom::Start(from)).map_err(Error::io("cannot read", path))?;
        block.clear();
        (&mut file).take(FINGERPRINT_BLOCK_BYTES).read_to_end(&mut block).map_err(Error::io("cannot read", path))?;
        hasher.update(&block);
    }
    let name = path.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
    Ok(format!("{DECODING}:{name}:{}", &hasher.finalize().to_hex()[..16]))
}

fn wrong(path: &Path, why: &str) -> Error {
    Error::Model { path: path.to_owned(), why: why.to_owned() }
}

/// What is wrong with a file.
enum Fault {
    Short,
    Wrong(String),
}

type Found<T> = std::result::Result<T, Fault>;

struct Walk {
    reader: BufReader<File>,
    at: u64,
    size: u64,
}

impl Walk {
    fn number(&mut self) -> Found<i32> {
        let mut bytes = [0; 4];
        // A failing disk reads as a file that is too short; whisper.cpp would not get further either.
        self.reader.read_exact(&mut bytes).map_err(|_| Fault::Short)?;
        self.at += 4;
        Ok(i32::from_le_bytes(bytes))
    }

    fn bounded(&mut self, what: &str, bounds: std::ops::RangeInclusive<i32>) -> Found<i32> {
        let number = self.number()?;
        if bounds.contains(&number) {
            return Ok(number);
        }
        Err(Fault::Wrong(format!("{what} is {number}, wanted {} to {}", bounds.start(), bounds.end())))
    }

    fn skip(&mut self, bytes: u64) -> Found<()> {
        let after = self.at.checked_add(bytes).filter(|&after| after <= self.size).ok_or(Fault::Short)?;
        let step = i64::try_from(bytes).map_err(|_| Fault::Short)?;
        self.reader.seek_relative(step).map_err(|_| Fault::Short)?;
        self.at = after;
        Ok(())
    }

    fn model(&mut self) -> Found<ModelShape> {
        let magic = self.number()?.cast_unsigned();
        if magic != MAGIC {
            return Err(Fault::Wrong(format!("it begins with {magic:#010x}, wanted {MAGIC:#010x}")));
        }
        let shape = self.shape()?;
        self.filters(shape.mels)?;
        self.tokens(shape.vocabulary)?;
        let mut tensors = 0;
        while self.at < self.size {
            self.tensor()?;
            tensors += 1;
        }
        if tensors == 0 {
            return Err(Fault::Wrong("it has no weights; it is an empty model for tests".to_owned()));
        }
        match tensors.cmp(&shape.tensors()) {
            std::cmp::Ordering::Less => Err(Fault::Short),
            std::cmp::Ordering::Equal => Ok(shape),
            std::cmp::Ordering::Greater => {
                Err(Fault::Wrong(format!("it has {tensors} tensors, wanted {}", shape.tensors())))
            }
        }
    }

    fn shape(&mut self) -> Found<ModelShape> {
        let vocabulary = self.bounded("the vocabulary", VOCABULARIES)?;
        self.bounded("the encoder's length", AUDIO_CTX..=AUDIO_CTX)?;
        let state = self.bounded("the width", HEAD_WIDTH..=STATE_MAX)?;
        let heads = self.number()?;
        let audio_layers = self.bounded("the number of encoder layers", 1..=LAYERS_MAX)?;
        let text_ctx = self.bounded("the decoder's length", TEXT_CTX)?;
        let text_state = self.number()?;
        let text_heads = self.number()?;
        let text_layers = self.bounded("the number of decoder layers", 1..=LAYERS_MAX)?;
        let mels = self.number()?;
        let kind = self.number()? % QUANTISATION_VERSION_FACTOR;
        if text_state != state || [heads, text_heads].iter().any(|&heads| heads.checked_mul(HEAD_WIDTH) != Some(state))
        {
            return Err(Fault::Wrong(format!(
                "widths {state} and {text_state} with {heads} and {text_heads} heads; wanted equal ones, heads of {HEAD_WIDTH}"
            )));
        }
        if mels != 80 && mels != 128 {
            return Err(Fault::Wrong(format!("it has {mels} mel bands, wanted 80 or 128")));
        }
        if !FILE_TYPES.contains(&kind) {
            return Err(Fault::Wrong(format!("its number format {kind} is not known")));
        }
        Ok(ModelShape { vocabulary, audio_layers, text_layers, state, text_ctx, mels })
    }

    fn filters(&mut self, mels: i32) -> Found<()> {
        self.bounded("the number of filters", mels..=mels)?;
        self.bounded("the length of the filters", FILTER_BINS..=FILTER_BINS)?;
        self.skip(4 * u64::from(mels.unsigned_abs()) * u64::from(FILTER_BINS.unsigned_abs()))
    }

    fn tokens(&mut self, vocabulary: i32) -> Found<()> {
        // Special tokens are left out of the file.
        for _ in 0..self.bounded("the number of tokens", 1..=vocabulary)? {
            let bytes = self.bounded("the length of a token", 0..=NAME_BYTES_MAX)?;
            self.skip(u64::from(bytes.unsigned_abs()))?;
        }
        Ok(())
    }

    fn tensor(&mut self) -> Found<()> {
        let dimensions = self.bounded("the number of dimensions", 1..=3)?;
        let name_bytes = self.bounded("the length of a name", 1..=NAME_BYTES_MAX)?;
        let kind = self.number()?;
        let mut elements: u64 = 1;
        let mut row = 1;
        for at in 0..dimensions {
            // No tensor of a whisper model reaches 2^31 elements, which is as far as whisper.cpp counts.
            let length = u64::from(self.bounded("a dimension", 1..=1 << 20)?.unsigned_abs());
            if at == 0 {
                row = length;
            }
            elements = elements.saturating_mul(length);
        }
        if elements > i32::MAX as u64 {
            return Err(Fault::Wrong(format!("a tensor has {elements} elements")));
        }
        self.skip(u64::from(name_bytes.unsigned_abs()))?;
        let Some((_, bytes, block)) = TYPES.into_iter().find(|known| known.0 == kind) else {
            return Err(Fault::Wrong(format!("a tensor has the unknown type {kind}")));
        };
        if row % block != 0 {
            return Err(Fault::Wrong(format!("rows of {row} do not fit into blocks of {block}")));
        }
        self.skip(elements / block * bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A whole model of the smallest shape, all zeros.
    fn model() -> Vec<u8> {
        let mut bytes = Vec::new();
        let put = |bytes: &mut Vec<u8>, numbers: &[i32]| {
            for number in numbers {
                bytes.extend(number.to_le_bytes());
            }
        };
        put(&mut bytes, &[MAGIC.cast_signed(), 51_864, 1500, 64, 1, 1, 448, 64, 1, 1, 80, 1]);
        put(&mut bytes, &[80, 201]);
        bytes.extend(vec![0; 80 * 201 * 4]);
        put(&mut bytes, &[2, 1]);
        bytes.extend(b"a");
        put(&mut bytes, &[2]);
        bytes.extend(b"bc");
        for _ in 0..11 + 15 + 24 {
            put(&mut bytes, &[1, 3, 0, 8]);
            bytes.extend(b"abc");
            bytes.extend(vec![0; 32]);
        }
        bytes
    }

    fn check_bytes(bytes: &[u8]) -> Result<ModelShape> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        check(file.path())
    }

    #[test]
    fn a_whole_model_gives_its_shape() {
        let shape = check_bytes(&model()).unwrap();
        assert_eq!((shape.vocabulary, shape.state, shape.audio_layers, shape.mels), (51_864, 64, 1, 80));
        assert!(!shape.is_multilingual());
    }

    #[test]
    fn a_model_cut_off_anywhere_is_told() {
        let whole = model();
        let step = 97;
        for length in (0..whole.len()).step_by(step).chain([whole.len() - 1, whole.len() - 51]) {
            let failure = check_bytes(&whole[..length]).unwrap_err().to_string();
            assert!(failure.contains("too early") || failure.contains("no weights"), "{length}: {failure}");
        }
    }

    #[test]
    fn wrong_numbers_are_told() {
        // Offset of a number in the header, a hostile value, and what is said of it.
        for (at, value, said) in [
            (0, 7, "begins with"),
            (1, 0, "vocabulary"),
            (1, i32::MAX, "vocabulary"),
            (2, -1, "encoder's length"),
            (3, 1 << 30, "width"),
            (4, 0, "heads"),
            (5, 0, "encoder layers"),
            (6, 1, "decoder's length"),
            (10, 79, "mel bands"),
            (11, 99, "number format"),
            (12, i32::MIN, "filters"),
        ] {
            let mut bytes = model();
            bytes[at * 4..at * 4 + 4].copy_from_slice(&i32::to_le_bytes(value));
            let failure = check_bytes(&bytes).unwrap_err().to_string();
            assert!(failure.contains(said) && failure.contains("rapport models pull"), "{at} {value}: {failure}");
        }
    }

    #[test]
    fn other_files_are_told_from_models() {
        for bytes in [&b"RIFF\x24\0\0\0WAVEfmt "[..], b"GGUF\x03\0\0\0", b"{\"json\": true}", &[0xff; 5000]] {
            assert!(check_bytes(bytes).unwrap_err().to_string().contains("not a whisper model"));
        }
        let folder = tempfile::tempdir().unwrap();
        assert!(check(folder.path()).is_err());
        assert!(matches!(check(&folder.path().join("none.bin")), Err(Error::Io { .. })));
    }

    #[test]
    fn fingerprints_tell_models_apart() {
        let folder = tempfile::tempdir().unwrap();
        let (one, other) = (folder.path().join("one.bin"), folder.path().join("other.bin"));
        std::fs::write(&one, model()).unwrap();
        let mut changed = model();
        *changed.last_mut().unwrap() = 1;
        std::fs::write(&other, changed).unwrap();
        let (first, second) = (fingerprint(&one).unwrap(), fingerprint(&other).unwrap());
        assert!(first.contains(":one:") && second.contains(":other:"));
        assert_ne!(first.rsplit(':').next(), second.rsplit(':').next());
        assert_eq!(first, fingerprint(&one).unwrap());
    }
}
