"""The calls of the bench: talk of the sample calls in another order, so that any length of it is at hand.

The bundled model, and with it every widened one, understands the two voices of the sample calls and no others.
"""
import json
import random
import subprocess
import wave
from pathlib import Path

import numpy as np

RATE_HZ = 16_000
SAMPLES = Path(__file__).resolve().parents[2] / "models/demo/calls"
# Utterances that stay together, so that a cut falls in a pause and talk is still talk.
BLOCK = 6
SHORT_S = 60.0


def decoded(path):
    """(samples, channels) as floats, by ffmpeg."""
    raw = subprocess.run(["ffmpeg", "-v", "error", "-i", str(path), "-ar", str(RATE_HZ), "-ac", "2", "-f", "f32le", "-"],
                         capture_output=True, check=True).stdout
    return np.frombuffer(raw, np.float32).reshape(-1, 2)


def blocks(name):
    """[(sound of both tracks, [(speaker, text)])] of a two-track sample call, cut in the middle of pauses."""
    sound = decoded(SAMPLES / f"{name}.opus")
    rows = json.loads((SAMPLES / f"{name}.times.json").read_text(encoding="utf-8"))
    found, begun = [], 0
    for at in range(0, len(rows), BLOCK):
        mine = rows[at:at + BLOCK]
        after = rows[at + BLOCK]["start"] if at + BLOCK < len(rows) else len(sound) / RATE_HZ
        end = round((mine[-1]["end"] + after) / 2 * RATE_HZ)
        found.append((sound[begun:end], [(row["speaker"], row["text"]) for row in mine]))
        begun = end
    return found


def talk(parts, seconds, seed):
    """(sound, lines) of at least `seconds` and less than a block more: all parts in turn, in an order of their own."""
    rng, sounds, lines, length = random.Random(seed), [], [], 0
    while length < seconds * RATE_HZ:
        for sound, said in rng.sample(parts, len(parts)):
            sounds.append(sound)
            lines += said
            length += len(sound)
            if length >= seconds * RATE_HZ:
                break
    return np.concatenate(sounds), lines


def write(path, sound, lines):
    """NAME.wav and NAME.json: the words of each track, or of all speakers where there is one track."""
    with wave.open(str(path), "wb") as out:
        out.setnchannels(sound.shape[1])
        out.setsampwidth(2)
        out.setframerate(RATE_HZ)
        out.writeframes((np.clip(sound, -1, 1) * 32767).astype(np.int16).tobytes())
    if sound.shape[1] == 1:
        truth = [" ".join(text for _, text in lines)]
    else:
        truth = [" ".join(text for speaker, text in lines if speaker == track) for track in "AB"]
    path.with_suffix(".json").write_text(json.dumps(truth), encoding="utf-8")


def make(folder, minutes=10, short_calls=20):
    """{name of the set: [files]}; half of the short calls have two tracks."""
    folder.mkdir(parents=True, exist_ok=True)
    parts = blocks("bakery-launch") + blocks("long-story")
    sets = {f"two tracks, {minutes} minutes": [folder / f"two-track-{minutes}.wav"],
            f"mono, {minutes} minutes": [folder / f"mono-{minutes}.wav"],
            f"{short_calls} short calls": [folder / f"short-{number:02}.wav" for number in range(short_calls)]}
    for seed, path in enumerate(path for paths in sets.values() for path in paths):
        if not path.exists():
            short, mono = path.stem.startswith("short"), path.stem.startswith("mono") or seed % 2 == 1
            sound, lines = talk(parts, SHORT_S if short else 60.0 * minutes, seed)
            write(path, sound.sum(1, keepdims=True) if mono else sound, lines)
    return sets
