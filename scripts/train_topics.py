#!/usr/bin/env python3
"""Learn models/lexicon/weights.toml and steer.toml from labelled calls.

    train_topics.py CALLS_DIR            writes the weights learned from all calls (needs numpy and scipy)
    train_topics.py CALLS_DIR --folds    cross-validation over calls instead, printing the figures of each setting

CALLS_DIR holds .call files and, beside or above it, the call_format.py that reads them. The features here are those of
src/topics/evidence.rs and src/findings/steer.rs, and must stay so. No randomness: the same calls give the
same file.
"""
import math
import re
import sys
import tomllib
from collections import Counter
from pathlib import Path

import numpy as np
from scipy.optimize import minimize

ROOT = Path(__file__).resolve().parent.parent
STATES = ["opening", "small_talk", "business", "off_agenda", "closing", "new_business"]
AWAY, STAY = [1, 3], [0, 2, 4, 5]            # digressions, and the others
LANGUAGES = ["en", "ru", "zh"]
MIN_CALLS = {"en": 3, "ru": 2, "zh": 2}     # a word must occur in so many calls to get a weight
POOL_NEAR, POOL_WIDE = 2, 6                 # utterances to each side
L2_WORDS, L2_SHARED = 1.0, 1.0               # strength of the prior, from --folds
STEER_L2 = 2.0

TOKEN = re.compile(r"[\u3400-\u9fff]|[^\W_\u3400-\u9fff]+(?:['-][^\W_\u3400-\u9fff]+)*")


def tokens_of(text):
    return TOKEN.findall(text.lower().replace("\u2019", "'").replace("ё", "е"))


class Phrases:
    """Matches phrases of the lexicon: a star after a word stands for any ending, a lone star for one to three words."""

    def __init__(self, text):
        self.exact, self.prefix = {}, {}
        for entry in text.replace("\n", " ").split(","):
            parts = re.findall(r"[\u3400-\u9fff]|[^\W_\u3400-\u9fff]+(?:['-][^\W_\u3400-\u9fff]+)*\*?|\*", entry.lower().replace("ё", "е"))
            while parts and parts[0] == "*":
                parts.pop(0)
            while parts and parts[-1] == "*":
                parts.pop()
            if not parts:
                continue
            if parts[0].endswith("*"):
                self.prefix.setdefault(parts[0][:2], []).append(parts)
            else:
                self.exact.setdefault(parts[0], []).append(parts)

    def at(self, tokens, i):
        found = self.exact.get(tokens[i], []) + self.prefix.get(tokens[i][:2], [])
        return any(self.rest(tokens, i, p, 0) for p in found)

    def rest(self, tokens, i, p, k):
        if k == len(p):
            return True
        if i >= len(tokens):
            return False
        if p[k] == "*":
            return any(self.rest(tokens, i + skip, p, k + 1) for skip in (1, 2, 3))
        if p[k].endswith("*"):
            ok = tokens[i].startswith(p[k][:-1])
        else:
            ok = tokens[i] == p[k]
        return ok and self.rest(tokens, i + 1, p, k + 1)

    def count(self, tokens):
        return sum(self.at(tokens, i) for i in range(len(tokens)))


class Lexicon:
    def __init__(self, language):
        raw = tomllib.loads((ROOT / f"models/lexicon/{language}.toml").read_text(encoding="utf-8"))
        self.stop = set(t for e in raw["stopwords"].replace("\n", " ").split(",") for t in tokens_of(e)) if language == "zh" \
            else set(tokens_of(e)[0] for e in raw["stopwords"].replace("\n", " ").split(",") if len(tokens_of(e)) == 1)
        self.language = language
        self.sorts = {k: Phrases(v) for k, v in raw["sorts"].items()}
        self.sorts["laughter"] = Phrases(raw["laughter"])
        self.sorts["grief"] = Phrases(raw["guards"]["grief"])
        self.redirects = {k: Phrases(v) for k, v in raw["redirects"].items()}


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
        return {a + b for a, b in zip(tokens, tokens[1:]) if a not in lexicon.stop and b not in lexicon.stop and not a[0].isdigit()}
    cut = 5 if lexicon.language == "ru" else 6
    return {t[:cut] for t in tokens if len(t) > 2 and t not in lexicon.stop and not t[0].isdigit()}


def bucket(n, edges):
    return sum(n > e for e in edges)


