"""Widen the demo model to the shape of a larger whisper, for benchmarks: same words, real cost.

    python widen.py --model ../../models/demo/ggml-rapport-demo.bin --output-dir DIR [--sizes base small]
    python widen.py --model ... --output-dir DIR --hugging-face

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
import json
import struct
from pathlib import Path

import numpy as np

import ggml
import tokens

# name: (copies of each channel, encoder layers, decoder layers)
SIZES = {"tiny": (3, 4, 4), "base": (4, 6, 6), "small": (6, 12, 12), "medium": (8, 24, 24), "large-v3-turbo": (10, 32, 4)}
HEADS = 2


def values(kind, raw, shape):
    """A tensor of a ggml file as float32."""
    if kind in (0, 1):
        return np.frombuffer(raw, np.float32 if kind == 0 else np.float16).astype(np.float32).reshape(shape)
    if kind != 8:
        raise ValueError(f"tensor type {kind}: wanted f32, f16 or q8_0; export with --kind q8_0 or f16")
    blocks = np.frombuffer(raw, np.uint8).reshape(-1, 34)
    scale = blocks[:, :2].copy().view(np.float16).astype(np.float32)
    return (blocks[:, 2:].view(np.int8).astype(np.float32) * scale).reshape(shape)


def read(path):
    """{name: float32 array} of a ggml file."""
    data, at = path.read_bytes(), 48
    bands, bins = struct.unpack_from("2i", data, at)
    at += 8 + 4 * bands * bins
    count, = struct.unpack_from("i", data, at)
    at += 4
    for _ in range(count):
        at += 4 + struct.unpack_from("i", data, at)[0]
    tensors = {}
    while at < len(data):
        rank, length, kind = struct.unpack_from("3i", data, at)
        shape = struct.unpack_from(f"{rank}i", data, at + 12)[::-1]
        at += 12 + 4 * rank
        name, at = data[at:at + length].decode(), at + length
        size = int(np.prod(shape)) * {0: 4, 1: 2}.get(kind, 0) or int(np.prod(shape)) // 32 * 34
        array = values(kind, data[at:at + size], shape)
        tensors[name] = array.ravel() if name in ("encoder.conv1.bias", "encoder.conv2.bias") else array
        at += size
    return tensors


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


HUGGING_FACE_NAMES = (("blocks.", "layers."), (".cross_attn_ln.", ".encoder_attn_layer_norm."),
                      (".attn_ln.", ".self_attn_layer_norm."), (".mlp_ln.", ".final_layer_norm."),
                      (".cross_attn.", ".encoder_attn."), (".attn.", ".self_attn."), (".query.", ".q_proj."),
                      (".key.", ".k_proj."), (".value.", ".v_proj."), (".out.", ".out_proj."), (".mlp.0.", ".fc1."),
                      (".mlp.2.", ".fc2."), ("encoder.ln_post.", "encoder.layer_norm."), ("decoder.ln.", "decoder.layer_norm."),
                      ("positional_embedding", "embed_positions.weight"), ("token_embedding", "embed_tokens"))


def tokenizer():
    """tokenizer.json of the GPT-2 byte pairs: the merges follow from the ranks of the joined strings."""
    visible = list(range(33, 127)) + list(range(161, 173)) + list(range(174, 256))
    letters = {byte: chr(byte) for byte in visible} | {
        byte: chr(256 + i) for i, byte in enumerate(b for b in range(256) if b not in visible)}
    spelled = ["".join(letters[byte] for byte in string) for string in tokens.STRINGS]
    merges = []
    for rank, string in enumerate(tokens.STRINGS):
        if len(string) < 2:
            continue
        parts = [bytes([byte]) for byte in string]
        while len(parts) > 2:
            ranks = [tokens.RANK.get(a + b, len(tokens.STRINGS)) for a, b in zip(parts, parts[1:])]
            best = ranks.index(min(ranks))
            if min(ranks) >= rank:
                raise ValueError(f"token {rank} cannot be joined from smaller ones")
            parts[best:best + 2] = [parts[best] + parts[best + 1]]
        merges.append(" ".join("".join(letters[byte] for byte in part) for part in parts))
    special = ["<|endoftext|>", "<|startoftranscript|>"] + [f"<|unused{i}|>" for i in range(tokens.PREV - tokens.SOT - 3)]
    special += ["<|transcribe|>", "<|startoflm|>", "<|startofprev|>", "<|nospeech|>", "<|notimestamps|>"]
    special += [f"<|{i * 0.02:.2f}|>" for i in range(tokens.TIMES)]
    added = [{"id": tokens.EOT + i, "content": text, "single_word": False, "lstrip": False, "rstrip": False,
              "normalized": False, "special": True} for i, text in enumerate(special)]
    byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
    return {"version": "1.0", "truncation": None, "padding": None, "added_tokens": added, "normalizer": None,
            "pre_tokenizer": byte_level, "post_processor": None, "decoder": byte_level,
            "model": {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": "",
                      "end_of_word_suffix": "", "fuse_unk": False,
                      "vocab": {text: i for i, text in enumerate(spelled)}, "merges": merges}}


def hugging_face(tensors, folder, k, encoder_layers, decoder_layers):
    """config.json, generation_config.json, model.safetensors and tokenizer.json."""
    folder.mkdir(parents=True, exist_ok=True)
    header, chunks, at = {}, [], 0
    for name, array in tensors.items():
        for old, new in HUGGING_FACE_NAMES:
            name = name.replace(old, new)
        raw = np.ascontiguousarray(array, np.float32).tobytes()
        header["model." + name] = {"dtype": "F32", "shape": list(array.shape), "data_offsets": [at, at + len(raw)]}
        chunks.append(raw)
        at += len(raw)
    text = json.dumps(header | {"__metadata__": {"format": "pt"}}).encode()
    text += b" " * (-len(text) % 8)
    (folder / "model.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + b"".join(chunks))
    width = 128 * k
    ids = {"bos_token_id": tokens.EOT, "eos_token_id": tokens.EOT, "pad_token_id": tokens.EOT,
           "decoder_start_token_id": tokens.SOT}
    config = {"architectures": ["WhisperForConditionalGeneration"], "model_type": "whisper", "activation_function": "gelu_new",
              "d_model": width, "encoder_layers": encoder_layers, "decoder_layers": decoder_layers,
              "encoder_attention_heads": HEADS * k, "decoder_attention_heads": HEADS * k, "encoder_ffn_dim": 4 * width,
              "decoder_ffn_dim": 4 * width, "num_mel_bins": 80, "max_source_positions": 1500, "max_target_positions": 448,
              "vocab_size": tokens.VOCABULARY, "scale_embedding": False, "torch_dtype": "float32", **ids}
    generation = {"is_multilingual": False, "no_timestamps_token_id": tokens.NO_TIMES, "max_initial_timestamp_index": 50,
                  "return_timestamps": True, "max_length": 448, **ids}
    (folder / "config.json").write_text(json.dumps(config, indent=1) + "\n", encoding="utf-8")
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer()), encoding="utf-8")
    (folder / "generation_config.json").write_text(json.dumps(generation, indent=1) + "\n", encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--output-dir", type=Path, required=True)
    parser.add_argument("--sizes", nargs="*", choices=SIZES, default=["base"])
    parser.add_argument("--kind", choices=ggml.KINDS, default="f16")
    parser.add_argument("--hugging-face", action="store_true", help="the Hugging Face layout instead of ggml, at the model's own size")
    options = parser.parse_args()
    tensors = read(options.model)
    options.output_dir.mkdir(parents=True, exist_ok=True)
    if options.hugging_face:
        hugging_face(tensors, options.output_dir, 1, 4, 4)
        return
    for size in options.sizes:
        k, encoder_layers, decoder_layers = SIZES[size]
        path = options.output_dir / f"ggml-rapport-wide-{size}.bin"
        ggml.write(path, widen(tensors, k, encoder_layers, decoder_layers), HEADS * k, (encoder_layers, decoder_layers), options.kind)
        print(f"{path}: {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
