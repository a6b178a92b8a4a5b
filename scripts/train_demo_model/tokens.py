"""GPT-2 byte pairs and the ids of English-only whisper models.

The vocabulary strings come from the package openai-whisper on PyPI (its data files only; see
`assets.py`).
"""
import base64
import re

import assets
from special import EOT


def load_strings():
    """The byte strings of tokens 0 to 50255, in order."""
    pairs = (line.split() for line in assets.read("gpt2.tiktoken").decode().splitlines() if line)
    ranked = sorted((int(rank), base64.b64decode(token)) for token, rank in pairs)
    return [token for _, token in ranked]


STRINGS = load_strings()
RANK = {token: i for i, token in enumerate(STRINGS)}
PIECES = re.compile(r"'s|'t|'re|'ve|'m|'ll|'d| ?[A-Za-z]+| ?[0-9]+| ?[^\sA-Za-z0-9]+|\s+(?!\S)|\s+")
_known = {}


def byte_pairs(piece):
    """Token ids of one piece: the pair with the lowest rank is joined first."""
    if piece not in _known:
        parts = [bytes([byte]) for byte in piece.encode()]
        while len(parts) > 1:
            ranks = [RANK.get(a + b) for a, b in zip(parts, parts[1:])]
            found = [rank for rank in ranks if rank is not None]
            if not found:
                break
            at = ranks.index(min(found))
            parts[at:at + 2] = [parts[at] + parts[at + 1]]
        _known[piece] = [RANK[part] for part in parts]
    return _known[piece]


def encode(sentence):
    """Token ids of a text."""
    return [token for piece in PIECES.findall(sentence) for token in byte_pairs(piece)]


def decode(ids):
    """Text of token ids; special tokens are left out."""
    return b"".join(STRINGS[i] for i in ids if i < EOT).decode("utf-8", "replace")
