#!/usr/bin/env python3
"""Learn models/lexicon/steer.toml, how much each sign speaks for a redirect, from labelled calls.

    train_steer.py DIR...             writes the weights learned from all calls (needs numpy and scipy)
    train_steer.py --folds DIR...     cross-validation over calls instead, printing the figures of each setting
    train_steer.py --returns DIR...   how long labelled redirects take to say and to work

DIRs hold .call files and, beside or above one of them, the call_format.py that reads them. The signs are those of
src/findings/steer.rs, and must stay so. What the topics stage calls a digression is off by a line or two, so the weights
are learned from labelled kinds and from copies of them with moved edges. The same calls give the same file.
"""
import random
import re
import sys
import tomllib
from collections import Counter
from pathlib import Path

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = ["en", "ru", "zh"]
MIN_CALLS = {"en": 3, "ru": 2, "zh": 2}     # a word must occur in so many calls to get a weight
AWAY = ("small_talk", "off_agenda")
REACH = (4, 5)                               # utterances before and after the end of a digression that may return
AHEAD = 12                                   # utterances of business after it that say what comes next
HEAD = 8                                     # words at the beginning in which cues are looked for
L2 = 1.0                                     # strength of the prior, from --folds
COPIES = 4                                   # of each call, with moved edges
MOVES = (0,) * 8 + (-5, -4, -3, -2, -1, -1, 1, 1, 2, 3)   # by so many utterances, about as often as the topics stage is off
INSIDE_MIN, RETURN_MIN = -0.75, -2.5          # as in src/findings/redirects.rs

TOKEN = re.compile(r"[\u3400-\u9fff]|[^\W_\u3400-\u9fff]+(?:['-][^\W_\u3400-\u9fff]+)*")


def tokens_of(text):
    return TOKEN.findall(text.lower().replace("\u2019", "'").replace("ё", "е"))


class Phrases:
    """Matches phrases of the lexicon: a star after a word stands for any ending, a lone star for one to three words."""

    def __init__(self, text):
        self.by_start = {}
        for entry in text.replace("\n", " ").split(","):
            parts = re.findall(r"[\u3400-\u9fff]|[^\W_\u3400-\u9fff]+(?:['-][^\W_\u3400-\u9fff]+)*\*?|\*", entry.lower().replace("ё", "е"))
            while parts and parts[0] == "*":
                parts.pop(0)
            while parts and parts[-1] == "*":
                parts.pop()
            if parts:
                key = parts[0][:-1][:2] + "*" if parts[0].endswith("*") else parts[0]
                self.by_start.setdefault(key, []).append(parts)

    def end_at(self, tokens, i):
        """The least index after a phrase that starts at i; None without one."""
        found = self.by_start.get(tokens[i], []) + self.by_start.get(tokens[i][:2] + "*", [])
        return min((e for e in (self.rest(tokens, i, p, 0) for p in found) if e is not None), default=None)

    def rest(self, tokens, i, p, k):
        if k == len(p):
            return i
        if i >= len(tokens):
            return None
        if p[k] == "*":
            return min((e for e in (self.rest(tokens, i + skip, p, k + 1) for skip in (1, 2, 3)) if e is not None), default=None)
        ok = tokens[i].startswith(p[k][:-1]) if p[k].endswith("*") else tokens[i] == p[k]
        return self.rest(tokens, i + 1, p, k + 1) if ok else None

    def hits(self, tokens):
        return [(i, e) for i in range(len(tokens)) if (e := self.end_at(tokens, i)) is not None]


class Lexicon:
    def __init__(self, language):
        raw = tomllib.loads((ROOT / f"models/lexicon/{language}.toml").read_text(encoding="utf-8"))
        words = (tokens_of(e) for e in raw["stopwords"].replace("\n", " ").split(","))
        self.stop = {w[0] for w in words if len(w) == 1}
        self.language = language
        self.sorts = {k: Phrases(v) for k, v in raw["sorts"].items()}
        self.sorts["laughter"] = Phrases(raw["laughter"])
        self.sorts["grief"] = Phrases(raw["guards"]["grief"])
        self.redirects = {k: Phrases(v) for k, v in raw["redirects"].items()}
        self.pivot = Phrases(raw["frame"]["pivot"])


