"""What is read off utterances. The signs are those of src/topics/signs.rs, and must
stay so: src/topics/golden.rs looks whether they are."""
import math
import re
import tomllib
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
TOKEN = re.compile(r"[\u3400-\u9fff]|[^\W_\u3400-\u9fff]+(?:['-][^\W_\u3400-\u9fff]+)*")
HEAD_WORDS = 8
HEADS = ["next_item", "turn_away", "opening", "closing", "awe"]
STEERS = ["time", "procedure", "summary", "parking", "topic"]
FAR = 12                # utterances; a word said again farther away belongs to the call, not to one story
REACH = 4               # utterances to each side that are compared for cohesion
EDGE = 3.0              # utterances over which the nearness of the call's start and end fades
FLOWS = ["recur", "once", "fresh", "cohesion", "torn", "first", "last", "begun", "ending", "like_call", "like_before", "like_far"]


def tokens_of(text):
    return TOKEN.findall(text.lower().replace("\u2019", "'").replace("ё", "е"))


class Phrases:
    """Finds the phrases of a lexicon: a star after a word stands for any ending, a lone star for one to three words."""

    def __init__(self):
        self.exact, self.prefix = {}, {}

    def add(self, text, tag):
        for entry in text.replace("\n", " ").split(","):
            parts = re.findall(r"[\u3400-\u9fff]|[^\W_\u3400-\u9fff]+(?:['-][^\W_\u3400-\u9fff]+)*\*?|\*",
                               entry.lower().replace("ё", "е"))
            while parts and parts[0] == "*":
                parts.pop(0)
            while parts and parts[-1] == "*":
                parts.pop()
            if parts:
                table, key = (self.prefix, parts[0][:-1][:2]) if parts[0].endswith("*") else (self.exact, parts[0])
                table.setdefault(key, []).append((parts, tag))

    def rest(self, tokens, i, parts, k):
        """End of the shortest match of parts[k:] at tokens[i:], or None."""
        if k == len(parts):
            return i
        if i >= len(tokens):
            return None
        if parts[k] == "*":
            ends = [end for skip in (1, 2, 3) if (end := self.rest(tokens, i + skip, parts, k + 1)) is not None]
            return min(ends, default=None)
        fits = tokens[i].startswith(parts[k][:-1]) if parts[k].endswith("*") else tokens[i] == parts[k]
        return self.rest(tokens, i + 1, parts, k + 1) if fits else None

    def ends(self, tokens):
        """By tag: for each place at which a phrase of it begins, where the shortest one ends."""
        out = {}
        for i, token in enumerate(tokens):
            here = {}
            for parts, tag in self.exact.get(token, []) + self.prefix.get(token[:2], []):
                end = self.rest(tokens, i, parts, 0)
                if end is not None:
                    here[tag] = min(end, here.get(tag, end))
            for tag, end in here.items():
                out.setdefault(tag, []).append(end)
        return out


class Lexicon:
    """One language's words."""

    def __init__(self, language):
        raw = tomllib.loads((ROOT / f"models/lexicon/{language}.toml").read_text(encoding="utf-8"))
        self.language = language
        entries = [tokens_of(entry) for entry in raw["stopwords"].replace("\n", " ").split(",")]
        self.stop = {t for e in entries if len(e) == 1 for t in e}
        self.phrases = Phrases()
        for name, text in raw["sorts"].items():
            self.phrases.add(text, name)
        self.phrases.add(raw["laughter"], "laughter")
        self.phrases.add(raw["guards"]["grief"], "grief")
        for name in STEERS:
            self.phrases.add(raw["redirects"][name], f"steer:{name}")
        self.sorts = list(raw["sorts"]) + ["laughter", "grief"]


LEXICONS = {language: Lexicon(language) for language in ("en", "ru", "zh")}
SORTS = LEXICONS["en"].sorts
OWN = [f"s:{s}" for s in SORTS] + ["s:digit"] + [f"r:{s}" for s in STEERS] + [f"h:{s}" for s in HEADS] + ["asks", "size", "short", "same"]


def is_cjk(token):
    return "\u3400" <= token[0] <= "\u9fff"


