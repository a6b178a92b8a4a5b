"""Score reports on test mixes by words: credited to the wrong speaker, heard twice, lost where both speak.

    python score.py MIXES REPORTS [PATTERN...]

MIXES is the folder that make.py wrote, REPORTS the one that `rapport analyze MIXES --out REPORTS` wrote. Only mixes with
word times (flite's voices) on two tracks count. A word is right when it is aligned (Levenshtein 1966) to an equal word of
its own track; a word too many that the other side said within WITHIN_S of it is credited wrongly, or heard twice when the
other side is credited with it as well. A word of double talk is lost when nothing is aligned to it.
"""
import argparse
import fnmatch
import json
import re
from pathlib import Path

# Words of a report and of the truth this near to each other can be the same: whisper's word times are off by tenths.
WITHIN_S = 1.5


def plain(text):
    return re.findall(r"[a-z']+", text.lower())


def align(wanted, found):
    """[(index in wanted or None, index in found or None)] of least cost."""
    rows, columns = len(wanted) + 1, len(found) + 1
    cost = [[0] * columns for _ in range(rows)]
    for i in range(rows):
        for j in range(columns):
            if i and j:
                same = wanted[i - 1][0] == found[j - 1][0]
                cost[i][j] = min(cost[i - 1][j - 1] + (0 if same else 1.5), cost[i - 1][j] + 1, cost[i][j - 1] + 1)
            else:
                cost[i][j] = i + j
    pairs, i, j = [], rows - 1, columns - 1
    while i or j:
        same = i and j and wanted[i - 1][0] == found[j - 1][0]
        if i and j and cost[i][j] == cost[i - 1][j - 1] + (0 if same else 1.5):
            i, j = i - 1, j - 1
            pairs.append((i, j))
        elif i and cost[i][j] == cost[i - 1][j] + 1:
            i -= 1
            pairs.append((i, None))
        else:
            j -= 1
            pairs.append((None, j))
    return pairs[::-1]


def said(truth, track):
    """[(word, start, end, whether the other side speaks too)] of a track, in order."""
    others = [tuple(span) for row in truth if row["track"] != track for span in row["speech"]]
    words = [word for row in truth if row["track"] == track for word in row["words"]]
    return [(text, a, b, any(start < b and a < end for start, end in others)) for text, a, b in words]


def heard(report, speaker):
    """[(word, start, end)] of a speaker, in order."""
    found = []
    for utterance in report["utterances"]:
        if utterance["speaker"] == speaker:
            for word in utterance.get("words") or []:
                found += [(text, word["start"], word["end"]) for text in plain(word["text"])]
    return found


def score(truth, report):
    tally = dict.fromkeys(("words", "errors", "wrong", "twice", "double", "double_lost"), 0)
    sides = []
    for track, speaker in enumerate("AB"):
        wanted, found = said(truth, track), heard(report, speaker)
        sides.append((wanted, found, align(wanted, found)))
    right = [{i for i, j in pairs if i is not None and j is not None and wanted[i][0] == found[j][0]}
             for wanted, found, pairs in sides]
    for track, (wanted, found, pairs) in enumerate(sides):
        tally["words"] += len(wanted)
        tally["double"] += sum(word[3] for word in wanted)
        for i, j in pairs:
            if i is not None and j is not None and wanted[i][0] == found[j][0]:
                continue
            tally["errors"] += 1
            if j is None:
                tally["double_lost"] += wanted[i][3]
                continue
            text, start, _ = found[j]
            there = [at for at, word in enumerate(sides[1 - track][0])
                     if word[0] == text and abs(word[1] - start) <= WITHIN_S]
            if there:
                tally["twice" if any(at in right[1 - track] for at in there) else "wrong"] += 1
    return tally


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("mixes", type=Path)
    parser.add_argument("reports", type=Path)
    parser.add_argument("patterns", nargs="*", default=["*"])
    options = parser.parse_args()
    patterns = options.patterns or ["*"]
    total = {}
    print(f"{'mix':34} words  wrong words   wrong speaker   heard twice   lost of double talk   basis, confidence")
    for path in sorted(options.mixes.glob("*.json")):
        truth = json.loads(path.read_text(encoding="utf-8"))["said"]
        report = options.reports / path.name
        if not any(fnmatch.fnmatch(path.stem, pattern) for pattern in patterns) or not report.exists():
            continue
        if not all(row["words"] for row in truth):
            continue
        made = json.loads(report.read_text(encoding="utf-8"))
        tally = score(truth, made)
        for key, value in tally.items():
            total[key] = total.get(key, 0) + value
        show(path.stem, tally, f"{made['basis']} {made.get('attribution_confidence')}")
    if total:
        show("all", total, "")


def show(name, tally, more):
    words, double = max(tally["words"], 1), max(tally["double"], 1)
    share = lambda count, of: f"{count:4} {100 * count / of:5.2f} %"  # noqa: E731
    print(f"{name:34} {tally['words']:5}  {share(tally['errors'], words)}   {share(tally['wrong'], words)}    "
          f"{share(tally['twice'], words)}  {share(tally['double_lost'], double)} of {tally['double']:4}   {more}")


if __name__ == "__main__":
    main()