def words_of(tokens, lexicon):
    """What gets a weight of its own: words, five letters of Russian ones, pairs of Chinese characters."""
    if lexicon.language == "zh":
        return {a + b for a, b in zip(tokens, tokens[1:]) if len(a) == 1 and len(b) == 1} | {t for t in tokens if len(t) > 1 and not t[0].isdigit()}
    if lexicon.language == "ru":
        return {t[:5] for t in tokens if not t[0].isdigit()}
    return {t for t in tokens if not t[0].isdigit()}


def content_of(tokens, lexicon):
    """What a topic is recognised by: words that are no stopwords."""
    if lexicon.language == "zh":
        return {a + b for a, b in zip(tokens, tokens[1:])
                if len(a) == 1 and len(b) == 1 and a not in lexicon.stop and b not in lexicon.stop and not a[0].isdigit()}
    cut = 5 if lexicon.language == "ru" else 6
    return {t[:cut] for t in tokens if len(t) > 2 and t not in lexicon.stop and not t[0].isdigit()}


def bucket(n, edges):
    return sum(n > e for e in edges)


def runs_of(kinds):
    """First and last utterance of each run of digression."""
    runs, start = [], None
    for i, kind in enumerate(list(kinds) + ["closing"]):
        if kind in AWAY and start is None:
            start = i
        if kind not in AWAY and start is not None:
            runs.append((start, i - 1))
            start = None
    return runs


def moved(call, rng):
    """The labelled kinds with the edges of digressions moved."""
    kinds = [u["kind"] for u in call["utterances"]]
    out = list(kinds)
    for first, last in runs_of(kinds):
        a, b = first + rng.choice(MOVES), last + rng.choice(MOVES)
        for i in range(min(first, a), max(last, b) + 1):
            if 0 <= i < len(out):
                if a <= i <= b:
                    out[i] = kinds[min(max(i, first), last)]
                elif first <= i <= last:
                    out[i] = "business"
    return out


class Call:
    """What does not depend on the kinds, read once."""

    def __init__(self, call):
        self.call, self.language = call, call["language"]
        lexicon = LEXICONS[self.language]
        self.us = call["utterances"]
        self.tokens = [tokens_of(u["text"]) for u in self.us]
        self.content = [content_of(t, lexicon) for t in self.tokens]
        self.own = [self.signs(u, t, lexicon) for u, t in zip(self.us, self.tokens)]
        self.warm = [min(4, sum(len(lexicon.sorts[k].hits(t)) for k in WARM)) for t in self.tokens]

    def signs(self, u, tokens, lexicon):
        f = {"bias": 1.0}
        for w in words_of(tokens, lexicon):
            f[f"{self.language}:{w}"] = 1.0
        for k, p in lexicon.sorts.items():
            hits = p.hits(tokens)
            if hits:
                f[f"s:{k}"] = min(3, len(hits)) / 2
            if k in ("next_item", "turn_away", "awe", "laughter") and any(e <= HEAD for _, e in hits):
                f[f"head:{k}"] = 1.0
        classes = [k for k, p in lexicon.redirects.items() if p.hits(tokens)]
        for k in classes:
            f[f"r:{k}"] = 1.0
        if len(classes) > 1:
            f["r:many"] = 1.0
        if any(x[0].isdigit() for x in tokens):
            f["s:digit"] = 1.0
        pivots = lexicon.pivot.hits(tokens)
        if pivots and pivots[0][0] == 0:
            f["pivot:start"] = 1.0
        if any(i > 1 for i, _ in pivots):
            f["pivot:mid"] = 1.0
        if "?" in u["text"] or "？" in u["text"]:
            f["asks"] = 1.0
        f[f"size:{bucket(len(tokens), (3, 8, 20))}"] = 1.0
        return f


WARM = ("family", "pets", "weather", "food", "travel", "sport", "screen", "health", "home", "festive", "story", "third", "awe", "laughter", "elsewhere")


