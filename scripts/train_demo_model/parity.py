"""Check that whisper.cpp sees what training saw: the same spectrum, and the same answer from it.

    python parity.py --checkpoint DIR/train.pt

whisper.cpp keeps its spectrum to itself, so it is compared by what follows from it: the probabilities
after its own `whisper_pcm_to_mel` against those after `whisper_set_mel` with our spectrum. Then the exported f16
file's probabilities in whisper.cpp are compared with those of the PyTorch model.
"""
import argparse
import ctypes
import tempfile
from pathlib import Path

import numpy as np
import torch

import export
import features
import ggml
import model
import special
import speech
import tokens
from model import Compact

# Largest differences of a probability; whisper.cpp's half floats and its GELU table are in them.
SPECTRUM_BAR, MODEL_BAR = 0.005, 0.03


def library():
    """The libwhisper that comes with pywhispercpp."""
    import _pywhispercpp

    root = Path(_pywhispercpp.__file__).parent
    path = next(p for p in sorted(root.rglob("libwhisper*.so*")))
    lib = ctypes.CDLL(str(path))
    lib.whisper_init_from_file.restype = ctypes.c_void_p
    lib.whisper_get_logits.restype = ctypes.POINTER(ctypes.c_float)
    return lib


def whisper_logits(lib, context, ids):
    """Logits of the token after `ids`, for the spectrum that is set."""
    context = ctypes.c_void_p(context)
    assert lib.whisper_encode(context, 0, 1) == 0
    array = (ctypes.c_int * len(ids))(*ids)
    assert lib.whisper_decode(context, array, len(ids), 0, 1) == 0
    return np.ctypeslib.as_array(lib.whisper_get_logits(context), (len(ids), special.VOCABULARY))[-1].copy()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--checkpoint", type=Path, required=True)
    options = parser.parse_args()
    utterance = speech.utter("Please send me the new plan by Friday.", "slt", 1.0)
    sound = np.zeros(30 * speech.RATE_HZ, np.float32)
    sound[8_000:8_000 + len(utterance.sound)] = utterance.sound / 40_000
    mel = features.normalised(features.log_mel(sound))
    words = tokens.encode(" Please send me the")
    ids = [special.SOT, special.FIRST_TIME + 26] + words
    lib = library()
    with tempfile.NamedTemporaryFile(suffix=".bin") as file:
        ggml.write(Path(file.name), export.tensors_of(options.checkpoint, "average"), model.HEADS,
                   (model.LAYERS, model.LAYERS), "f16")
        context = lib.whisper_init_from_file(file.name.encode())
    handle = ctypes.c_void_p(context)
    pointer = ctypes.POINTER(ctypes.c_float)
    assert lib.whisper_pcm_to_mel(handle, sound.ctypes.data_as(pointer), len(sound), 1) == 0
    theirs = whisper_logits(lib, context, ids)
    turned = np.ascontiguousarray(mel.T)
    assert lib.whisper_set_mel(handle, turned.ctypes.data_as(pointer), turned.shape[1], features.MELS) == 0
    ours = whisper_logits(lib, context, ids)
    net = model.Whisper(len(speech.PHONES))
    net.load_state_dict(torch.load(options.checkpoint)["average"])
    with torch.no_grad():
        encoded = net.encode(torch.from_numpy(mel)[None], torch.zeros(1, dtype=torch.long))
        compact = [Compact.sot, Compact.first_time + 26] + [Compact.of_token[t] for t in words]
        logits = net.decode(encoded, torch.tensor([compact]))[0][0, -1].numpy()
    soft = lambda x: np.exp(x - x.max()) / np.exp(x - x.max()).sum()  # noqa: E731
    whole = np.concatenate([ours[Compact.used], ours[special.FIRST_TIME:special.FIRST_TIME + special.TIMES]])
    mine = np.concatenate([logits[:Compact.text_count], logits[Compact.first_time:]])
    spectrum, network = np.abs(soft(theirs) - soft(ours)).max(), np.abs(soft(whole) - soft(mine)).max()
    print(f"largest difference of a probability: {spectrum:.5f} by the spectrum (bar {SPECTRUM_BAR}), "
          f"{network:.5f} by the network (bar {MODEL_BAR}); the likeliest token has {soft(mine).max():.3f}")
    if spectrum > SPECTRUM_BAR or network > MODEL_BAR:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
