"""Reads labelled calls (.call files): header lines `# key: value`, section lines `[kind topic="..."]`, utterances `A: text`."""
import re
from pathlib import Path

KINDS = ["opening", "small_talk", "business", "off_agenda", "closing"]
SECTION_KINDS = {"tangent": "off_agenda"} | {kind: kind for kind in KINDS}
TAG = re.compile(r"\{(redirect:accepted|redirect:deflected|window)\}")
WORDS_PER_SECOND, CJK_PER_SECOND = 2.7, 4.5


def seconds_of(text):
    """About how long it takes to say a text."""
    cjk = len(re.findall(r"[\u4e00-\u9fff]", text))
    words = len(re.findall(r"[^\W\d_]+|\d+", re.sub(r"[\u4e00-\u9fff]", " ", text)))
    return max(0.4, cjk / CJK_PER_SECOND + words / WORDS_PER_SECOND)


def read(path):
    """A call as a dictionary; `utterances` hold speaker, text, kind, section, redirect and seconds."""
    header, utterances, sections = {}, [], []
    for line in Path(path).read_text(encoding="utf-8").splitlines():
        line = line.strip()
        if line.startswith("#"):
            key, _, value = line[1:].partition(":")
            header[key.strip()] = value.strip()
        elif line.startswith("["):
            name = re.match(r"\[(\w+)", line)[1]
            label = re.search(r'topic="([^"]*)"', line)
            sections.append({"kind": SECTION_KINDS[name], "label": label[1] if label else ""})
        elif line:
            speaker, _, text = line.partition(":")
            redirect = re.search(r"\{redirect:(\w+)\}", text)
            text = TAG.sub("", text).strip()
            utterances.append({"speaker": speaker, "text": text, "kind": sections[-1]["kind"],
                               "section": len(sections) - 1, "redirect": redirect[1] if redirect else None,
                               "seconds": seconds_of(text)})
    agenda = [item.strip() for item in header.get("agenda", "").split(";") if item.strip()]
    return {"id": header["id"], "language": header["language"], "agenda": agenda, "asr": header.get("asr") == "yes",
            "utterances": utterances, "sections": sections}


def digressions_in(folder):
    """Each section of the files of a folder as a call of its own: digressions that stand for themselves."""
    alone = []
    for call in read_all(folder):
        for number, section in enumerate(call["sections"]):
            said = [{**u, "section": 0} for u in call["utterances"] if u["section"] == number]
            alone.append({**call, "id": f"{call['id']}-{number}", "agenda": [], "utterances": said, "sections": [section]})
    return alone


def read_all(*folders):
    """The calls of some folders, by id."""
    calls = [read(path) for folder in folders for path in sorted(Path(folder).glob("*.call"))]
    return sorted(calls, key=lambda call: call["id"])