def grams_of(tokens, language):
    """Words and pairs of neighbouring words; of Russian words the first five letters; of Chinese, characters in twos
    and threes."""
    words = [t[:5] if language == "ru" else t for t in tokens if not t[0].isdigit()]
    pairs = [f"{a} {b}" for a, b in zip(words, words[1:])]
    if language == "zh":
        return {f"zh:{w}" for w in words + pairs + [f"{a} {b} {c}" for a, b, c in zip(words, words[1:], words[2:])]}
    return {f"{language}:{w}" for w in words + pairs}


def stems_of(tokens, lexicon):
    """What a topic is recognised by: stems of words that are no stop-words."""
    if lexicon.language == "zh":
        return {a + b for a, b in zip(tokens, tokens[1:])
                if len(a) == len(b) == 1 and a not in lexicon.stop and b not in lexicon.stop and not a[0].isdigit()}
    cut = 5 if lexicon.language == "ru" else 6
    return {t[:cut] for t in tokens if len(t) > 2 and t not in lexicon.stop and not t[0].isdigit()}


def own_signs(text, language, embedding):
    """What is read off one utterance by itself."""
    lexicon, tokens = LEXICONS[language], tokens_of(text)
    ends = lexicon.phrases.ends(tokens)
    heads = [name for name in HEADS if any(end <= HEAD_WORDS for end in ends.get(name, []))]
    values = [min(3, len(ends.get(name, []))) / 2 for name in SORTS]
    values.append(min(3, sum(t[0].isdigit() for t in tokens)) / 2)
    values += [float(f"steer:{name}" in ends) for name in STEERS]
    values += [float(name in heads) for name in HEADS]
    values += [float("?" in text or "？" in text), math.log1p(min(50, len(tokens))) / 4, float(len(tokens) <= 3), 0.0]
    vector = embedding.of(text) if language == "en" else np.zeros(embedding.table.shape[1], np.float32)
    return {"own": np.array(values, np.float32), "grams": grams_of(tokens, language), "stems": stems_of(tokens, lexicon),
            "vector": vector, "words": len(tokens)}


def unit(v):
    return v / (np.linalg.norm(v, axis=-1, keepdims=True) + 1e-6)


def flow_signs(rows):
    """What an utterance is to the others of its call; rows are of own_signs. Columns as in FLOWS."""
    n = len(rows)
    places = {}
    for i, row in enumerate(rows):
        for stem in row["stems"]:
            places.setdefault(stem, []).append(i)
    out = np.zeros((n, len(FLOWS)), np.float32)
    vectors = np.stack([row["vector"] * row["words"] for row in rows])
    sums = np.concatenate([np.zeros((1, vectors.shape[1]), np.float32), np.cumsum(vectors, 0)])
    block = lambda a, b: sums[max(0, min(n, b))] - sums[max(0, min(n, a))]
    whole = unit(sums[-1])
    spans = [unit(block(i, i + 8)) for i in range(0, n, 8)]
    for i, row in enumerate(rows):
        far = [any(abs(j - i) > FAR for j in (places[s][0], places[s][-1])) for s in row["stems"]]
        recur = sum(far)
        out[i, 0] = min(4, recur) / 2
        out[i, 1] = min(6, len(far) - recur) / 3
        out[i, 2] = min(6, sum(places[s][0] == i for s in row["stems"])) / 3
        left = set().union(*(r["stems"] for r in rows[max(0, i - REACH):i]))
        right = set().union(*(r["stems"] for r in rows[i:i + REACH]))
        if left and right:
            shared = len(left & right) / math.sqrt(len(left) * len(right))
            out[i, 3], out[i, 4] = min(1.0, 4 * shared), float(shared == 0)
        out[i, 5], out[i, 6] = float(i == 0), float(i == n - 1)
        out[i, 7], out[i, 8] = math.exp(-i / EDGE), math.exp(-(n - 1 - i) / EDGE)
        near = unit(block(i - 2, i + 3))
        out[i, 9] = near @ whole
        out[i, 10] = unit(block(i - REACH, i)) @ unit(block(i, i + REACH))
        others = sorted((float(near @ s) for k, s in enumerate(spans) if abs(k * 8 + 4 - i) > FAR), reverse=True)[:3]
        out[i, 11] = sum(others) / 3
    return out
