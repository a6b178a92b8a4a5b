"""What single words and pairs of words tell: how much more often than others they stand in each kind of talk, and where a
topic begins or ends. For an utterance of a training call its own call is left out of the counts, so that what the net sees in
training is what it will see of calls it does not know."""
from collections import Counter, defaultdict

import numpy as np

from calls import KINDS

TARGETS = KINDS + ["first:small_talk", "first:business", "first:off_agenda", "last:small_talk", "last:off_agenda"]
COLUMNS = 2 * len(TARGETS)
DOUBT = 4.0             # a gram is taken for an average one until it was seen some times more than this
MIN_CALLS = {"en": 3, "ru": 2, "zh": 2}
CLIP = 3.0
STEP = CLIP / 127        # weights are kept in one byte


def targets_of(rows):
    """One column a target, utterances x targets."""
    out = np.zeros((len(rows), len(TARGETS)), np.float32)
    for i, row in enumerate(rows):
        out[i, KINDS.index(row["kind"])] = 1
        first = i > 0 and rows[i - 1]["section"] != row["section"]
        last = i + 1 < len(rows) and rows[i + 1]["section"] != row["section"]
        for name, on in (("first", first), ("last", last)):
            if on and f"{name}:{row['kind']}" in TARGETS:
                out[i, TARGETS.index(f"{name}:{row['kind']}")] = 1
    return out


class Cues:
    """Counts over training calls."""

    def __init__(self, calls_rows):
        self.count, self.calls = {}, Counter()
        self.own = {}
        self.total, self.all = defaultdict(lambda: np.zeros(len(TARGETS), np.float32)), Counter()
        for rows in calls_rows:
            own, targets = {}, targets_of(rows)
            for row, target in zip(rows, targets):
                for gram in row["grams"]:
                    entry = own.setdefault(gram, np.zeros(len(TARGETS) + 1, np.float32))
                    entry[:-1] += target
                    entry[-1] += 1
            self.own[rows[0]["call"]] = own
            language = rows[0]["language"]
            self.total[language] += targets.sum(0)
            self.all[language] += len(rows)
            for gram, entry in own.items():
                self.calls[gram] += 1
                self.count[gram] = self.count.get(gram, 0) + entry

    def share(self, language):
        return (self.total[language] + 0.5) / (self.all[language] + 1)

    def weigh(self, entry, share):
        return np.clip(np.log((entry[..., :-1] + DOUBT * share) / ((entry[..., -1:] + DOUBT) * share)), -CLIP, CLIP)

    def table(self):
        """Weights by gram."""
        keep = sorted(g for g, n in self.calls.items() if n >= MIN_CALLS[g[:2]])
        return {g: np.rint(self.weigh(self.count[g], self.share(g[:2])) / STEP) * np.float32(STEP) for g in keep}

    def columns(self, rows, table):
        """Utterances x columns: the sum of the weights over the root of their number, and the greatest weight."""
        out = np.zeros((len(rows), COLUMNS), np.float32)
        for i, row in enumerate(rows):
            own, share = self.own.get(row["call"]), self.share(row["language"])
            weights = []
            for gram in row["grams"]:
                if own is not None and gram in own:
                    if self.calls[gram] > MIN_CALLS[gram[:2]]:
                        weights.append(self.weigh(self.count[gram] - own[gram], share))
                elif gram in table:
                    weights.append(table[gram])
            if weights:
                out[i] = pooled(np.array(weights))
        return out


def pooled(weights):
    return np.concatenate([weights.sum(0) / np.sqrt(len(weights)) / 2, weights.max(0) / 2])
