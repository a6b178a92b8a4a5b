"""Read and write whisper.cpp's ggml files: f16, q8_0 and q5_0.

The layout is that of whisper.cpp's convert-pt-to-ggml.py, the blocks are those of ggml-quants.c.
"""
import struct

import numpy as np

import special

MAGIC, BLOCK = 0x67676D6C, 32
AUDIO_FRAMES, TEXT_POSITIONS, MELS = 1_500, 448, 80
SIZES_BYTES = 48  # twelve integers


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


def head():
    """What a file says between its sizes and its tensors: mel filters and the vocabulary."""
    import features
    import tokens

    parts = [struct.pack("2i", *features.FILTERS.shape), features.FILTERS.tobytes(), struct.pack("i", len(tokens.STRINGS))]
    for string in tokens.STRINGS:
        parts.append(struct.pack("i", len(string)) + string)
    return b"".join(parts)


def write(path, tensors, heads, layers, kind, head_bytes=None):
    """Write OpenAI-named float32 arrays; `layers` is (encoder, decoder), `head_bytes` that of `read` or `head`."""
    width = tensors["encoder.ln_post.weight"].shape[0]
    with open(path, "wb") as out:
        out.write(struct.pack("12i", MAGIC, special.VOCABULARY, AUDIO_FRAMES, width, heads, layers[0], TEXT_POSITIONS,
                              width, heads, layers[1], MELS, KINDS[kind][0]))
        out.write(head() if head_bytes is None else head_bytes)
        for name, array in tensors.items():
            if name in ("encoder.conv1.bias", "encoder.conv2.bias"):
                array = array.reshape(-1, 1)
            kind_number, data = tensor_bytes(name, array, kind)
            out.write(struct.pack("3i", array.ndim, len(name), kind_number))
            out.write(struct.pack(f"{array.ndim}i", *array.shape[::-1]) + name.encode() + data)


def values(kind, raw, shape):
    """A tensor of a file as float32."""
    if kind in (0, 1):
        return np.frombuffer(raw, np.float32 if kind == 0 else np.float16).astype(np.float32).reshape(shape)
    if kind != 8:
        raise ValueError(f"tensor type {kind}: wanted f32, f16 or q8_0; export with --kind q8_0 or f16")
    rows = np.frombuffer(raw, np.uint8).reshape(-1, 2 + BLOCK)
    scale = rows[:, :2].copy().view(np.float16).astype(np.float32)
    return (rows[:, 2:].view(np.int8).astype(np.float32) * scale).reshape(shape)


def read(path):
    """(head, vocabulary strings, {name: float32 array}) of a file."""
    data, at = path.read_bytes(), SIZES_BYTES
    magic, = struct.unpack_from("i", data)
    if magic != MAGIC:
        raise ValueError(f"{path}: no ggml file")
    bands, bins = struct.unpack_from("2i", data, at)
    at += 8 + 4 * bands * bins
    count, = struct.unpack_from("i", data, at)
    at += 4
    strings, tensors = [], {}
    for _ in range(count):
        length, = struct.unpack_from("i", data, at)
        strings.append(data[at + 4:at + 4 + length])
        at += 4 + length
    head_bytes = data[SIZES_BYTES:at]
    while at < len(data):
        rank, length, kind = struct.unpack_from("3i", data, at)
        shape = struct.unpack_from(f"{rank}i", data, at + 12)[::-1]
        at += 12 + 4 * rank
        name, at = data[at:at + length].decode(), at + length
        size = int(np.prod(shape))
        size = size * {0: 4, 1: 2}[kind] if kind in (0, 1) else size // BLOCK * (2 + BLOCK)
        array = values(kind, data[at:at + size], shape)
        tensors[name] = array.ravel() if name in ("encoder.conv1.bias", "encoder.conv2.bias") else array
        at += size
    return head_bytes, strings, tensors
