"""Synthetic speech with exact word times: flite speaks a sentence and prints when each phone ends.

    python speech.py --work-dir DIR [--utterances N] [--processes 2]

writes DIR/speech/NNN.pkl, lists of `Utterance` as plain tuples. A shard depends only on its number,
so an interrupted run goes on where it stopped.
"""
import argparse
import multiprocessing
import os
import pickle
import random
import subprocess
import tempfile
import wave
from pathlib import Path
from typing import NamedTuple

import numpy as np

import text

# The two voices of the demo, one a speaker: a man and a woman of the CMU ARCTIC set, 16 kHz. Of eight
# voices of flite and espeak-ng these two sounded best in the study.
VOICES = ("rms", "slt")
RATE_HZ = 16_000
SHARD_UTTERANCES = 250
# Held-out sentences come from generators with these seeds; training ones from SHARD_SEED + number.
SHARD_SEED, HELD_OUT_SEED = 1_000, 9_000
# Spoken a little faster and slower than the sample calls (1.0), so that no single pace is learnt by heart.
STRETCH_MIN, STRETCH_MAX = 0.92, 1.12
# Sound kept on both sides of the first and last phone: they fade in and out beyond the printed times.
EDGE_S = 0.03
# Peak of a stored utterance, as in the study; the windows draw their own gain.
PEAK = 20_000

PHONES = ["pau", "aa", "ae", "ah", "ao", "aw", "ax", "ay", "b", "ch", "d", "dh", "eh", "er", "ey", "f", "g", "hh",
          "ih", "iy", "jh", "k", "l", "m", "n", "ng", "ow", "oy", "p", "r", "s", "sh", "t", "th", "uh", "uw", "v",
          "w", "y", "z", "zh"]


class Utterance(NamedTuple):
    """Sound from EDGE_S before the first phone to EDGE_S behind the last one."""

    sound: np.ndarray  # int16 at RATE_HZ
    text: str
    voice: str
    word_times: list  # (start, end) of each word of text.words, seconds from the start of `sound`
    phones: list  # (index in PHONES, start, end), pauses left out


def speak(sentence, voice, stretch):
    """Run flite once; returns (float32 samples, [(phone, start, end)])."""
    with tempfile.NamedTemporaryFile(suffix=".wav", dir="/dev/shm" if os.path.isdir("/dev/shm") else None) as out:
        done = subprocess.run(["flite", "-voice", voice, "--setf", f"duration_stretch={stretch:.3f}", "-psdur",
                               "-t", sentence, "-o", out.name], capture_output=True, text=True, check=True)
        with wave.open(out.name) as sound:
            if sound.getframerate() != RATE_HZ:
                raise ValueError(f"flite voice {voice}: wanted {RATE_HZ} Hz, got {sound.getframerate()}")
            samples = np.frombuffer(sound.readframes(sound.getnframes()), np.int16).astype(np.float32)
    phones, clock = [], 0.0
    for item in done.stdout.split():
        name, end = item.rsplit(":", 1)
        phones.append((name, clock, float(end)))
        clock = float(end)
    return samples, phones


_lengths = {}


def phone_count(word, voice):
    """How many phones flite gives a word when it stands alone."""
    if (word, voice) not in _lengths:
        _, phones = speak(word, voice, 1.0)
        _lengths[word, voice] = sum(name != "pau" for name, _, _ in phones)
    return _lengths[word, voice]


def utter(sentence, voice, stretch):
    """One Utterance, or None when its phones cannot be dealt out to its words one to one."""
    samples, phones = speak(sentence, voice, stretch)
    spoken = [p for p in phones if p[0] != "pau"]
    counts = [phone_count(word, voice) for word in text.words(sentence)]
    if not spoken or sum(counts) != len(spoken):
        return None
    first = max(0.0, spoken[0][1] - EDGE_S)
    begin, end = round(first * RATE_HZ), round((spoken[-1][2] + EDGE_S) * RATE_HZ)
    sound = samples[begin:end]
    sound = (sound * (PEAK / max(1.0, np.abs(sound).max()))).astype(np.int16)
    word_times, at = [], 0
    for count in counts:
        word_times.append((spoken[at][1] - first, spoken[at + count - 1][2] - first))
        at += count
    return Utterance(sound, sentence, voice, word_times,
                     [(PHONES.index(name), start - first, stop - first) for name, start, stop in spoken])


def held_out_texts(count):
    """Sentences that training never sees: drawn with their own seed; `shard` skips them."""
    rng = random.Random(HELD_OUT_SEED)
    texts = []
    while len(texts) < count:
        drawn = text.sentence(rng)
        if len(text.words(drawn)) >= 4 and drawn not in texts:
            texts.append(drawn)
    return texts


def shard(job):
    """Write one shard of training speech unless it is there."""
    number, folder, count = job
    path = folder / f"{number:03d}.pkl"
    if path.exists():
        return number
    rng, banned, made = random.Random(SHARD_SEED + number), set(held_out_texts(200)), []
    while len(made) < count:
        drawn = text.sentence(rng)
        voice, stretch = rng.choice(VOICES), rng.uniform(STRETCH_MIN, STRETCH_MAX)
        if drawn in banned:
            continue
        utterance = utter(drawn, voice, stretch)
        if utterance is not None:
            made.append(tuple(utterance))
    partial = path.with_suffix(".part")
    partial.write_bytes(pickle.dumps(made))
    partial.rename(path)
    return number


def make(folder, utterances, processes):
    """Write the training speech as shards of SHARD_UTTERANCES."""
    folder.mkdir(parents=True, exist_ok=True)
    size = min(SHARD_UTTERANCES, utterances)
    jobs = [(number, folder, size) for number in range(-(-utterances // size))]
    with multiprocessing.Pool(processes) as pool:
        for done, _ in enumerate(pool.imap_unordered(shard, jobs), 1):
            print(f"speech: {done} of {len(jobs)} shards", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--work-dir", type=Path, required=True)
    parser.add_argument("--utterances", type=int, default=16_000)
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    make(options.work_dir / "speech", options.utterances, options.processes)
