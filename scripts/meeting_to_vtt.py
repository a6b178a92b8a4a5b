#!/usr/bin/env python3
"""Turns a labelled meeting (one JSON object a line) into WebVTT with voice tags, on standard output.

Of each line with "type": "utt" the fields start and end (seconds), speaker and text are used; other lines are left out.
usage: meeting_to_vtt.py MEETING.jsonl > MEETING.vtt
"""

import json
import sys


def stamp(seconds):
    ms = max(0, round(seconds * 1000))
    return f"{ms // 3_600_000:02}:{ms // 60_000 % 60:02}:{ms // 1000 % 60:02}.{ms % 1000:03}"


def escape(text):
    text = " ".join(str(text).split())
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def main():
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        sys.exit(__doc__.strip())
    path = sys.argv[1]
    print("WEBVTT")
    with open(path, encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                one = json.loads(line)
                if one.get("type") != "utt" or not one["text"].strip():
                    continue
                cue = f"{stamp(one['start'])} --> {stamp(one['end'])}\n<v {escape(one['speaker'])}>{escape(one['text'])}"
            except (ValueError, KeyError, TypeError, AttributeError) as problem:
                sys.exit(f"{path}, line {number}: not a line of a meeting: {problem!r}")
            print(f"\n{cue}")


if __name__ == "__main__":
    main()
