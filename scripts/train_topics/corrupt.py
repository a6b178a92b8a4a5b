#!/usr/bin/env python3
"""Makes a labelled call look as a speech recogniser would have written it.

    corrupt.py IN.call OUT.call [SEED]

Lower case, no punctuation, 15 % of the words wrong (a third each: left out, replaced by a word of the call, heard
twice or changed in its letters), utterances cut in odd places and run together. Sections stay; tags stay with the last part of
the utterance they were on.
"""
import random
import re
import sys
from pathlib import Path

WORD_ERRORS = 0.15
CUT, JOIN = 0.15, 0.12          # shares of utterances that are cut in two, and that are joined to the one before
CUT_WORDS_MIN = 6
TAGS = re.compile(r"(?:\s*\{[^}]*\})+\s*$")


def units_of(text):
    """Words in lower case without punctuation, and single Chinese characters."""
    return re.findall(r"[\u3400-\u9fff]|[^\W_\u3400-\u9fff]+(?:['’-][^\W_\u3400-\u9fff]+)*", text.lower())


def joined(units):
    return re.sub(r"(?<=[\u3400-\u9fff]) (?=[\u3400-\u9fff])", "", " ".join(units))


def misheard(units, rng, pool, rate=WORD_ERRORS):
    out = []
    for unit in units:
        if rng.random() >= rate:
            out.append(unit)
            continue
        way = rng.randrange(4)
        if way == 1:
            out.append(rng.choice(pool))
        elif way == 2 and len(unit) > 2:
            at = rng.randrange(1, len(unit))
            out.append(unit[:at] + unit[at + 1:])
        elif way == 3:
            out += [unit, unit]
    return out or units[:1]


def corrupt(rows, rng, rate=WORD_ERRORS, cut=CUT, join=JOIN):
    """Rows are (speaker, text, section, rest); the same, changed."""
    pool = [unit for row in rows for unit in units_of(row[1])] or ["um"]
    out = []
    for speaker, text, section, rest in rows:
        units = misheard(units_of(text), rng, pool, rate)
        if not units:
            continue
        before = out[-1] if out else None
        if before and before[0] == speaker and before[2] == section and rng.random() < 0.5:
            out[-1] = (speaker, before[1] + units, section, rest)
        elif len(units) >= CUT_WORDS_MIN and rng.random() < cut:
            at = rng.randrange(2, len(units) - 1)
            out += [(speaker, units[:at], section, None), (speaker, units[at:], section, rest)]
        elif before and before[2] == section and rng.random() < join and len(units) <= 4:
            out[-1] = (before[0], before[1] + units, section, rest or before[3])
        else:
            out.append((speaker, units, section, rest))
    return [(speaker, joined(units), section, rest) for speaker, units, section, rest in out]


def main(source, target, seed="1"):
    lines = Path(source).read_text(encoding="utf-8").splitlines()
    head = [line for line in lines if line.startswith("#")]
    rows, sections = [], []
    for line in lines:
        if line.startswith("["):
            sections.append(line)
        elif line.strip() and not line.startswith("#"):
            speaker, _, text = line.partition(":")
            tags = TAGS.search(text)
            rows.append((speaker, TAGS.sub("", text), len(sections) - 1, tags[0].strip() if tags else None))
    rng = random.Random(f"{seed} {head[0]}")
    out, before = head, None
    for speaker, text, section, tags in corrupt(rows, rng):
        if section != before:
            out += ["", sections[section]]
            before = section
        out.append(f"{speaker}: {text}" + (f" {tags}" if tags else ""))
    Path(target).write_text("\n".join(out) + "\n", encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    main(*sys.argv[1:])
