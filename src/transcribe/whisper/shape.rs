//! Which of whisper.cpp's alignment presets fits a model.

use whisper_rs::DtwModelPreset;

use crate::transcribe::model_file::ModelShape;

/// The preset for a model of this shape and file name. The shape alone is not enough: a model trained by somebody else
/// in the shape of a known one has other alignment heads, and so have models distilled from it.
pub(super) fn alignment(shape: &ModelShape, file_name: &str) -> Option<DtwModelPreset> {
    let name = file_name.to_lowercase();
    // Our own widened benchmark models have the shape and the name of a known one, but not its heads.
    if name.contains("distil") || name.contains("rapport") {
        return None;
    }
    let many = shape.is_multilingual();
    let fits = |size: &str, layers: i32, state: i32| {
        name.contains(size) && (shape.audio_layers, shape.text_layers, shape.state) == (layers, layers, state)
    };
    let pick = |multilingual, english| Some(if many { multilingual } else { english });
    if fits("tiny", 4, 384) {
        pick(DtwModelPreset::Tiny, DtwModelPreset::TinyEn)
    } else if fits("base", 6, 512) {
        pick(DtwModelPreset::Base, DtwModelPreset::BaseEn)
    } else if fits("small", 12, 768) {
        pick(DtwModelPreset::Small, DtwModelPreset::SmallEn)
    } else if fits("medium", 24, 1024) {
        pick(DtwModelPreset::Medium, DtwModelPreset::MediumEn)
    } else if fits("large", 32, 1280) {
        match shape.mels {
            128 => Some(DtwModelPreset::LargeV3),
            _ if name.contains("v2") => Some(DtwModelPreset::LargeV2),
            _ if name.contains("v1") => Some(DtwModelPreset::LargeV1),
            _ => None,
        }
    } else if name.contains("turbo") && (shape.audio_layers, shape.text_layers, shape.state) == (32, 4, 1280) {
        Some(DtwModelPreset::LargeV3Turbo)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(layers: (i32, i32), state: i32, vocabulary: i32, mels: i32) -> ModelShape {
        ModelShape { vocabulary, audio_layers: layers.0, text_layers: layers.1, state, text_ctx: 448, mels }
    }

    #[test]
    fn known_models_have_a_preset_and_lookalikes_have_none() {
        let base = shape((6, 6), 512, 51_864, 80);
        assert!(matches!(alignment(&base, "ggml-base.en-q5_1.bin"), Some(DtwModelPreset::BaseEn)));
        assert!(alignment(&base, "study-q8_0.bin").is_none());
        assert!(alignment(&base, "ggml-rapport-wide-base.bin").is_none());
        assert!(alignment(&base, "ggml-small.en.bin").is_none());
        let turbo = shape((32, 4), 1280, 51_866, 128);
        assert!(matches!(alignment(&turbo, "ggml-large-v3-turbo-q5_0.bin"), Some(DtwModelPreset::LargeV3Turbo)));
        assert!(alignment(&turbo, "ggml-large-v3.bin").is_none());
        assert!(alignment(&shape((12, 4), 768, 51_864, 80), "ggml-distil-small.en.bin").is_none());
    }
}
