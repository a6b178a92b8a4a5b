"""Render the sample calls of models/demo/calls: NAME.call becomes NAME.opus and NAME.times.json.

    python make.py [--calls ../../models/demo/calls] [NAME...]

Needs flite and opusenc (Debian: flite, opus-tools) and numpy. Two-track calls hold "me" on the left and
the client on the right. The times are those at which flite says that the first phone of an utterance
begins and its last one ends. The same bytes of sound come out each time; opusenc gets a fixed serial.
"""
import argparse
import json
import random
import re
import subprocess
import sys
import wave
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve()
sys.path.insert(0, str(HERE.parents[1] / "train_demo_model"))
import speech  # noqa: E402

# Voices as the model knows them: the designer is a man, the baker a woman.
VOICE = {"A": "rms", "B": "slt"}
MONO = {"shop-photos"}
# Pauses in seconds: between speakers, between utterances of one speaker, and the longer one that a
# speaker takes now and then (about every ninth time).
TURN_S, BREATH_S, LONG_S, LONG_SHARE = (0.25, 0.8), (0.45, 0.8), (1.1, 1.9), 0.11
LEAD_S, TAIL_S = 0.6, 0.8
LEVEL = {"A": 0.62, "B": 0.5}  # of full scale, at the peak: two people never sit equally near
NOISE_DB = -72.0  # a quiet room; digital silence would be no recording
BITRATE_KBIT = {1: 20, 2: 22}


def utterances(path):
    """[(speaker, text)] of a .call file, without tags."""
    found = re.findall(r"^([A-Z]): (.*)$", path.read_text(encoding="utf-8"), re.M)
    return [(speaker, re.sub(r"\{[^}]*\}", "", line).strip()) for speaker, line in found]


def render(name, lines):
    """(samples of shape (n, 2) as floats, [{speaker, text, start, end}])."""
    rng, clock, placed = random.Random(name), LEAD_S, []
    before = None
    for speaker, line in lines:
        utterance = speech.utter(line, VOICE[speaker], 1.0)
        if utterance is None:
            raise ValueError(f"{name}: flite's phones do not fit the words of {line!r}; say it differently")
        if before is not None:
            span = LONG_S if rng.random() < LONG_SHARE else BREATH_S if before == speaker else TURN_S
            clock += rng.uniform(*span)
        placed.append((clock, speaker, line, utterance.sound))
        clock += len(utterance.sound) / speech.RATE_HZ
        before = speaker
    sound = np.random.default_rng(len(lines)).standard_normal((round((clock + TAIL_S) * speech.RATE_HZ), 2))
    sound *= 10 ** (NOISE_DB / 20)
    times = []
    for start, speaker, line, samples in placed:
        at = round(start * speech.RATE_HZ)
        sound[at:at + len(samples), "AB".index(speaker)] += samples * (LEVEL[speaker] / speech.PEAK)
        times.append({"speaker": speaker, "text": line, "start": round(start + speech.EDGE_S, 3),
                      "end": round(start + len(samples) / speech.RATE_HZ - speech.EDGE_S, 3)})
    return sound, times


def write(path, sound):
    """Opus by way of a WAV file beside it."""
    temporary, channels = path.with_suffix(".wav"), sound.shape[1]
    with wave.open(str(temporary), "wb") as out:
        out.setnchannels(channels)
        out.setsampwidth(2)
        out.setframerate(speech.RATE_HZ)
        out.writeframes((np.clip(sound, -1, 1) * 32767).astype(np.int16).tobytes())
    subprocess.run(["opusenc", "--quiet", "--bitrate", str(BITRATE_KBIT[channels]), "--serial", "1", "--discard-comments",
                    str(temporary), str(path)], check=True)
    temporary.unlink()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("names", nargs="*", help="all when none is given")
    parser.add_argument("--calls", type=Path, default=HERE.parents[2] / "models" / "demo" / "calls")
    options = parser.parse_args()
    for script in sorted(options.calls.glob("*.call")):
        if options.names and script.stem not in options.names:
            continue
        sound, times = render(script.stem, utterances(script))
        if script.stem in MONO:
            sound = sound.sum(1, keepdims=True)
        write(script.with_suffix(".opus"), sound)
        rows = ",\n".join("  " + json.dumps(row) for row in times)
        script.with_suffix(".times.json").write_text(f"[\n{rows}\n]\n", encoding="utf-8")
        size = script.with_suffix(".opus").stat().st_size
        print(f"{script.stem}: {len(sound) / speech.RATE_HZ:.1f} s, {len(times)} utterances, {size} bytes")


if __name__ == "__main__":
    main()