def rows_of(c, kinds):
    """(signs, truth, run, place after the run's last utterance, whether business follows the run, utterance, whether it
    points back) of each utterance that may be a redirect."""
    n = len(c.us)
    business = set().union(*(x for x, k in zip(c.content, kinds) if k == "business"))
    out = []
    for number, (first, last) in enumerate(runs_of(kinds)):
        returns = last + 1 < n and kinds[last + 1] == "business"
        end = min(n - 1, last + REACH[1]) if returns else last
        told = set(c.content[first])
        ahead = set().union(*(c.content[i] for i in range(last + 1, min(n, last + 1 + AHEAD)) if kinds[i] == "business"), set())
        spoken = Counter({c.us[first]["speaker"]: len(c.tokens[first])})
        for i in range(first + 1, end + 1):
            if i > last and kinds[i] != "business":
                break
            f = dict(c.own[i])
            f["biz"] = min(3, len((c.content[i] & business) - told)) / 3
            f["story"] = min(3, len(c.content[i] & told)) / 3
            f["ahead"] = min(3, len((c.content[i] & ahead) - told)) / 3
            f["listens"] = 1 - spoken[c.us[i]["speaker"]] / max(1, sum(spoken.values()))
            place = i - last
            if returns and place > -REACH[0]:
                f[f"place:{place}"] = 1.0
                before = [c.warm[j] / max(6, len(c.tokens[j])) for j in range(max(first, i - 3), i)]
                after = [c.warm[j] / max(6, len(c.tokens[j])) for j in range(i + 1, min(n, i + 4))]
                f["cools"] = 10 * (np.mean(before) - (np.mean(after) if after else 0))
            cued = any(k.startswith(("r:", "pivot:")) for k in f) or f["biz"] > 0 and (place <= 0 or "asks" in f)
            told |= c.content[i]
            spoken[c.us[i]["speaker"]] += len(c.tokens[i])
            out.append((f, c.us[i]["redirect"] is not None, number, place, returns, i, cued))
    return out


def logistic(x, y, l2):
    def loss(w):
        z = x @ w
        p = 1 / (1 + np.exp(-z))
        g = x.T @ (p - y) + l2 * w
        g[0] -= l2 * w[0]
        return np.logaddexp(0, -z * (2 * y - 1)).sum() + l2 / 2 * (w[1:] @ w[1:]), g
    return minimize(loss, np.zeros(x.shape[1]), jac=True, method="L-BFGS-B").x


def matrix(fs, index):
    cells = [(v, i, index[k]) for i, f in enumerate(fs) for k, v in f.items() if k in index]
    values, rows, columns = zip(*cells) if cells else ((), (), ())
    return csr_matrix((values, (rows, columns)), (len(fs), len(index)))


def index_of(calls):
    seen = Counter()
    for c in calls:
        for k in {k for f in c.own for k in f}:
            seen[k] += 1
    word = lambda k: k[:3] in ("en:", "ru:", "zh:")
    keep = [k for k in sorted(seen) if k != "bias" and (not word(k) or seen[k] >= MIN_CALLS[k[:2]])]
    further = ["biz", "story", "ahead", "listens", "cools"] + [f"place:{p}" for p in range(1 - REACH[0], REACH[1] + 1)]
    return {k: i for i, k in enumerate(["bias"] + keep + further)}


def weights_of(calls, l2, copies):
    index = index_of(calls)
    rng = random.Random(1)
    rows = []
    for c in calls:
        rows += rows_of(c, [u["kind"] for u in c.us])
        for _ in range(copies):
            rows += rows_of(c, moved(c.call, rng))
    x, y = matrix([r[0] for r in rows], index), np.array([float(r[1]) for r in rows])
    return index, logistic(x, y, l2 * (1 + copies))


def attempts(rows, z, inside=INSIDE_MIN, back=RETURN_MIN):
    """The utterances that src/findings/redirects.rs would call redirects."""
    out = []
    for number in {r[2] for r in rows}:
        own = [(v, r) for v, r in zip(z, rows) if r[2] == number]
        found = [r[5] for v, r in own if r[3] <= 0 and v > inside]
        last = own[0][1][5] - own[0][1][3]
        near = [(v, r[5]) for v, r in own if r[3] > -REACH[0] and r[4] and r[6] and v > back and r[5] not in found]
        if near and not any(i > last - REACH[0] for i in found):
            found.append(max(near)[1])
        out += found
    return out


