"""Learns the table of embedding.py: the mean over a text's pieces is to come near to what the encoder of teacher.py says of
the whole text, along the axes on which texts of conversations differ most. Pieces that occur in no text keep the place that
the encoder gives them by themselves (as in Model2Vec, van Dongen and Tulkens 2024)."""
import json
import random
import re
from pathlib import Path

import numpy as np

import teacher
from embedding import pieces
from meetings import HELD

FIRST_WORD = 999        # of the vocabulary; before it stand [PAD], [UNK], unused entries and punctuation
DIMENSIONS = 64
# How much a piece by itself counts at first, against the other pieces of a text: SIF_A / (SIF_A + its share of running text)
# (Arora et al. 2017). The share is Zipf's, by rank in the vocabulary, which is sorted by frequency.
SIF_A = 1e-3
ALONE = 0.7             # share of it that is kept, since a mean of pieces says less than a piece by itself
SIZE = 3.0              # vectors are made so much longer, to be about as large as the other signs
OTHER_TEXTS_MAX = 26000
WORDS_MIN = 4           # of what is said in meetings
EPOCHS, BATCH, RATE = 25, 512, 2e-3
DROPPED = 0.15          # share of the pieces that are left out of a text in training
STAY = 1e-3             # what it costs a piece to leave its first place
SEED = 1


def said_in(path):
    """Texts of a file of JSON lines: what stands under `text`, wherever; of meetings only utterances of some length."""
    for line in Path(path).read_text(encoding="utf-8").splitlines():
        stack = [json.loads(line)]
        if stack[0].get("type") in ("meta", "topic"):
            continue
        while stack:
            one = stack.pop()
            if isinstance(one, dict):
                text = one.get("text")
                if isinstance(text, str) and ("type" not in one or len(text.split()) >= WORDS_MIN):
                    yield text
                stack += one.values()
            elif isinstance(one, list):
                stack += one


def texts_of(calls, places):
    """Texts of labelled calls in English, and some of what stands in files of JSON lines."""
    own = [u["text"] for call in calls if call["language"] == "en" for u in call["utterances"]]
    files = [f for place in places for f in ([Path(place)] if Path(place).is_file() else sorted(Path(place).glob("*.jsonl")))]
    other = sorted({text for f in files if not f.name.startswith(HELD) for text in said_in(f)})
    random.Random(SEED).shuffle(other)
    return own + other[:OTHER_TEXTS_MAX]


def learn(calls, places):
    """The vocabulary that is kept, and a vector for each of its pieces."""
    vocabulary = teacher.vocabulary()
    keep = [i for i, piece in enumerate(vocabulary) if re.fullmatch(r"(##)?[a-z0-9]+", piece) and i >= FIRST_WORD]
    all_pieces = {piece: i for i, piece in enumerate(vocabulary)}
    index = {vocabulary[i]: at for at, i in enumerate(keep)}
    texts = texts_of(calls, places)
    wanted = teacher.encode([pieces(text, all_pieces) for text in texts])
    mean = wanted.mean(0)
    axes = np.linalg.svd(wanted - mean, full_matrices=False)[2][:DIMENSIONS].T
    axes *= np.sign(axes[np.abs(axes).argmax(0), np.arange(DIMENSIONS)])
    alone = teacher.encode([[i] for i in keep])
    rank = np.arange(2, len(keep) + 2)
    share = (1 / rank) / (1 / rank).sum()
    first = ALONE * ((alone - alone.mean(0)) @ axes) * (SIF_A / (SIF_A + share))[:, None]
    table, bias = fit([pieces(text, index) for text in texts], ((wanted - mean) @ axes).astype(np.float32), first.astype(np.float32))
    return [vocabulary[i] for i in keep], SIZE * (table + bias)


def fit(texts, wanted, first):
    """Least squares by Adam (Kingma and Ba 2015)."""
    import jax
    import jax.numpy as jnp

    ids = np.zeros((len(texts), teacher.PIECES_MAX), np.int32)
    for i, text in enumerate(texts):
        ids[i, :len(text[:teacher.PIECES_MAX])] = [at + 1 for at in text[:teacher.PIECES_MAX]]
    first = jnp.concatenate([jnp.zeros((1, DIMENSIONS)), jnp.asarray(first)])

    def loss(p, x, y, key):
        mask = (x > 0) * jax.random.bernoulli(key, 1 - DROPPED, x.shape)
        mean = (p["table"][x] * mask[..., None]).sum(1) / jnp.maximum(mask.sum(1, keepdims=True), 1)
        return ((mean + p["bias"] - y) ** 2).sum(1).mean() + STAY * ((p["table"] - first) ** 2).sum() / len(x)

    @jax.jit
    def step(p, m, v, x, y, key, number, rate):
        g = jax.grad(loss)(p, x, y, key)
        m = jax.tree.map(lambda a, b: 0.9 * a + 0.1 * b, m, g)
        v = jax.tree.map(lambda a, b: 0.999 * a + 0.001 * b * b, v, g)
        p = jax.tree.map(lambda a, b, c: a - rate * (b / (1 - 0.9 ** number)) / (jnp.sqrt(c / (1 - 0.999 ** number)) + 1e-8), p, m, v)
        return p, m, v

    p = {"table": first, "bias": jnp.zeros(DIMENSIONS)}
    m = v = jax.tree.map(jnp.zeros_like, p)
    key, rng, number = jax.random.PRNGKey(SEED), np.random.default_rng(SEED), 0
    total = EPOCHS * (len(ids) // BATCH)
    for _ in range(EPOCHS):
        order = rng.permutation(len(ids))
        for at in range(0, len(ids) - BATCH + 1, BATCH):
            number += 1
            key, now = jax.random.split(key)
            chosen = order[at:at + BATCH]
            rate = RATE * 0.5 * (1 + np.cos(np.pi * number / total))
            p, m, v = step(p, m, v, ids[chosen], wanted[chosen], now, number, rate)
    return np.asarray(p["table"])[1:], np.asarray(p["bias"])
