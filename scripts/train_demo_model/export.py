"""Write a checkpoint of train.py as a ggml file.

    python export.py --checkpoint DIR/train.pt --output FILE.bin [--kind q8_0] [--weights average]
"""
import argparse
from pathlib import Path

import torch

import ggml
import model


def tensors_of(checkpoint, weights):
    """OpenAI-named arrays of a checkpoint."""
    return model.export(torch.load(checkpoint)[weights])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--kind", choices=ggml.KINDS, default="q8_0")
    parser.add_argument("--weights", choices=("average", "model"), default="average")
    options = parser.parse_args()
    ggml.write(options.output, tensors_of(options.checkpoint, options.weights), model.HEADS,
               (model.LAYERS, model.LAYERS), options.kind)
    print(f"{options.output}: {options.output.stat().st_size} bytes")
