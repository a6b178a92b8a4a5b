#!/usr/bin/env python3
"""How well are boundaries of topics found in real conversations, beside TextTiling (Hearst 1997, as nltk has it) and none?

    boundaries.py NAME=PATH...        folders or files of .jsonl: meetings (topics with times), or dialogues (boundaries)

Meetings that weights are learned from are left out (meetings.HELD are those that are not). A boundary counts as found within
a few utterances of a true one, each true one once. `oracle` takes as many boundaries as there are, the likeliest; `own` what
the method says by itself.
"""
import json
import sys
from pathlib import Path

import numpy as np

import chain
import embedding
import network
from cues import STEP, Cues
from data import inputs_of, rows_of
from meetings import HELD
from signs import LEXICONS
from train import MODELS, digest

NEAR = {"meeting": 5, "dialogue": 1}    # utterances
APART = 3                               # utterances between two of the likeliest boundaries, at least
TILE_WORDS = 20                         # of TextTiling, Hearst's


def marginals(e, trans):
    """Probability of each state at each utterance, by the forward and backward sums."""
    t = np.where(chain.ALLOWED, trans, chain.FORBIDDEN)
    total = lambda x, axis: np.logaddexp.reduce(x, axis)
    ahead, behind = [e[0]], [np.zeros(chain.S)]
    for row in e[1:]:
        ahead.append(total(ahead[-1][:, None] + t, 0) + row)
    for row in e[:0:-1]:
        behind.append(total(t + (row + behind[-1])[None], 1))
    both = np.array(ahead) + np.array(behind[::-1])
    return np.exp(both - total(both, 1)[:, None])


class Ours:
    """The weights of the program."""

    def __init__(self):
        from safetensors.numpy import load_file

        file = load_file(str(MODELS / "kinds.safetensors"))
        self.words = embedding.load(MODELS / "words.safetensors")
        self.table = dict(zip(file["cue_digests"].view(np.uint64).tolist(), file["cue_weights"].astype(np.float32) * STEP))
        self.nets = network.from_arrays(file)
        self.cues = Cues([])

    def says(self, utterances):
        """Chance of a boundary before each utterance, and the boundaries of the best path."""
        rows = rows_of({"id": "?", "language": "en", "utterances": utterances}, self.words)
        for row in rows:
            row["grams"] = {digest(gram) for gram in row["grams"]}
        x = inputs_of(rows, self.cues, self.table)
        e, switches = network.evidence(self.nets, x), network.switches(self.nets)
        path = chain.viterbi(e, switches)
        begins = [i for i in range(1, len(path)) if chain.BEGINS[path[i]] or chain.KIND_OF[path[i]] != chain.KIND_OF[path[i - 1]]]
        return marginals(e, switches)[:, chain.BEGINS].sum(1), begins


class TextTiling:
    """Chances are depths of the gaps, put on the utterance that begins nearest to a gap."""

    def says(self, utterances):
        from nltk.tokenize import TextTilingTokenizer

        tiler = TextTilingTokenizer(w=TILE_WORDS, stopwords=sorted(LEXICONS["en"].stop), demo_mode=True)
        words = np.cumsum([0] + [len(u["text"].split()) for u in utterances])
        depth = np.zeros(len(utterances))
        try:
            _, _, depths, chosen = tiler.tokenize("\n\n".join(u["text"] for u in utterances))
        except ValueError:      # too short to be cut
            return depth, []
        starts = words[1:-1]
        place = lambda gap: 1 + int(np.abs(starts - (gap + 1) * TILE_WORDS).argmin())
        for gap, value in enumerate(depths):
            depth[place(gap)] = max(depth[place(gap)], value)
        return depth, sorted({place(gap) for gap, on in enumerate(chosen) if on})


def likeliest(chances, count):
    out = []
    for i in np.argsort(-np.asarray(chances[1:]), kind="stable") + 1:
        if len(out) < count and all(abs(i - j) >= APART for j in out):
            out.append(int(i))
    return sorted(out)


def read(path):
    """Conversations: utterances and the indices of true boundaries."""
    lines = [json.loads(line) for line in Path(path).read_text(encoding="utf-8").splitlines()]
    if lines[0].get("type") == "meta":
        said = [u for u in lines if u["type"] == "utt" and u["text"].strip()]
        starts = sorted({t["start"] for t in lines if t["type"] == "topic" and t["source"] == "qmsum"})
        at = {next((i for i, u in enumerate(said) if u["start"] >= start - 0.5), 0) for start in starts}
        return [("meeting", said, sorted(at - {0}))]
    return [("dialogue", one["utterances"], sorted(set(one["boundaries"]) - {0})) for one in lines]


def matched(found, true, near):
    free, hit = list(found), 0
    for i in true:
        best = min(free, key=lambda j: abs(i - j), default=None)
        if best is not None and abs(best - i) <= near:
            free.remove(best)
            hit += 1
    return hit


def figures(name, conversations, methods):
    from nltk.metrics.segmentation import pk, windowdiff

    for title, says in methods.items():
        for way in ("oracle", "own"):
            hit = said = true = 0
            pks, diffs = [], []
            for sort, utterances, places in conversations:
                chances, own = says[id(utterances)]
                found = likeliest(chances, len(places)) if way == "oracle" else own
                hit, said, true = hit + matched(found, places, NEAR[sort]), said + len(found), true + len(places)
                n = len(utterances)
                text = lambda at: "".join("1" if i in set(at) else "0" for i in range(n))
                k = max(2, round(n / (len(places) + 1) / 2))
                if n > k:
                    pks.append(pk(text(places), text(found), k))
                    diffs.append(windowdiff(text(places), text(found), k))
            print(f"{name:10s} {title:10s} {way:6s} F1 {2 * hit / max(1, said + true):.3f} Pk {np.mean(pks):.3f} WindowDiff {np.mean(diffs):.3f} "
                  f"boundaries {said} of {true}", flush=True)


def main(arguments):
    ours, tiling = Ours(), TextTiling()
    for argument in arguments:
        name, _, place = argument.partition("=")
        files = [Path(place)] if Path(place).is_file() else sorted(f for f in Path(place).glob("*.jsonl") if f.name.startswith(HELD))
        conversations = []
        for file in files:
            for sort, utterances, places in read(file):
                said = [{"speaker": u["speaker"], "text": u["text"], "kind": "business", "section": 0, "seconds": 1.0} for u in utterances]
                if places and len(said) > 8:
                    conversations.append((sort, said, places))
        methods = {"rapport": {id(u): ours.says(u) for _, u, _ in conversations},
                   "TextTiling": {id(u): tiling.says(u) for _, u, _ in conversations},
                   "none": {id(u): (np.zeros(len(u)), []) for _, u, _ in conversations}}
        figures(name, conversations, methods)


if __name__ == "__main__":
    if not sys.argv[1:] or any("=" not in a for a in sys.argv[1:]):
        sys.exit(__doc__)
    main(sys.argv[1:])
