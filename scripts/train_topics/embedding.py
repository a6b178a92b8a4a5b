"""A static embedding of word pieces: a text's vector is the mean of its pieces' vectors, a table and no network. How the
table is learned: distil.py."""
import re
import unicodedata

import numpy as np

LETTERS_MAX = 64        # longer words are cut, as tokens are in src/lexicon/tokens.rs
SPLIT = re.compile(r"[a-z0-9]+")


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


def save(path, vocabulary, vectors):
    """Writes the table: a row of one byte a value and a scale for each piece."""
    from safetensors.numpy import save_file

    scale = np.maximum(np.abs(vectors).max(1), 1e-6) / 127
    values = np.ascontiguousarray(np.rint(vectors / scale[:, None]).astype(np.int8))
    text = np.frombuffer("\n".join(vocabulary).encode(), np.uint8)
    save_file({"pieces": text, "values": values, "scales": scale.astype(np.float32)}, str(path))


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
