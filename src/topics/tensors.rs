//! Reads the tables of the models: named arrays in the layout of safetensors (eight bytes that tell how long a JSON
//! header is, the header, the numbers, little-endian).

use std::collections::BTreeMap;

use serde::Deserialize;

/// The arrays of one file.
#[derive(Debug)]
pub(super) struct Tensors {
    header: BTreeMap<String, Entry>,
    numbers: &'static [u8],
}

#[derive(Debug, Deserialize)]
struct Entry {
    dtype: String,
    shape: Vec<usize>,
    data_offsets: (usize, usize),
}

impl Tensors {
    /// Those of a file that is part of the program; one that does not parse is a fault of the build.
    pub(super) fn parse(bytes: &'static [u8]) -> Self {
        let (length, rest) = bytes.split_at(8);
        let length = u64::from_le_bytes(length.try_into().expect("eight bytes were taken"));
        let (header, numbers) = rest.split_at(length as usize);
        let header = serde_json::from_slice(header).expect("the models are part of the program and under test");
        Self { header, numbers }
    }

    fn bytes(&self, name: &str, dtype: &str) -> &'static [u8] {
        let entry = self.header.get(name).unwrap_or_else(|| panic!("the model has no array {name}"));
        assert_eq!(entry.dtype, dtype, "the array {name}");
        &self.numbers[entry.data_offsets.0..entry.data_offsets.1]
    }

    /// Rows and columns of an array.
    pub(super) fn shape(&self, name: &str) -> &[usize] {
        &self.header[name].shape
    }

    /// An array of floats.
    pub(super) fn floats(&self, name: &str) -> Vec<f32> {
        let four = self.bytes(name, "F32").as_chunks::<4>().0;
        four.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect()
    }

    /// An array of whole numbers of eight bytes.
    pub(super) fn longs(&self, name: &str) -> Vec<u64> {
        let eight = self.bytes(name, "I64").as_chunks::<8>().0;
        eight.iter().map(|bytes| u64::from_le_bytes(*bytes)).collect()
    }

    /// An array of small whole numbers, one a byte.
    pub(super) fn small(&self, name: &str) -> &'static [u8] {
        self.bytes(name, "I8")
    }

    /// A text.
    pub(super) fn text(&self, name: &str) -> &'static str {
        std::str::from_utf8(self.bytes(name, "U8")).expect("the models hold text as UTF-8")
    }
}
