"""Whisper weights as a folder that faster-whisper reads, without PyTorch."""
import json

import ctranslate2.specs.whisper_spec as whisper_spec
import numpy as np
from ctranslate2.specs import common_spec


def weights(spec, tensors, name, biased=True):
    """A linear map or convolution; `biased=False` where the model has no bias."""
    spec.weight = np.ascontiguousarray(tensors[name + ".weight"], np.float32)
    if biased:
        spec.bias = np.ascontiguousarray(tensors[name + ".bias"], np.float32)


def norm(spec, tensors, name):
    spec.gamma = np.ascontiguousarray(tensors[name + ".weight"], np.float32)
    spec.beta = np.ascontiguousarray(tensors[name + ".bias"], np.float32)


def fused(spec, tensors, names):
    """Several linear maps of one input as one; keys have no bias, which is a bias of zero."""
    spec.weight = np.concatenate([tensors[name + ".weight"] for name in names]).astype(np.float32)
    absent = np.zeros(tensors[names[0] + ".weight"].shape[0], np.float32)
    spec.bias = np.concatenate([tensors.get(name + ".bias", absent) for name in names]).astype(np.float32)


def layer(spec, tensors, prefix, decodes):
    attention = spec.self_attention
    norm(attention.layer_norm, tensors, prefix + "attn_ln")
    fused(attention.linear[0], tensors, [prefix + "attn." + part for part in ("query", "key", "value")])
    weights(attention.linear[1], tensors, prefix + "attn.out")
    if decodes:
        norm(spec.attention.layer_norm, tensors, prefix + "cross_attn_ln")
        fused(spec.attention.linear[0], tensors, [prefix + "cross_attn.query"])
        fused(spec.attention.linear[1], tensors, [prefix + "cross_attn." + part for part in ("key", "value")])
        weights(spec.attention.linear[2], tensors, prefix + "cross_attn.out")
    norm(spec.ffn.layer_norm, tensors, prefix + "mlp_ln")
    weights(spec.ffn.linear_0, tensors, prefix + "mlp.0")
    weights(spec.ffn.linear_1, tensors, prefix + "mlp.2")


def write(tensors, tokenizer, folder, heads, layers):
    """model.bin and what lies beside it; `layers` is (encoder, decoder), `tokenizer` the content of tokenizer.json."""
    spec = whisper_spec.WhisperSpec(layers[0], heads, layers[1], heads)
    spec.decoder.activation = np.dtype("int8").type(common_spec.Activation.GELUTanh)
    weights(spec.encoder.conv1, tensors, "encoder.conv1")
    weights(spec.encoder.conv2, tensors, "encoder.conv2")
    spec.encoder.position_encodings.encodings = tensors["encoder.positional_embedding"].astype(np.float32)
    norm(spec.encoder.layer_norm, tensors, "encoder.ln_post")
    spec.decoder.position_encodings.encodings = tensors["decoder.positional_embedding"].astype(np.float32)
    weights(spec.decoder.embeddings, tensors, "decoder.token_embedding", biased=False)
    weights(spec.decoder.projection, tensors, "decoder.token_embedding", biased=False)
    norm(spec.decoder.layer_norm, tensors, "decoder.ln")
    for side, one, decodes in (("encoder", spec.encoder, False), ("decoder", spec.decoder, True)):
        for number, layer_spec in enumerate(one.layer):
            layer(layer_spec, tensors, f"{side}.blocks.{number}.", decodes)
    known = tokenizer["model"]["vocab"] | {token["content"]: token["id"] for token in tokenizer["added_tokens"]}
    spec.register_vocabulary(sorted(known, key=known.get))
    # The last half of the layers, as the converter of ctranslate2 has it where a model does not say.
    spec.config.alignment_heads = [[at, head] for at in range(layers[1] // 2, layers[1]) for head in range(heads)]
    spec.config.suppress_ids, spec.config.suppress_ids_begin, spec.config.lang_ids = [], [220, 50256], []
    spec.validate()
    spec.optimize(quantization=None)
    folder.mkdir(parents=True, exist_ok=True)
    spec.save(str(folder))
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer), encoding="utf-8")
