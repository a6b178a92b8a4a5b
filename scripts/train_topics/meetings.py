"""Stretches of real meetings about work (.jsonl files of topics and utterances with times), as calls that are all business:
what real speech about things nobody labelled sounds like. AMI and ICSI are CC BY 4.0."""
import json
import random
from pathlib import Path

BUSINESS = ("task", "recap", "process_review")
LENGTH_MIN, LENGTH_MAX = 60, 90     # utterances of a stretch
STRETCHES = 1                       # of each meeting
# Held back for measuring.
HELD = ("TS", "ES2015", "Bdb001", "Bed012", "Bmr011", "Bmr018", "Bmr025", "Bro016", "Bro019")


def stretches_of(path):
    lines = [json.loads(line) for line in Path(path).read_text(encoding="utf-8").splitlines()]
    topics = [line for line in lines if line["type"] == "topic"]
    out, now = [], []
    for line in lines:
        if line["type"] != "utt" or not line["text"].strip():
            continue
        at = next((k for k, t in enumerate(topics) if t["start"] <= line["start"] < t["end"]), None)
        fits = at is not None and topics[at]["kind"] in BUSINESS
        if not fits or len(now) >= LENGTH_MAX:
            out.append(now)
            now = []
        if fits:
            now.append({"speaker": line["speaker"], "text": line["text"], "kind": "business", "section": at,
                        "seconds": max(0.1, line["end"] - line["start"])})
    out.append(now)
    return [stretch for stretch in out if len(stretch) >= LENGTH_MIN]


def read_meetings(folders, seed):
    """Some stretches of each meeting that is not held back."""
    out = []
    for path in sorted(path for folder in folders for path in Path(folder).glob("*.jsonl")):
        if path.name.startswith(HELD):
            continue
        stretches = stretches_of(path)
        random.Random(f"{seed} {path.name}").shuffle(stretches)
        out += [{"id": f"{path.stem} {k}", "language": "en", "utterances": stretch}
                for k, stretch in enumerate(stretches[:STRETCHES])]
    return out