def features(call):
    """One dictionary of feature values an utterance."""
    lexicon = LEXICONS[call["language"]]
    us = call["utterances"]
    n = len(us)
    tokens = [tokens_of(u["text"]) for u in us]
    content = [content_of(t, lexicon) for t in tokens]
    seen = {}
    for i, c in enumerate(content):
        for w in c:
            seen.setdefault(w, []).append(i)
    sorts = [{k: min(3, p.count(t)) for k, p in lexicon.sorts.items()} for t in tokens]
    for i, (u, t) in enumerate(zip(us, tokens)):
        sorts[i]["digit"] = min(3, sum(x[0].isdigit() for x in t))
    redirects = [{k: min(1, p.count(t)) for k, p in lexicon.redirects.items()} for t in tokens]
    size = [len(t) for t in tokens]
    recur = [min(4, sum(any(abs(j - i) > 12 for j in seen[w]) for w in c)) for i, c in enumerate(content)]
    once = [min(6, sum(all(abs(j - i) <= 12 for j in seen[w]) for w in c)) for i, c in enumerate(content)]
    out = []
    for i in range(n):
        f = {"bias": 1.0}
        for w in words_of(tokens[i], lexicon):
            f[f"{call['language']}:{w}"] = 1.0
        for k, v in sorts[i].items():
            if v:
                f[f"s:{k}"] = v / 2
        for name, reach in (("n", POOL_NEAR), ("w", POOL_WIDE)):
            near = [j for j in range(max(0, i - reach), min(n, i + reach + 1)) if j != i]
            for k in sorts[i]:
                v = sum(sorts[j][k] for j in near)
                if v:
                    f[f"{name}:{k}"] = v / (2 * reach)
            if near:
                f[f"{name}:recur"] = sum(recur[j] for j in near) / (4 * reach)
                f[f"{name}:once"] = sum(once[j] for j in near) / (6 * reach)
                f[f"{name}:size"] = sum(min(30, size[j]) for j in near) / (30 * reach)
        f["recur"], f["once"] = recur[i] / 2, once[i] / 3
        f[f"size:{bucket(size[i], (3, 8, 20))}"] = 1.0
        text = us[i]["text"]
        if "?" in text or "？" in text:
            f["asks"] = 1.0
        if "!" in text or "！" in text:
            f["shouts"] = 1.0
        head = tokens[i][:8]
        for k in ("next_item", "turn_away", "opening", "closing", "awe"):
            if lexicon.sorts[k].count(head):
                f[f"head:{k}"] = 1.0
        for k, v in redirects[i].items():
            if v:
                f[f"r:{k}"] = 1.0
        if i:
            if any(redirects[i - 1].values()):
                f["p:redirect"] = 1.0
            if redirects[i - 1]["procedure"] or redirects[i - 1]["time"]:
                f["p:steer"] = 1.0
            if "?" in us[i - 1]["text"] or "？" in us[i - 1]["text"]:
                f["p:asks"] = 1.0
            for k in ("laughter", "awe", "next_item", "turn_away"):
                if sorts[i - 1][k]:
                    f[f"p:{k}"] = 1.0
            f[f"p:size:{bucket(size[i - 1], (3, 8, 20))}"] = 1.0
            if us[i]["speaker"] == us[i - 1]["speaker"]:
                f["same"] = 1.0
        left = set().union(*content[max(0, i - 4):i])
        right = set().union(*content[i:i + 4])
        if left and right:
            shared = len(left & right) / math.sqrt(len(left) * len(right))
            f["cohesion"] = min(1.0, 4 * shared)
            f["torn"] = float(shared == 0)
        else:
            f["cohesion"] = f["torn"] = 0.0
        fresh = sum(seen[w][0] == i for w in content[i])
        f["fresh"] = min(6, fresh) / 3
        for edge in (2, 4, 8):
            if i < edge:
                f[f"from:{edge}"] = 1.0
        for edge in (2, 4, 8):
            if n - 1 - i < edge:
                f[f"left:{edge}"] = 1.0
        out.append(f)
    return out


def runs_of(call):
    """First and last utterance of each run of small talk and off-agenda talk."""
    runs, start = [], None
    for i, u in enumerate(call["utterances"] + [{"kind": "closing"}]):
        away = u["kind"] in ("small_talk", "off_agenda")
        if away and start is None:
            start = i
        if not away and start is not None:
            runs.append((start, i - 1))
            start = None
    return runs


