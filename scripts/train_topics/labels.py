#!/usr/bin/env python3
"""Learn models/topics/labels.safetensors, how likely a word is to be in the label that people give to a topic.

    labels.py TOOLS DIR...             writes the weights learned from the labels of all calls
    labels.py TOOLS --exam DIR...      prints how like the labels of people those are that the program gives

TOOLS holds call_format.py, DIRs hold .call files; the calls in `calls/` beside this script are always learned from. The words
and what speaks for them are those of src/topics/labels, as `cargo bench --bench labels_alone` prints them. A logistic
regression; a label in another script than its call is left out. The same calls give the same file.
"""
import hashlib
import json
import re
import subprocess
import sys
import tempfile
import tomllib
from collections import defaultdict
from pathlib import Path

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix, hstack

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
MODELS = ROOT / "models/topics"
MIN_CALLS = 10                      # a mark must occur in so many calls to get a weight
PRIOR, PRIOR_OF_USES = 5.0, 0.1     # strength; of 1, 2 and 5 the best on the first 48 calls of exam/
ALPHABET = {"en": "[a-z]", "ru": "[а-яё]", "zh": "[\u4e00-\u9fff]"}
CUT = {"en": 6, "ru": 5}            # letters of a stem, as in src/lexicon
TOKEN = re.compile(r"[^\W_]+(?:['-][^\W_]+)*")


def stopwords(language):
    text = tomllib.loads((ROOT / f"models/lexicon/{language}.toml").read_text())["stopwords"]
    return {word.strip() for word in text.replace("\n", " ").split(",")}


STOPWORDS = {language: stopwords(language) for language in CUT}


def wanted(topic):
    """Stems in the label that people gave; of Chinese the label itself."""
    language, label = topic["language"], topic["label"].lower().replace("\u2019", "'").replace("ё", "е")
    if language == "zh":
        return label
    words = (word.removesuffix("'s") for word in TOKEN.findall(label))
    return {word[:CUT[language]] for word in words if len(word) > 2 and word not in STOPWORDS[language]}


def topics_of(tools, folders):
    """Topics that have a label in their call's own script, and the vectors of words."""
    with tempfile.TemporaryDirectory() as work:
        for folder in folders:
            for call in sorted(Path(folder).glob("*.call")):
                out = subprocess.run([sys.executable, Path(tools) / "call_format.py", "json", call], check=True, capture_output=True)
                Path(work, call.stem + ".json").write_bytes(out.stdout)
        bench = ["cargo", "bench", "-q", "--no-default-features", "--bench", "labels_alone", "--profile", "dev", "--", work]
        lines = subprocess.run(bench, cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()
    topics, vectors = [], {}
    for line in map(json.loads, lines):
        if "vector" in line:
            vectors[line["word"]] = np.array(line["vector"], np.float32)
        elif line["candidates"] and re.search(ALPHABET[line["language"]], line["label"].lower()):
            topics.append(line)
    return topics, vectors


def inputs(topics, vectors, index):
    """One row a word: shares of its marks, its uses, its vector."""
    at, share, row, dense = [], [], 0, []
    for topic in topics:
        for _, written, uses, marks in topic["candidates"]:
            for digest, value in marks:
                if digest in index:
                    at.append((row, index[digest]))
                    share.append(value)
            dense.append(np.concatenate([uses, vectors[written] if topic["language"] == "en" else np.zeros(64)]))
            row += 1
    rows, columns = zip(*at)
    return hstack([csr_matrix((share, (rows, columns)), (row, len(index))), csr_matrix(np.array(dense))]).tocsr()


def truths(topics):
    return np.array([stem in w for topic in topics for w in [wanted(topic)] for stem, *_ in topic["candidates"]])


def learn(topics, vectors):
    """Digests of marks, and the weights: of marks, of uses, of the vector."""
    calls = defaultdict(set)
    for topic in topics:
        for *_, marks in topic["candidates"]:
            for digest, _ in marks:
                calls[digest].add(topic["call"])
    digests = sorted(digest for digest, seen in calls.items() if len(seen) >= MIN_CALLS)
    x, sign = inputs(topics, vectors, {digest: i for i, digest in enumerate(digests)}), 2.0 * truths(topics) - 1
    prior = np.full(x.shape[1], PRIOR)
    prior[len(digests):-64] = PRIOR_OF_USES
    back = x.T.tocsr()

    def loss(w):
        z = x @ w
        return np.logaddexp(0, -z * sign).sum() + (prior * w * w).sum() / 2, back @ (-sign / (1 + np.exp(z * sign))) + prior * w

    return digests, minimize(loss, np.zeros(x.shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": 300}).x


def write(topics, vectors):
    from safetensors.numpy import save_file

    digests, weights = learn(topics, vectors)
    marks, uses, vector = np.split(weights.astype(np.float32), [len(digests), -64])
    scale = np.float32(np.abs(marks).max() / 127)
    path = MODELS / "labels.safetensors"
    save_file({"uses": uses, "vector": vector, "mark_scale": np.array([scale]),
               "mark_weights": np.rint(marks / scale).astype(np.int8),
               "mark_digests": np.array(digests, np.uint64).view(np.int64)}, str(path))
    path.chmod(0o644)
    content, calls = path.read_bytes(), len({topic["call"] for topic in topics})
    entry = {"file": path.name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest(),
             "made_by": "scripts/train_topics/labels.py", "licence": "MIT OR Apache-2.0",
             "source": f"labels of {len(topics)} topics in {calls} calls written for this project"}
    manifest = [one for one in json.loads((MODELS / "manifest.json").read_text()) if one["file"] != path.name]
    (MODELS / "manifest.json").write_text(json.dumps([*manifest, entry], indent=2) + "\n")


def exam(topics):
    """How the labels that the program gives do: of their words, how many are in the label that people gave; how many labels
    share a word with it, and how many could, since one of its words is said in the topic."""
    for language in ALPHABET:
        shares, counts, could = [], [], []
        for topic in (topic for topic in topics if topic["language"] == language):
            theirs, ours = wanted(topic), wanted({**topic, "label": topic["named"]})
            stems = [stem for stem, *_ in topic["candidates"]]
            given = [stem for stem in stems if stem in ours] if language == "zh" else list(ours)
            shares.append(np.mean([stem in theirs for stem in given]) if given else 0.0)
            counts.append(len(given))
            could.append(any(stem in theirs for stem in stems))
        if shares:
            print(f"{language} {len(shares)} topics: {np.mean(counts):.1f} words in a label, right {np.mean(shares):.3f}; "
                  f"labels with a right word {np.mean(np.array(shares) > 0):.3f}, possible {np.mean(could):.3f}")


def main(arguments):
    asked = "--exam" in arguments
    arguments = [a for a in arguments if a != "--exam"]
    if not arguments or any(a.startswith("-") for a in arguments):
        sys.exit(__doc__)
    tools, *folders = arguments
    if asked:
        return exam(topics_of(tools, folders)[0])
    write(*topics_of(tools, [HERE / "calls", *folders]))


if __name__ == "__main__":
    main(sys.argv[1:])
