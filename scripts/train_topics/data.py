"""Calls as the network sees them: rows of signs and true states."""
import random

import numpy as np

import chain
from augment import AWAY, compose, sections_of
from calls import seconds_of
from cues import Cues
from corrupt import corrupt
from signs import OWN, flow_signs, own_signs


def rows_of(call, embedding):
    """The call's utterances with their own signs."""
    out = []
    for u in call["utterances"]:
        out.append({**own_signs(u["text"], call["language"], embedding), "kind": u["kind"], "section": u["section"],
                    "speaker": u["speaker"], "seconds": u["seconds"], "call": call["id"], "language": call["language"]})
    return out


def corrupted(call, seed, rate):
    rng = random.Random(f"{call['id']} {seed}")
    rows = [(u["speaker"], u["text"], u["section"], None) for u in call["utterances"]]
    kinds = {u["section"]: u["kind"] for u in call["utterances"]}
    utterances = [{"speaker": s, "text": t, "section": k, "kind": kinds[k], "seconds": seconds_of(t)}
                  for s, t, k, _ in corrupt(rows, rng, rate)]
    return {**call, "utterances": utterances}


def states_of(rows):
    out = []
    for i, row in enumerate(rows):
        begins = i == 0 or rows[i - 1]["section"] != row["section"]
        name = row["kind"]
        out.append(chain.STATES.index(f"new_{name}" if begins and f"new_{name}" in chain.STATES else name))
    return np.array(out)


def signs_of(rows, cues, table):
    """Utterances x signs."""
    own = np.stack([row["own"] for row in rows]).copy()
    for i in range(1, len(rows)):
        own[i, OWN.index("same")] = float(rows[i]["speaker"] == rows[i - 1]["speaker"])
    return np.concatenate([own, flow_signs(rows), cues.columns(rows, table)], 1)


def inputs_of(rows, cues, table):
    """Utterances x inputs of the network."""
    return np.concatenate([signs_of(rows, cues, table), np.stack([row["vector"] for row in rows])], 1)


def donors_of(calls_rows):
    """Digressions by language."""
    out = {}
    for rows in calls_rows:
        for section in sections_of(rows):
            if section[0]["kind"] in AWAY:
                out.setdefault(rows[0]["language"], []).append(section)
    return out


def training_set(variants, alone, composed, seed):
    """Inputs and states of calls as they are and with changes, and of calls composed out of them. `variants` are lists of
    rows of the same calls, the first as written; `alone` are such lists of single digressions, which come in where calls are
    composed. Also the cues and their table."""
    rng = random.Random(seed)
    cues = Cues(variants[0] + alone[0])
    table = cues.table()
    pool = [rows for variant in variants for rows in variant]
    donors = [donors_of(variant + more) for variant, more in zip(variants, alone)]
    for _ in range(composed):
        which = rng.randrange(len(variants))
        rows = rng.choice(variants[which])
        pool.append(compose(rows, donors[which][rows[0]["language"]], rng))
    return [inputs_of(rows, cues, table) for rows in pool], [states_of(rows) for rows in pool], cues, table