def steering(call):
    """Features, truth and place (is it the run's last?) of every utterance but the first inside digressions."""
    lexicon, us = LEXICONS[call["language"]], call["utterances"]
    tokens = [tokens_of(u["text"]) for u in us]
    content = [content_of(t, lexicon) for t in tokens]
    business = set().union(*(c for c, u in zip(content, us) if u["kind"] == "business"))
    rows = []
    for first, last in runs_of(call):
        said = set(content[first])
        for i in range(first + 1, last + 1):
            f = {"bias": 1.0}
            for w in words_of(tokens[i], lexicon):
                f[f"{call['language']}:{w}"] = 1.0
            for k, p in lexicon.sorts.items():
                v = min(3, p.count(tokens[i]))
                if v:
                    f[f"s:{k}"] = v / 2
            for k in ("next_item", "turn_away", "awe", "laughter"):
                if lexicon.sorts[k].count(tokens[i][:8]):
                    f[f"head:{k}"] = 1.0
            classes = [k for k, p in lexicon.redirects.items() if p.count(tokens[i])]
            for k in classes:
                f[f"r:{k}"] = 1.0
            if len(classes) > 1:
                f["r:many"] = 1.0
            if any(x[0].isdigit() for x in tokens[i]):
                f["s:digit"] = 1.0
            f["biz"] = min(3, len((content[i] & business) - said)) / 3
            f["story"] = min(3, len(content[i] & said)) / 3
            if "?" in us[i]["text"] or "？" in us[i]["text"]:
                f["asks"] = 1.0
            f[f"size:{bucket(len(tokens[i]), (3, 8, 20))}"] = 1.0
            said |= content[i]
            rows.append((f, us[i]["redirect"] is not None, i == last))
    return rows


def logistic(x, y, l2):
    def loss(w):
        z = x @ w
        p = 1 / (1 + np.exp(-z))
        g = x.T @ (p - y) + l2 * w
        g[0] -= l2 * w[0]
        return np.logaddexp(0, -z * (2 * y - 1)).sum() + l2 / 2 * (w[1:] @ w[1:]), g
    return minimize(loss, np.zeros(x.shape[1]), jac=True, method="L-BFGS-B").x


def steer_folds(calls):
    rows = [steering(c) for c in calls]
    for l2 in (0.5, 1.0, 2.0, 4.0):
        out = []
        for k in range(6):
            train = [i for i in range(len(calls)) if i % 6 != k]
            index = index_of([calls[i] for i in train], [[f for f, _, _ in rows[i]] for i in train])
            flat = [r for i in train for r in rows[i]]
            w = logistic(matrix([f for f, _, _ in flat], index), np.array([float(t) for _, t, _ in flat]), l2)
            for i in range(len(calls)):
                if i % 6 == k and rows[i]:
                    z = matrix([f for f, _, _ in rows[i]], index) @ w
                    out += [(v, t, e) for v, (_, t, e) in zip(z, rows[i])]
        for inside in (-0.5, 0.0, 0.5):
            for end in (-3.0, -2.0, -1.0):
                hit = [(v > (end if e else inside), t) for v, t, e in out]
                tp, fp, fn = (sum(h == a and t == b for h, t in hit) for a, b in ((True, True), (True, False), (False, True)))
                print(l2, inside, end, f"f1 {2 * tp / (2 * tp + fp + fn):.3f} tp {tp} fp {fp} fn {fn}")


def states_of(call):
    out = []
    for i, u in enumerate(call["utterances"]):
        new = i and u["kind"] == "business" and call["utterances"][i - 1]["kind"] == "business" and u["section"] != call["utterances"][i - 1]["section"]
        out.append(STATES.index("new_business" if new else u["kind"]))
    return out


def logsumexp(a, axis):
    m = a.max(axis=axis, keepdims=True)
    return (m + np.log(np.exp(a - m).sum(axis=axis, keepdims=True))).squeeze(axis)


def prior(index, words, shared):
    """Strength of the prior for each feature: words of one language are many and rare."""
    return np.array([0.0 if k == "bias" else words if k[:3] in ("en:", "ru:", "zh:") else shared for k in index])


def placed(index):
    """Features that say where in the call an utterance lies. Small talk and off-agenda talk share these weights, and
    those of switches from and to other kinds: in scripted calls one stands at the start and the other in the middle,
    in real ones not."""
    return [i for k, i in index.items() if k == "bias" or k.startswith(("from:", "left:"))]


