#!/usr/bin/env python3
"""Writes tests/data/statistics.json: what scipy says of made-up lists, for tests/trend_statistics.rs to be held against.

    pip install scipy==1.17.1 && scripts/golden_statistics.py
"""
import json
import math
from pathlib import Path

import numpy as np
import scipy
from scipy import stats

OUT = Path(__file__).resolve().parent.parent / "tests" / "data" / "statistics.json"


def kendall_s(x, y):
    sign = np.sign(np.subtract.outer(x, x)) * np.sign(np.subtract.outer(y, y))
    return int(np.triu(sign, 1).sum())


def trend_case(name, x, y):
    """S, its chance where scipy has an answer of the same kind, and the Theil-Sen slope with its interval."""
    x, y = np.asarray(x, float), np.asarray(y, float)
    ties = len(set(x)) < len(x) or len(set(y)) < len(y)
    case = {"name": name, "x": x.tolist(), "y": y.tolist(), "s": kendall_s(x, y)}
    asymptotic = stats.kendalltau(x, y, method="asymptotic").pvalue
    if asymptotic < 1 and case["s"] != 0:
        # Without a continuity correction p = 2 sf(|S| / sd): gives the variance that scipy worked with.
        case["variance"] = (abs(case["s"]) / stats.norm.isf(asymptotic / 2)) ** 2
    if not ties:
        case["p"], case["kind"] = stats.kendalltau(x, y, method="exact").pvalue, "exact"
    elif len(x) <= 8:
        def statistic(order):
            return kendall_s(x, order)

        far = stats.permutation_test((y,), statistic, permutation_type="pairings", n_resamples=np.inf,
                                     alternative="two-sided")
        # Two-sided in scipy doubles the smaller tail; ours counts both tails of |S|.
        null = np.abs(far.null_distribution)
        case["p"], case["kind"] = float(np.mean(null >= abs(case["s"]))), "all orders"
    elif set(x) <= {0.0, 1.0}:
        # Kendall's S against two groups is Mann and Whitney's U.
        case["p"] = stats.mannwhitneyu(y[x == 0], y[x == 1], use_continuity=True, method="asymptotic").pvalue
        case["kind"] = "normal"
    if len(set(x)) > 1:
        slope = stats.theilslopes(y, x)
        case["slope"], case["low"], case["high"] = slope.slope, slope.low_slope, slope.high_slope
    return case


def difference_case(name, before, after):
    """The difference of the means with Welch's interval, and the chance by all ways to share out the values."""
    before, after = np.asarray(before, float), np.asarray(after, float)
    interval = stats.ttest_ind(after, before, equal_var=False).confidence_interval(0.95)
    few = math.comb(len(before) + len(after), len(before)) <= 20_000

    def statistic(a, b, axis=-1):
        return np.mean(b, axis=axis) - np.mean(a, axis=axis)

    shuffled = stats.permutation_test((before, after), statistic, permutation_type="independent", vectorized=True,
                                      n_resamples=np.inf if few else 200_000, rng=np.random.default_rng(1))
    null = np.abs(shuffled.null_distribution)
    seen = abs(float(np.mean(after) - np.mean(before)))
    return {"name": name, "before": before.tolist(), "after": after.tolist(),
            "difference": float(np.mean(after) - np.mean(before)), "low": interval.low, "high": interval.high,
            "p": float(np.mean(null >= seen - 1e-9)), "exact": few}


def main():
    rng = np.random.default_rng(2026)
    days = [0, 7, 13, 21, 30, 36, 44, 50, 58, 64, 72, 80]
    trends = [
        trend_case("five rising", [0, 7, 14, 21, 28], [0.1, 0.12, 0.15, 0.19, 0.3]),
        trend_case("a year of noise", days, rng.normal(0.2, 0.05, 12)),
        trend_case("a year that rises", days, np.linspace(0.1, 0.3, 12) + rng.normal(0, 0.04, 12)),
        trend_case("falling, fifty", np.arange(50), 5 - 0.05 * np.arange(50) + rng.normal(0, 1, 50)),
        trend_case("counts of seven", [0, 5, 9, 20, 22, 30, 41], [0, 1, 0, 2, 1, 3, 2]),
        trend_case("two calls a day", [0, 0, 5, 5, 9, 9, 20, 20], [1, 2, 2, 3, 3, 3, 5, 4]),
        trend_case("two groups", [0] * 14 + [1] * 17, rng.integers(0, 6, 14).tolist() + rng.integers(2, 9, 17).tolist()),
        trend_case("two hundred", np.arange(200), rng.integers(0, 5, 200)),
    ]
    differences = [
        difference_case("five and five", [4, 5, 6, 5, 7], [2, 3, 1, 3, 2]),
        difference_case("unequal spread", rng.normal(0.3, 0.1, 7), rng.normal(0.2, 0.02, 8)),
        difference_case("nothing", rng.normal(1, 1, 6), rng.normal(1, 1, 9)),
        difference_case("a long year", rng.normal(0.32, 0.06, 22), rng.normal(0.28, 0.05, 27)),
        difference_case("counts", rng.poisson(2, 20), rng.poisson(1.2, 25)),
    ]
    golden = {"made_by": f"scripts/golden_statistics.py with scipy {scipy.__version__}", "trends": trends,
              "differences": differences}
    OUT.write_text(json.dumps(golden, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
