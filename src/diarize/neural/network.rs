//! The networks as files: ONNX, run by rten on one thread each, so that every run gives the same bytes.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rten::{Dimension, Model, RunOptions, ThreadPool};
use rten_tensor::NdTensor;
use rten_tensor::prelude::*;

use super::fbank::{BANDS, fbank};
use super::windows::WINDOW_FRAMES;
use super::{CLASSES, Embedder, Listener, WINDOW_SAMPLES};
use crate::error::{Error, Result};

/// Largest file that is read, bytes: twice the larger of the two networks that are known.
const FILE_BYTES_MAX: u64 = 64 << 20;
/// Most numbers in the answer of an embedding network; known ones give 192 to 512.
const PRINT_MAX: usize = 4096;
/// Hex digits of a file's digest that name it in reports.
const DIGEST_DIGITS: usize = 12;
/// Frames of sound with which an embedding network is tried: one second.
const TRIAL_FRAMES: usize = 100;

/// A segmentation network: `[windows, 1, samples]` in, `[windows, frames, 7]` out.
pub struct SegmentationNetwork {
    file: NetworkFile,
}

/// A network for voices: `[1, frames, 80]` in, `[1, numbers]` out.
pub struct EmbeddingNetwork {
    file: NetworkFile,
}

/// A network that was read.
struct NetworkFile {
    path: PathBuf,
    model: Model,
    digest: String,
}

impl SegmentationNetwork {
    /// Reads the network and tries it on a window of silence.
    ///
    /// # Errors
    /// [`Error::Io`] when it cannot be read, [`Error::Model`] when it is no such network.
    pub fn load(path: &Path) -> Result<Self> {
        let file =
            NetworkFile::load(path, "[windows, 1, samples]", |shape| matches!(shape, [_, one, _] if fits(one, 1)))?;
        let network = Self { file };
        network.listen(&[vec![0.0; WINDOW_SAMPLES]])?;
        Ok(network)
    }

    /// What names the file in reports.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.file.digest
    }
}

impl Listener for SegmentationNetwork {
    fn listen(&self, windows: &[Vec<f32>]) -> Result<Vec<Vec<[f32; CLASSES]>>> {
        let input = NdTensor::from_data([windows.len(), 1, WINDOW_SAMPLES], windows.concat());
        let output: NdTensor<f32, 3> = self.file.run(&input)?;
        if output.shape() != [windows.len(), WINDOW_FRAMES, CLASSES] {
            let given = output.shape();
            return Err(self.file.wrong(&format!(
                "for {} windows of 10 s it answers with the shape {given:?}, wanted are {WINDOW_FRAMES} frames of {CLASSES} classes",
                windows.len()
            )));
        }
        let values = self.file.finite(output.to_vec())?;
        let frame = |frame: &[f32]| std::array::from_fn(|class| frame[class]);
        Ok(values.chunks(WINDOW_FRAMES * CLASSES).map(|window| window.chunks(CLASSES).map(frame).collect()).collect())
    }
}

impl EmbeddingNetwork {
    /// Reads the network and tries it on a second of silence.
    ///
    /// # Errors
    /// [`Error::Io`] when it cannot be read, [`Error::Model`] when it is no such network.
    pub fn load(path: &Path) -> Result<Self> {
        let file =
            NetworkFile::load(path, "[1, frames, 80]", |shape| matches!(shape, [_, _, bands] if fits(bands, BANDS)))?;
        let network = Self { file };
        network.ask(vec![0.0; TRIAL_FRAMES * BANDS])?;
        Ok(network)
    }

    /// What names the file in reports.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.file.digest
    }

    fn ask(&self, bands: Vec<f32>) -> Result<Vec<f32>> {
        let input = NdTensor::from_data([1, bands.len() / BANDS, BANDS], bands);
        let output: NdTensor<f32, 2> = self.file.run(&input)?;
        match output.shape() {
            [1, 1..=PRINT_MAX] => self.file.finite(output.to_vec()),
            given => Err(self.file.wrong(&format!(
                "for one voice it answers with the shape {given:?}, wanted is one row of up to {PRINT_MAX} numbers"
            ))),
        }
    }
}

impl Embedder for EmbeddingNetwork {
    fn embed(&self, samples: &[f32]) -> Result<Vec<f32>> {
        self.ask(fbank(samples))
    }
}

/// Whether a dimension is of this size, or may be of any.
fn fits(dimension: &Dimension, size: usize) -> bool {
    match dimension {
        Dimension::Fixed(given) => *given == size,
        Dimension::Symbolic(_) => true,
    }
}

impl NetworkFile {
    fn load(path: &Path, wanted: &str, right: impl Fn(&[Dimension]) -> bool) -> Result<Self> {
        let wrong = |why: &str| wrong(path, why);
        let bytes = std::fs::metadata(path).map_err(Error::io("cannot read", path))?.len();
        if bytes > FILE_BYTES_MAX {
            return Err(wrong(&format!("{bytes} bytes long, at most {FILE_BYTES_MAX} are read")));
        }
        let data = std::fs::read(path).map_err(Error::io("cannot read", path))?;
        // Every ONNX file begins with its version: field 1, a number.
        if data.first() != Some(&0x08) {
            return Err(wrong("no ONNX file"));
        }
        let digest = blake3::hash(&data).to_hex()[..DIGEST_DIGITS].to_owned();
        let read = catch_unwind(|| Model::load(data)).map_err(|_| wrong("the reader of ONNX files gave up on it"))?;
        let model = read.map_err(|error| wrong(&format!("cannot be read as an ONNX network: {error}")))?;
        let (inputs, outputs) = (model.input_ids().len(), model.output_ids().len());
        if (inputs, outputs) != (1, 1) {
            return Err(wrong(&format!("it has {inputs} inputs and {outputs} outputs, wanted is one of each")));
        }
        match model.input_shape(0) {
            Some(shape) if !right(&shape) => {
                Err(wrong(&format!("its input has the shape {shape:?}, wanted is {wanted}")))
            }
            _ => Ok(Self { path: path.to_owned(), model, digest }),
        }
    }

    /// Runs the network on one thread.
    fn run<const IN: usize, const OUT: usize>(&self, input: &NdTensor<f32, IN>) -> Result<NdTensor<f32, OUT>> {
        let options = RunOptions::default().with_thread_pool(Some(Arc::new(ThreadPool::with_num_threads(1))));
        let run = || self.model.run_one(input.view().into(), Some(options));
        let ran = catch_unwind(AssertUnwindSafe(run)).map_err(|_| self.wrong("it fails on its input"))?;
        let value = ran.map_err(|error| self.wrong(&format!("it fails on its input: {error}")))?;
        value.try_into().map_err(|_| self.wrong(&format!("its output is not of {OUT} dimensions of real numbers")))
    }

    fn finite(&self, values: Vec<f32>) -> Result<Vec<f32>> {
        // Nobody's logarithm may be minus infinity; a NaN is a broken network.
        if values.iter().any(|value| value.is_nan() || *value == f32::INFINITY) {
            return Err(self.wrong("its output holds what is no number"));
        }
        Ok(values)
    }

    fn wrong(&self, why: &str) -> Error {
        wrong(&self.path, why)
    }
}

fn wrong(path: &Path, why: &str) -> Error {
    let next = "get the right file with `rapport models pull voices`, or remove this one";
    Error::Model { path: path.to_owned(), why: format!("{why}; {next}") }
}
