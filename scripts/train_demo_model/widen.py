"""Widen the demo model to the shape of a larger whisper, for benchmarks: same words, real cost.

    python widen.py --output-dir DIR [--model FILE] [--sizes base small] [--layout ggml hugging-face openai]

Needs numpy alone (and PyTorch for the layout of openai-whisper). `--sizes own` leaves the size as it is: together
with `--layout` that exports the very weights for other programs.

Each channel is copied k times and each following linear map divided by k, which leaves every layer norm,
attention share and logit as it was; the layers added are ones whose outputs are zero. This is exact for
tiny (k = 3), base (4), small (6), medium (8) and the shape of large-v3-turbo (10) up to the rounding of
half floats, with two exceptions of form. The head size of whisper is 64 everywhere: a head becomes k
equal heads. Large-v3-turbo hears 128 mel bands and has 51,866 multilingual tokens; its file here keeps 80 bands
and our 51,864 tokens, as other bands cannot be made of 80 exactly and other token ids mean another
language set, so the cost of its first convolution (under 1 % of the encoder) differs.

DIR should be a folder that git ignores: the files take 70 MB to 1.6 GB.
"""
import argparse
from pathlib import Path

import numpy as np

import ggml
import other_layouts

# name: (copies of each channel, encoder layers, decoder layers)
SIZES = {"own": (1, 4, 4), "tiny": (3, 4, 4), "base": (4, 6, 6), "small": (6, 12, 12), "medium": (8, 24, 24),
         "large-v3-turbo": (10, 32, 4)}
HEADS = 2
MODEL = Path(__file__).resolve().parents[2] / "models/demo/ggml-rapport-demo.bin"


def blocks(tensors, side, layers, k):
    """The layers of one side, widened, with layers of zero output behind them."""
    own = 1 + max(int(name.split(".")[2]) for name in tensors if name.startswith(f"{side}.blocks."))
    out = {}
    for layer in range(layers):
        prefix = f"{side}.blocks.{layer % own}."
        for name, array in tensors.items():
            if name.startswith(prefix):
                leaf = name[len(prefix):]
                wide = np.tile(array, k) if array.ndim == 1 else np.tile(array, (k, k)) / k
                if layer >= own and leaf.startswith(("attn.out", "cross_attn.out", "mlp.2")):
                    wide = np.zeros_like(wide)
                out[f"{side}.blocks.{layer}.{leaf}"] = wide
    return out


def widen(t, k, encoder_layers, decoder_layers):
    """The same function with k times as many channels."""
    out = {"encoder.positional_embedding": np.tile(t["encoder.positional_embedding"], (1, k)),
           "encoder.conv1.weight": np.tile(t["encoder.conv1.weight"], (k, 1, 1)),
           "encoder.conv1.bias": np.tile(t["encoder.conv1.bias"], k),
           "encoder.conv2.weight": np.tile(t["encoder.conv2.weight"], (k, k, 1)) / k,
           "encoder.conv2.bias": np.tile(t["encoder.conv2.bias"], k),
           "encoder.ln_post.weight": np.tile(t["encoder.ln_post.weight"], k),
           "encoder.ln_post.bias": np.tile(t["encoder.ln_post.bias"], k),
           "decoder.positional_embedding": np.tile(t["decoder.positional_embedding"], (1, k)),
           "decoder.token_embedding.weight": np.tile(t["decoder.token_embedding.weight"], (1, k)),
           # The logits are a sum over channels, so the last norm carries their division by k.
           "decoder.ln.weight": np.tile(t["decoder.ln.weight"], k) / k,
           "decoder.ln.bias": np.tile(t["decoder.ln.bias"], k) / k}
    return out | blocks(t, "encoder", encoder_layers, k) | blocks(t, "decoder", decoder_layers, k)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--model", type=Path, default=MODEL)
    parser.add_argument("--output-dir", type=Path, required=True)
    parser.add_argument("--sizes", nargs="+", choices=SIZES, default=["base"])
    parser.add_argument("--kind", choices=ggml.KINDS, default="f16", help="of the ggml files")
    parser.add_argument("--layout", nargs="+", choices=("ggml", "hugging-face", "openai"), default=["ggml"])
    options = parser.parse_args()
    head, strings, tensors = ggml.read(options.model)
    options.output_dir.mkdir(parents=True, exist_ok=True)
    for size in options.sizes:
        k, encoder_layers, decoder_layers = SIZES[size]
        wide, layers = widen(tensors, k, encoder_layers, decoder_layers), (encoder_layers, decoder_layers)
        name = f"rapport-wide-{size}"
        if "ggml" in options.layout:
            path = options.output_dir / f"ggml-{name}.bin"
            ggml.write(path, wide, HEADS * k, layers, options.kind, head)
            print(f"{path}: {path.stat().st_size} bytes")
        if "hugging-face" in options.layout:
            other_layouts.hugging_face(wide, strings, options.output_dir / name, HEADS * k, layers)
        if "openai" in options.layout:
            other_layouts.openai(wide, options.output_dir / f"{name}.pt", HEADS * k, layers)


if __name__ == "__main__":
    main()
