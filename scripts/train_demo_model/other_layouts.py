"""The same weights for other programs: the layout of Hugging Face, and that of openai-whisper."""
import json
import struct

import numpy as np

import special

HUGGING_FACE_NAMES = (("blocks.", "layers."), (".cross_attn_ln.", ".encoder_attn_layer_norm."),
                      (".attn_ln.", ".self_attn_layer_norm."), (".mlp_ln.", ".final_layer_norm."),
                      (".cross_attn.", ".encoder_attn."), (".attn.", ".self_attn."), (".query.", ".q_proj."),
                      (".key.", ".k_proj."), (".value.", ".v_proj."), (".out.", ".out_proj."), (".mlp.0.", ".fc1."),
                      (".mlp.2.", ".fc2."), ("encoder.ln_post.", "encoder.layer_norm."), ("decoder.ln.", "decoder.layer_norm."),
                      ("positional_embedding", "embed_positions.weight"), ("token_embedding", "embed_tokens"))


def tokenizer(strings):
    """tokenizer.json of the GPT-2 byte pairs: the merges follow from the ranks of the joined strings."""
    visible = list(range(33, 127)) + list(range(161, 173)) + list(range(174, 256))
    letters = {byte: chr(byte) for byte in visible} | {
        byte: chr(256 + i) for i, byte in enumerate(b for b in range(256) if b not in visible)}
    spelled = ["".join(letters[byte] for byte in string) for string in strings]
    rank_of = {string: rank for rank, string in enumerate(strings)}
    merges = []
    for rank, string in enumerate(strings):
        if len(string) < 2:
            continue
        parts = [bytes([byte]) for byte in string]
        while len(parts) > 2:
            ranks = [rank_of.get(a + b, len(strings)) for a, b in zip(parts, parts[1:])]
            best = ranks.index(min(ranks))
            if min(ranks) >= rank:
                raise ValueError(f"token {rank} cannot be joined from smaller ones")
            parts[best:best + 2] = [parts[best] + parts[best + 1]]
        merges.append(" ".join("".join(letters[byte] for byte in part) for part in parts))
    # 99 language tokens, of which an English-only model uses none; readers ask for those of the tasks by name.
    names = ["<|endoftext|>", "<|startoftranscript|>", "<|en|>"]
    names += [f"<|unused{i}|>" for i in range(special.PREV - special.SOT - 5)]
    names += ["<|translate|>", "<|transcribe|>", "<|startoflm|>", "<|startofprev|>", "<|nospeech|>", "<|notimestamps|>"]
    names += [f"<|{i * 0.02:.2f}|>" for i in range(special.TIMES)]
    added = [{"id": special.EOT + i, "content": text, "single_word": False, "lstrip": False, "rstrip": False,
              "normalized": False, "special": True} for i, text in enumerate(names)]
    byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
    return {"version": "1.0", "truncation": None, "padding": None, "added_tokens": added, "normalizer": None,
            "pre_tokenizer": byte_level, "post_processor": None, "decoder": byte_level,
            "model": {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": "",
                      "end_of_word_suffix": "", "fuse_unk": False,
                      "vocab": {text: i for i, text in enumerate(spelled)}, "merges": merges}}


def hugging_face(tensors, strings, folder, heads, layers):
    """config.json, generation_config.json, model.safetensors and tokenizer.json; `layers` is (encoder, decoder)."""
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
    with open(folder / "model.safetensors", "wb") as out:
        out.write(struct.pack("<Q", len(text)) + text)
        for chunk in chunks:
            out.write(chunk)
    width = tensors["encoder.ln_post.weight"].shape[0]
    ids = {"bos_token_id": special.EOT, "eos_token_id": special.EOT, "pad_token_id": special.EOT,
           "decoder_start_token_id": special.SOT}
    config = {"architectures": ["WhisperForConditionalGeneration"], "model_type": "whisper", "activation_function": "gelu_new",
              "d_model": width, "encoder_layers": layers[0], "decoder_layers": layers[1],
              "encoder_attention_heads": heads, "decoder_attention_heads": heads, "encoder_ffn_dim": 4 * width,
              "decoder_ffn_dim": 4 * width, "num_mel_bins": 80, "max_source_positions": 1500, "max_target_positions": 448,
              "vocab_size": special.VOCABULARY, "scale_embedding": False, "torch_dtype": "float32", **ids}
    generation = {"is_multilingual": False, "no_timestamps_token_id": special.NO_TIMES, "max_initial_timestamp_index": 50,
                  "return_timestamps": True, "max_length": 448, **ids}
    (folder / "config.json").write_text(json.dumps(config, indent=1) + "\n", encoding="utf-8")
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer(strings)), encoding="utf-8")
    (folder / "generation_config.json").write_text(json.dumps(generation, indent=1) + "\n", encoding="utf-8")


def openai(tensors, path, heads, layers):
    """A checkpoint that `whisper.load_model(PATH)` of openai-whisper reads."""
    import torch

    width = tensors["encoder.ln_post.weight"].shape[0]
    dims = {"n_mels": 80, "n_audio_ctx": 1500, "n_audio_state": width, "n_audio_head": heads, "n_audio_layer": layers[0],
            "n_vocab": special.VOCABULARY, "n_text_ctx": 448, "n_text_state": width, "n_text_head": heads,
            "n_text_layer": layers[1]}
    state = {name: torch.from_numpy(np.ascontiguousarray(array, np.float32)) for name, array in tensors.items()}
    torch.save({"dims": dims, "model_state_dict": state}, path)
