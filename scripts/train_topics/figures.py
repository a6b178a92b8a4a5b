"""Figures of predicted states against labels, as the scoring of labelled calls has them."""
from collections import Counter

import numpy as np

import chain
from calls import KINDS


def pk(reference, hypothesis):
    r, h = ([int(a != b) for a, b in zip(x, x[1:])] for x in (reference, hypothesis))
    n = len(reference)
    k = max(2, round(n / (sum(r) + 1) / 2))
    if n <= k:
        return 0.0
    return sum((sum(r[i:i + k]) == 0) != (sum(h[i:i + k]) == 0) for i in range(n - k)) / (n - k)


def sections(path):
    out, at = [], 0
    for i, s in enumerate(path):
        at += i > 0 and (chain.BEGINS[s] or chain.KIND_OF[s] != chain.KIND_OF[path[i - 1]])
        out.append(int(at))
    return out


def score(calls, paths):
    z, errors, pks = Counter(), [], []
    for call, path in zip(calls, paths):
        said = [0.0, 0.0, 0.0]
        for u, s in zip(call["utterances"], path):
            d, k = u["seconds"], KINDS[chain.KIND_OF[s]]
            z["all"] += d
            z["ok"] += d * (k == u["kind"])
            said[0] += d
            said[1] += d * (u["kind"] == "small_talk")
            said[2] += d * (k == "small_talk")
            for name, which in (("st", ("small_talk",)), ("dg", ("small_talk", "off_agenda"))):
                a, b = u["kind"] in which, k in which
                z[name + "tp"] += d * (a and b)
                z[name + "fp"] += d * (b and not a)
                z[name + "fn"] += d * (a and not b)
        errors.append(abs(said[1] - said[2]) / said[0] * 100)
        pks.append(pk([u["section"] for u in call["utterances"]], sections(path)))
    f1 = lambda n: 2 * z[n + "tp"] / max(1e-9, 2 * z[n + "tp"] + z[n + "fp"] + z[n + "fn"])
    return {"ratio": float(np.mean(errors)), "st_f1": f1("st"), "st_prec": z["sttp"] / max(1e-9, z["sttp"] + z["stfp"]),
            "dg_f1": f1("dg"), "acc": z["ok"] / z["all"], "pk": float(np.mean(pks))}


def line(figures):
    return " ".join(f"{k} {v:.3f}" if k != "ratio" else f"{k} {v:.2f}" for k, v in figures.items())