def fit(xs, ys, l2, l2_switch, place):
    """Weights of a linear-chain conditional random field (Lafferty et al. 2001), by L-BFGS."""
    f, s = xs[0].shape[1], len(STATES)

    def loss(theta):
        w, t = theta[: f * s].reshape(f, s), theta[f * s:].reshape(s, s)
        gw, gt = l2[:, None] * w, l2_switch * t
        value = ((gw * w).sum() + (gt * t).sum()) / 2
        for x, y in zip(xs, ys):
            e = x @ w
            n = len(y)
            a, b = np.empty((n, s)), np.zeros((n, s))
            a[0] = e[0]
            for i in range(1, n):
                a[i] = e[i] + logsumexp(a[i - 1][:, None] + t, 0)
            for i in range(n - 2, -1, -1):
                b[i] = logsumexp(t + (e[i + 1] + b[i + 1])[None, :], 1)
            z = logsumexp(a[-1], 0)
            p = np.exp(a + b - z)
            pair = a[:-1, :, None] + t[None] + (e[1:] + b[1:])[:, None, :] - z
            gt += np.exp(pair).sum(0)
            np.add.at(gt, (y[:-1], y[1:]), -1)
            value += z - e[np.arange(n), y].sum() - t[y[:-1], y[1:]].sum()
            p[np.arange(n), y] -= 1
            gw += x.T @ p
        gw[np.ix_(place, AWAY)] = gw[np.ix_(place, AWAY)].mean(1, keepdims=True)
        gt[np.ix_(STAY, AWAY)] = gt[np.ix_(STAY, AWAY)].mean(1, keepdims=True)
        gt[np.ix_(AWAY, STAY)] = gt[np.ix_(AWAY, STAY)].mean(0, keepdims=True)
        return value, np.concatenate([gw.ravel(), gt.ravel()])

    theta = minimize(loss, np.zeros(f * s + s * s), jac=True, method="L-BFGS-B", options={"maxiter": 120}).x
    return theta[: f * s].reshape(f, s), theta[f * s:].reshape(s, s)


def viterbi(e, t):
    n, s = e.shape
    best, back = e[0], np.zeros((n, s), int)
    for i in range(1, n):
        step = best[:, None] + t
        back[i] = step.argmax(0)
        best = e[i] + step.max(0)
    path = [int(best.argmax())]
    for i in range(n - 1, 0, -1):
        path.append(int(back[i][path[-1]]))
    return path[::-1]


def matrix(fs, index):
    x = np.zeros((len(fs), len(index)))
    for i, f in enumerate(fs):
        for k, v in f.items():
            if k in index:
                x[i, index[k]] = v
    return x


def index_of(calls, feats):
    seen, language = Counter(), {}
    for call, fs in zip(calls, feats):
        for k in {k for f in fs for k in f}:
            seen[k] += 1
            language[k] = call["language"]
    keep = [k for k in sorted(seen) if k != "bias" and (":" not in k or k[:3] not in ("en:", "ru:", "zh:") or seen[k] >= MIN_CALLS[k[:2]])]
    return {k: i for i, k in enumerate(["bias"] + keep)}


def pk(ref, hyp):
    r, h = ([int(a != b) for a, b in zip(x, x[1:])] for x in (ref, hyp))
    n = len(ref)
    k = max(2, round(n / (sum(r) + 1) / 2))
    return sum((sum(r[i:i + k]) == 0) != (sum(h[i:i + k]) == 0) for i in range(n - k)) / (n - k)


def sections(path):
    out, at = [], 0
    for i, s in enumerate(path):
        if i and (s == 5 or (s != path[i - 1] and not (s == 2 and path[i - 1] == 5))):
            at += 1
        out.append(at)
    return out


def score(calls, paths):
    z, errors, pks = Counter(), [], []
    for call, path in zip(calls, paths):
        kinds = ["business" if s == 5 else STATES[s] for s in path]
        st = [0.0, 0.0, 0.0]
        for u, k in zip(call["utterances"], kinds):
            d = u["end"] - u["start"]
            z["all"] += d
            z["ok"] += d * (k == u["kind"])
            st[0] += d
            st[1] += d * (u["kind"] == "small_talk")
            st[2] += d * (k == "small_talk")
            for name, which in (("st", ("small_talk",)), ("dg", ("small_talk", "off_agenda"))):
                a, b = u["kind"] in which, k in which
                z[name + "tp"] += d * (a and b)
                z[name + "fp"] += d * (b and not a)
                z[name + "fn"] += d * (a and not b)
        errors.append(abs(st[1] - st[2]) / st[0] * 100)
        pks.append(pk([u["section"] for u in call["utterances"]], sections(path)))
    f1 = lambda n: 2 * z[n + "tp"] / (2 * z[n + "tp"] + z[n + "fp"] + z[n + "fn"])
    return (f"ratio_mae {np.mean(errors):.1f} st_f1 {f1('st'):.3f} st_prec {z['sttp'] / max(1e-9, z['sttp'] + z['stfp']):.3f} "
            f"dg_f1 {f1('dg'):.3f} acc {z['ok'] / z['all']:.3f} pk {np.mean(pks):.3f}")


