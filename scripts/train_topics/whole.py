"""What a whole digression is, small talk or off-agenda talk: a logistic regression over the means of what its utterances say
and over the words and pairs of words in it, however it lies in the call. It is added to what the network says of them one by
one. Those of src/topics/whole.rs."""
from collections import defaultdict

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix, hstack

import chain
from augment import AWAY
from cues import TARGETS
from signs import OWN

LANGUAGES = ["ru", "zh"]        # have a bias of their own
PRIOR, PRIOR_OF_GRAMS = 5.0, 3.0    # strength; those of grams from folds over the people who wrote the digressions
MIN_CALLS = 3                   # a gram must occur in digressions of so many calls to get a weight
GRAMS = 4.0                     # a gram counts as much, over the root of their number
# Of this against the network's log-odds, where words have vectors and where they have none (the languages above); chosen on
# calls that no weight was learned from, those of exam/ among them.
WEIGHT, WEIGHT_WITHOUT_VECTORS = 8.0, 2.0
COMPANY = 2.0                   # of what all digressions in a row say, against what one of them says
SMALL_TALK, OFF_AGENDA = ([i for i in range(chain.S) if chain.KIND_OF[i] == kind] for kind in (1, 3))


def means_of(rows, signs, at):
    """Of the utterances at some places: the mean vector by words, means of own signs and of sums of cues, twice, to be about
    as large; and the language."""
    words = np.array([rows[i]["words"] for i in at], np.float32)[:, None] + 1e-3
    vectors = np.stack([rows[i]["vector"] for i in at])
    own, cues = signs[at, :len(OWN)], signs[at, -2 * len(TARGETS):-len(TARGETS)]
    language = [float(rows[0]["language"] == one) for one in LANGUAGES]
    return np.concatenate([(vectors * words).sum(0) / words.sum(), 2 * own.mean(0), 2 * cues.mean(0), language])


def digressions_of(rows):
    """Places of the utterances of each labelled digression, and whether it is small talk."""
    sections = {}
    for i, row in enumerate(rows):
        sections.setdefault(row["section"], []).append(i)
    return [(at, rows[at[0]]["kind"] == "small_talk") for at in sections.values() if rows[at[0]]["kind"] in AWAY]


def grams_of(rows, at):
    """All words and pairs in the utterances at some places."""
    return set().union(*(rows[i]["grams"] for i in at))


class Whole:
    """Weights of means, the bias last, and of grams."""

    def __init__(self, means, grams):
        self.means, self.grams = means, grams

    def log_odds(self, rows, signs, at):
        """Of small talk."""
        grams = grams_of(rows, at)
        known = sum(self.grams.get(gram, 0.0) for gram in grams)
        return means_of(rows, signs, at) @ self.means[:-1] + self.means[-1] + GRAMS / np.sqrt(max(len(grams), 1)) * known


def fit(calls):
    """Learns from pairs of rows and signs."""
    found = [(rows, signs, at, truth) for rows, signs in calls for at, truth in digressions_of(rows)]
    seen, inside = defaultdict(set), [sorted(grams_of(rows, at)) for rows, _, at, _ in found]
    for (rows, *_), grams in zip(found, inside):
        for gram in grams:
            seen[gram].add(rows[0]["call"])
    names = sorted(gram for gram, where in seen.items() if len(where) >= MIN_CALLS)
    index = {gram: i for i, gram in enumerate(names)}
    at = [(row, index[gram], GRAMS / np.sqrt(len(grams))) for row, grams in enumerate(inside) for gram in grams if gram in index]
    rows, columns, shares = zip(*at)
    dense = np.array([[*means_of(rows, signs, at), 1.0] for rows, signs, at, _ in found], np.float64)
    x = hstack([csr_matrix((shares, (rows, columns)), (len(found), len(names))), csr_matrix(dense)]).tocsr()
    sign = np.array([2.0 * truth - 1 for *_, truth in found])
    prior = np.r_[np.full(len(names), PRIOR_OF_GRAMS), np.full(dense.shape[1] - 1, PRIOR), 0.0]
    back = x.T.tocsr()

    def loss(w):
        z = x @ w * sign
        return np.logaddexp(0, -z).sum() + (prior * w * w).sum() / 2, back @ (-sign / (1 + np.exp(z))) + prior * w

    w = minimize(loss, np.zeros(x.shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": 500}).x
    # One byte a weight, as the program has them; what is nothing in that is left out.
    grams = w[:len(names)]
    step = np.abs(grams).max() / 127
    kept = {gram: np.float32(np.rint(value / step) * step) for gram, value in zip(names, grams) if np.rint(value / step)}
    return Whole(w[len(names):].astype(np.float32), kept)


def settle(path, e, rows, signs, weights):
    """The path with the kind of each of its digressions settled by all of it. Where digressions follow each other without
    business between, all of them speak for each: of 788 labelled ones 26 are followed by one of the other kind."""
    def odds(first, end):
        places = np.arange(first, end)
        each = np.logaddexp.reduce(e[places][:, SMALL_TALK], 1) - np.logaddexp.reduce(e[places][:, OFF_AGENDA], 1)
        weight = WEIGHT_WITHOUT_VECTORS if rows[0]["language"] in LANGUAGES else WEIGHT
        return each.sum() + weight * weights.log_odds(rows, signs, places)

    kinds = chain.KIND_OF[path]
    starts = [i for i in range(len(path)) if i == 0 or chain.BEGINS[path[i]] or kinds[i] != kinds[i - 1]]
    runs = [(a, b) for a, b in zip(starts, starts[1:] + [len(path)])]
    out, at = list(path), 0
    while at < len(runs):
        last = at
        while last < len(runs) and kinds[runs[last][0]] in (1, 3):
            last += 1
        more = COMPANY * odds(runs[at][0], runs[last - 1][1]) if last - at > 1 else 0.0
        for first, end in runs[at:last]:
            kind = "small_talk" if odds(first, end) + more > 0 else "off_agenda"
            for i in range(first, end):
                out[i] = chain.STATES.index(f"new_{kind}" if chain.BEGINS[path[i]] else kind)
        at = max(last, at + 1)
    return out