def matched(c, guesses):
    free, hit = sorted(guesses), 0
    truth = [u["i"] for u in c.us if u["redirect"]]
    for i in truth:
        g = next((g for g in free if abs(g - i) <= 1 and c.us[g]["speaker"] == c.us[i]["speaker"]), None)
        if g is not None:
            free.remove(g)
            hit += 1
    return hit, len(free), len(truth) - hit


def f1(calls, weights, kinds, inside, back):
    index, w = weights
    hit = wrong = missed = 0
    for c in calls:
        rows = rows_of(c, kinds[c.call["id"]])
        z = matrix([r[0] for r in rows], index) @ w
        a, b, m = matched(c, attempts(rows, z, inside, back))
        hit, wrong, missed = hit + a, wrong + b, missed + m
    return hit, wrong, missed


def folds(calls, count=4):
    rng = random.Random(7)
    sets = {"labelled kinds": {c.call["id"]: [u["kind"] for u in c.us] for c in calls},
            "edges moved": {c.call["id"]: moved(c.call, rng) for c in calls}}
    for l2 in (0.5, 1.0, 2.0):
        parts = []
        for k in range(count):
            weights = weights_of([c for i, c in enumerate(calls) if i % count != k], l2, COPIES)
            parts.append((weights, [c for i, c in enumerate(calls) if i % count == k]))
        for inside in (-1.0, -0.5, 0.0):
            for back in (-3.0, -2.0, -1.0):
                for name, kinds in sets.items():
                    t, p, n = np.sum([f1(held, weights, kinds, inside, back) for weights, held in parts], 0)
                    print(f"prior {l2} inside {inside} return {back} {name}: F1 {2 * t / (2 * t + p + n):.3f} right {t} wrong {p} missed {n}", flush=True)


def returns(calls):
    """Seconds from the end of what came before a labelled redirect until business is back."""
    seconds, accepted = [], 0
    for c in calls:
        for i, u in enumerate(c.us):
            if u["redirect"]:
                back = next((v for v in c.us[i:] if v["kind"] == "business"), None)
                if back:
                    seconds.append(back["start"] - c.us[i - 1]["end"])
                accepted += u["redirect"] == "accepted"
    quarters = np.quantile(seconds, (0.25, 0.5, 0.75))
    print(f"{len(seconds)} redirects, {accepted} accepted; quarters of the seconds to business: {', '.join(f'{q:.1f}' for q in quarters)}")


def write(index, w, count):
    groups = {"shared": []} | {language: [] for language in LANGUAGES}
    for k, i in index.items():
        name, word = (k[:2], k[3:]) if k[:3] in ("en:", "ru:", "zh:") else ("shared", k)
        if abs(w[i]) >= 0.02:
            groups[name].append(f"{chr(34)}{word}{chr(34)} = {w[i]:.3f}")
    lines = ["# How much each sign speaks for a redirect, within a digression. Learned by scripts/train_steer.py; do not edit by hand.",
             f"source = \"{count} labelled calls written for this project\"", ""]
    for name, rows in groups.items():
        lines += [f"[{name}]"] + rows + [""]
    (ROOT / "models/lexicon/steer.toml").write_text("\n".join(lines), encoding="utf-8")


def main(arguments):
    directories = [a for a in arguments if not a.startswith("--")]
    if not directories:
        sys.exit(__doc__)
    for d in directories:
        sys.path[:0] = [d, str(Path(d).resolve().parent)]
    from call_format import read
    calls = [Call(read(p)) for d in directories for p in sorted(Path(d).glob("*.call"))]
    if "--folds" in arguments:
        folds(calls)
    elif "--returns" in arguments:
        returns(calls)
    else:
        write(*weights_of(calls, L2, COPIES), len(calls))


if __name__ == "__main__":
    LEXICONS = {language: Lexicon(language) for language in LANGUAGES}
    main(sys.argv[1:])
