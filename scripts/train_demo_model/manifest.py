"""Write manifest.json beside the demo model: digest, how it was made, figures.

    python manifest.py --model FILE.bin --checkpoint DIR/train.pt --figures FIGURES.json --stages TEXT

FIGURES.json is what `evaluate.py --json` wrote for this very file.
"""
import argparse
import hashlib
import json
from pathlib import Path

import torch

import speech
import text

HOW = ("Continued from an earlier checkpoint of the same architecture, which was trained from random weights by a predecessor of "
       "these scripts on synthetic speech of flite and espeak-ng alone (about 2,900 steps, 1,350 words, 8 and then 4 voices); then "
       "trained by train.py as given under `stages`. `run.py` does all of it from random weights; that longer run was not made.")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--figures", type=Path, required=True)
    parser.add_argument("--stages", required=True, help="what was trained, in words")
    parser.add_argument("--utterances", type=int, default=20_000)
    options = parser.parse_args()
    saved, data = torch.load(options.checkpoint), options.model.read_bytes()
    manifest = {
        "file": options.model.name,
        "sha256": hashlib.sha256(data).hexdigest(),
        "bytes": len(data),
        "what": "A whisper of our own for the demo and the tests. It knows two synthetic voices and the words of the sample calls; "
                "do not use it for real recordings.",
        "shape": {"width": 128, "heads": 2, "encoder_layers": 4, "decoder_layers": 4, "vocabulary": 51864, "kind": "q8_0"},
        "made_by": "scripts/train_demo_model",
        "origin": HOW,
        "seed": 1,
        "stages": options.stages,
        "steps": saved["step"],
        "hours": round(saved["seconds"] / 3600, 2),
        "data": {"utterances": options.utterances, "words": len(text.WORDS), "synthesizer": "flite 2.2", "voices": list(speech.VOICES),
                 "speech_seed": speech.SHARD_SEED, "windows": "12 s, then 30 s; mixed voices in 30 %; noise, gain; a telephone line in 25 % of the last stage, a telephone "
                            "band in 10 % before"},
        "figures": json.loads(options.figures.read_text(encoding="utf-8")),
        "licences": {"flite and its voices rms and slt (CMU ARCTIC)": "BSD-style, Carnegie Mellon University: free use with the notice kept",
                     "espeak-ng (voices of the earlier checkpoint)": "GPL-3.0-or-later for the program; its sound is not covered",
                     "mel filters and vocabulary strings (openai-whisper)": "MIT"},
    }
    path = options.model.with_name("manifest.json")
    path.write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    print(path)


if __name__ == "__main__":
    main()