def folds(calls, feats, ys):
    for words, shared in ((1.0, 1.0), (3.0, 0.6), (3.0, 2.0)):
        paths = [None] * len(calls)
        for k in range(6):
            train = [i for i in range(len(calls)) if i % 6 != k]
            index = index_of([calls[i] for i in train], [feats[i] for i in train])
            w, t = fit([matrix(feats[i], index) for i in train], [np.array(ys[i]) for i in train], prior(index, words, shared), shared, placed(index))
            for i in range(len(calls)):
                if i % 6 == k:
                    paths[i] = viterbi(matrix(feats[i], index) @ w, t)
        print(words, shared, "all", score(calls, paths), flush=True)
        for language in LANGUAGES:
            some = [i for i, c in enumerate(calls) if c["language"] == language]
            print("   ", language, score([calls[i] for i in some], [paths[i] for i in some]), flush=True)


def write(index, w, t, steer_index, steer, count):
    def row(values):
        return "[" + ", ".join(f"{v:.3f}".replace("-0.000", "0.000") for v in values) + "]"
    lines = ["# Learned by scripts/train_topics.py; do not edit by hand.",
             f"source = \"{count} labelled calls written for this project\"",
             "# One weight a state, in this order. `new_business` is the first utterance of a business topic that follows another.",
             f"states = [{', '.join(chr(34) + s + chr(34) for s in STATES)}]",
             "# From the state of the row to the state of the column.", "switches = ["]
    lines += [f"    {row(r)}," for r in t] + ["]", ""]
    groups = {"shared": []} | {language: [] for language in LANGUAGES}
    for k, i in index.items():
        name, word = (k[:2], k[3:]) if k[:3] in ("en:", "ru:", "zh:") else ("shared", k)
        if np.abs(w[i]).max() >= 0.02:
            groups[name].append(f"{chr(34)}{word}{chr(34)} = {row(w[i])}")
    for name, rows in groups.items():
        lines += [f"[{name}]"] + rows + [""]
    (ROOT / "models/lexicon/weights.toml").write_text("\n".join(lines), encoding="utf-8")
    groups = {"shared": []} | {language: [] for language in LANGUAGES}
    for k, i in steer_index.items():
        name, word = (k[:2], k[3:]) if k[:3] in ("en:", "ru:", "zh:") else ("shared", k)
        if abs(steer[i]) >= 0.02:
            groups[name].append(f"{chr(34)}{word}{chr(34)} = {steer[i]:.3f}")
    lines = ["# How much each sign speaks for a redirect, within a digression. Learned by scripts/train_topics.py; do not edit by hand.",
             f"source = \"{count} labelled calls written for this project\"", ""]
    for name, rows in groups.items():
        lines += [f"[{name}]"] + rows + [""]
    (ROOT / "models/lexicon/steer.toml").write_text("\n".join(lines), encoding="utf-8")


def main(directory, check):
    sys.path[:0] = [directory, str(Path(directory).resolve().parent)]
    from call_format import read
    calls = [read(p) for p in sorted(Path(directory).glob("*.call"))]
    feats, ys = [features(c) for c in calls], [states_of(c) for c in calls]
    if check:
        steer_folds(calls)
        return folds(calls, feats, ys)
    index = index_of(calls, feats)
    w, t = fit([matrix(f, index) for f in feats], [np.array(y) for y in ys], prior(index, L2_WORDS, L2_SHARED), L2_SHARED, placed(index))
    rows = [steering(c) for c in calls]
    steer_index = index_of(calls, [[f for f, _, _ in r] for r in rows])
    flat = [r for c in rows for r in c]
    steer = logistic(matrix([f for f, _, _ in flat], steer_index), np.array([float(t) for _, t, _ in flat]), STEER_L2)
    write(index, w, t, steer_index, steer, len(calls))


if __name__ == "__main__":
    LEXICONS = {language: Lexicon(language) for language in LANGUAGES}
    arguments = [a for a in sys.argv[1:] if a != "--folds"]
    if len(arguments) != 1:
        sys.exit(__doc__)
    main(arguments[0], "--folds" in sys.argv)
