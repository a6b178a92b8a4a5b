"""Write whisper.cpp's ggml files: f16, q8_0 and q5_0.

The layout is that of whisper.cpp's convert-pt-to-ggml.py, the blocks are those of ggml-quants.c.
"""
import struct

import numpy as np

import features
import tokens

MAGIC, BLOCK = 0x67676D6C, 32
AUDIO_FRAMES, TEXT_POSITIONS, MELS = 1_500, 448, 80


def q8_0(array):
    """Blocks of 32: a half-float scale and 32 signed bytes."""
    rows = array.reshape(-1, BLOCK).astype(np.float32)
    scale = np.abs(rows).max(1) / 127.0
    inverse = np.where(scale > 0, 1 / np.maximum(scale, 1e-30), 0)
    out = np.zeros((len(rows), 2 + BLOCK), np.uint8)
    out[:, :2] = scale.astype(np.float16).view(np.uint8).reshape(-1, 2)
    out[:, 2:] = np.round(rows * inverse[:, None]).astype(np.int8).view(np.uint8)
    return out.tobytes()


def q5_0(array):
    """Blocks of 32: a half-float scale, 32 high bits, 32 low nibbles."""
    rows = array.reshape(-1, BLOCK).astype(np.float32)
    extreme = rows[np.arange(len(rows)), np.abs(rows).argmax(1)]
    scale = extreme / -16.0
    inverse = np.where(scale != 0, 1 / np.where(scale == 0, 1, scale), 0)
    codes = np.clip((rows * inverse[:, None] + 16.5).astype(np.int32), 0, 31).astype(np.uint32)
    low, high = codes[:, :16], codes[:, 16:]
    bits = np.zeros(len(rows), np.uint32)
    for j in range(16):
        bits |= ((low[:, j] >> 4) << j) | ((high[:, j] >> 4) << (j + 16))
    out = np.zeros((len(rows), 22), np.uint8)
    out[:, :2] = scale.astype(np.float16).view(np.uint8).reshape(-1, 2)
    out[:, 2:6] = bits.view(np.uint8).reshape(-1, 4)
    out[:, 6:] = ((low & 15) | ((high & 15) << 4)).astype(np.uint8)
    return out.tobytes()


# name: (file type, tensor type, encoder of matrices)
KINDS = {"f16": (1, 1, None), "q8_0": (2007, 8, q8_0), "q5_0": (2008, 6, q5_0)}


def tensor_bytes(name, array, kind):
    """(tensor type, bytes): vectors and positions stay float32, convolutions float16."""
    _, matrix_type, quantize = KINDS[kind]
    if array.ndim < 2 or name.endswith("positional_embedding") or "conv" in name and name.endswith("bias"):
        return 0, np.ascontiguousarray(array, np.float32).tobytes()
    if array.ndim == 3 or quantize is None:
        return 1, np.ascontiguousarray(array).astype(np.float16).tobytes()
    return matrix_type, quantize(np.ascontiguousarray(array))


def write(path, tensors, heads, layers, kind):
    """Write OpenAI-named float32 arrays; `layers` is (encoder, decoder)."""
    width = tensors["encoder.ln_post.weight"].shape[0]
    with open(path, "wb") as out:
        out.write(struct.pack("12i", MAGIC, tokens.VOCABULARY, AUDIO_FRAMES, width, heads, layers[0], TEXT_POSITIONS,
                              width, heads, layers[1], MELS, KINDS[kind][0]))
        out.write(struct.pack("2i", *features.FILTERS.shape) + features.FILTERS.tobytes())
        out.write(struct.pack("i", len(tokens.STRINGS)))
        for string in tokens.STRINGS:
            out.write(struct.pack("i", len(string)) + string)
        for name, array in tensors.items():
            if name in ("encoder.conv1.bias", "encoder.conv2.bias"):
                array = array.reshape(-1, 1)
            kind_number, data = tensor_bytes(name, array, kind)
            out.write(struct.pack("3i", array.ndim, len(name), kind_number))
            out.write(struct.pack(f"{array.ndim}i", *array.shape[::-1]) + name.encode() + data)
