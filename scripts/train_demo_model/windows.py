"""Training windows: utterances, mostly of one speaker, with short pauses, as the application packs them.

The application cuts a track at speech and packs the pieces into windows of up to 30 s with pauses of
some tenths of a second; a last or lonely piece is followed by silence. Each utterance is written as
<|start|> words <|end|>.
"""
import pickle
import random
from pathlib import Path

import numpy as np
import scipy.signal

import features
import speech
import tokens
from model import Compact

SECOND = speech.RATE_HZ
FRAME = 320  # samples of one encoder frame and of one time token, 20 ms
# Pauses between utterances. Inside an utterance flite pauses at most 0.2 s after a full stop, and these
# must not be taken for the end of it. The application keeps up to 0.4 s of silence on both sides of speech.
PAUSE_S = (0.28, 1.2)
LEAD_S = (0.0, 0.8)  # whisper.cpp accepts a first time of at most 1.0 s
# The attention of a word may fall this many frames outside its sound; that of a time token around it.
WORD_SLACK, TIME_SLACK = 2, 4
# A telephone line carries 8,000 samples a second: above 4 kHz there is nothing at all. Many cut below 300 Hz, and
# sharply above 3,400 Hz or somewhere near (LINE_TOPS_HZ).
LINE_HZ = 8_000
LINE_LOW = scipy.signal.butter(2, 300, "highpass", fs=LINE_HZ, output="sos")
LINE_TOPS_HZ, LINE_TAPS = (3_200, 3_900), 101
SINGLE_SHARE, PARTIAL_SHARE = 0.2, 0.15  # windows with one utterance, and windows that end early
MIXED_SHARE = 0.3  # windows that hold both voices, as those of a mono call
TELEPHONE_SHARE, LINE_LOW_SHARE, LINE_TOP_SHARE, NOISE_SHARE = 0.3, 0.5, 0.7, 0.5
PADDED_SHARE = 0.5  # windows whose noise ends soon after the speech: the rest was padded with silence


class Pool:
    """All utterances of a voice with their token ids, read from the shards."""

    def __init__(self, folder):
        self.folder, self.seen, self.voices = Path(folder), set(), {voice: [] for voice in speech.VOICES}
        self.refresh()

    def refresh(self):
        """Read shards that have appeared since the last time."""
        for path in sorted(self.folder.glob("*.pkl")):
            if path in self.seen:
                continue
            self.seen.add(path)
            for item in pickle.loads(path.read_bytes()):
                utterance = speech.Utterance(*item)
                self.voices[utterance.voice].append((utterance, labelled(utterance)))


def labelled(utterance):
    """[(compact id, start, end)] of each token: those of its word, in seconds; marks follow their word."""
    out, word = [], -1
    for token in tokens.encode(" " + utterance.text):
        string = tokens.STRINGS[token]
        if string.startswith(b" "):
            word += 1
        start, end = utterance.word_times[word]
        out.append((Compact.of_token[token], start, end) if string.strip().isalpha() else (Compact.of_token[token], end, end))
    return out


def pick(pool, rng, frames, single, partial):
    """Utterances and where they start: [(sample, (utterance, labels))]."""
    voices = speech.VOICES if rng.random() < MIXED_SHARE else [rng.choice(speech.VOICES)]
    limit = frames * features.HOP
    if partial:
        limit = int(limit * rng.uniform(0.35, 0.95))
    at, chosen = int(SECOND * rng.uniform(*LEAD_S)), []
    while True:
        voice = pool.voices[rng.choice(voices)]
        item = rng.choice(voice)
        if at + len(item[0].sound) > limit:
            item = min((rng.choice(voice) for _ in range(4)), key=lambda other: len(other[0].sound))
        if at + len(item[0].sound) > limit:
            if chosen:
                return chosen
            at, limit = 0, frames * features.HOP
            continue
        chosen.append((at, item))
        at += len(item[0].sound) + int(SECOND * rng.uniform(*PAUSE_S))
        if single:
            return chosen


def telephone(sound, rng):
    """The sound as it comes out of a telephone line."""
    narrow = scipy.signal.resample_poly(sound, LINE_HZ, SECOND)
    if rng.random() < LINE_LOW_SHARE:
        narrow = scipy.signal.sosfilt(LINE_LOW, narrow)
    if rng.random() < LINE_TOP_SHARE:
        taps = scipy.signal.firwin(LINE_TAPS, rng.uniform(*LINE_TOPS_HZ), fs=LINE_HZ)
        narrow = scipy.signal.fftconvolve(narrow, taps, "same")
    return scipy.signal.resample_poly(narrow, SECOND, LINE_HZ)[:len(sound)].astype(np.float32)


def spoil(sound, rng, noise, speech_end):
    """Gain, noise and a telephone line; `speech_end` is the sample behind the last utterance."""
    sound = sound * 10 ** (rng.uniform(-14, 2) / 20)
    if rng.random() < NOISE_SHARE:
        kind, at = rng.randrange(len(noise)), rng.randrange(len(noise[0]) - len(sound))
        until = speech_end + int(SECOND * rng.uniform(0, 1)) if rng.random() < PADDED_SHARE else len(sound)
        until = min(until, len(sound))
        sound[:until] += noise[kind][at:at + until] * 10 ** (rng.uniform(-78, -44) / 20)
    if rng.random() < TELEPHONE_SHARE:
        sound = telephone(sound, rng)
    return np.clip(sound, -1, 1)


def noises(seed):
    """Two minutes of white and of low-passed noise."""
    white = np.random.default_rng(seed).standard_normal(SECOND * 120).astype(np.float32)
    return [white, np.convolve(white, np.ones(8, np.float32) / 4, "same").astype(np.float32)]


def window(pool, rng, noise, frames, offsets):
    """(mel, offset, target rows, phone of each encoder frame). A row: (id, guide start, guide end or -1)."""
    dice = rng.random()
    chosen = pick(pool, rng, frames, dice < SINGLE_SHARE, SINGLE_SHARE <= dice < SINGLE_SHARE + PARTIAL_SHARE)
    sound, phones = np.zeros(frames * features.HOP, np.float32), np.zeros(frames // 2, np.int64)
    offset = rng.randrange(0, 1500 - frames // 2 + 1) if offsets else 0
    rows = [(Compact.sot, -1, -1)]
    for number, (at, (utterance, labels)) in enumerate(chosen):
        sound[at:at + len(utterance.sound)] += utterance.sound * (10 ** (rng.uniform(-5, 0) / 20) / 32768)
        first, last = at + speech.EDGE_S * SECOND, at + len(utterance.sound) - speech.EDGE_S * SECOND
        first, last = round(first / FRAME), round(last / FRAME)
        spoken = min(first, 50) if number == 0 and not offsets else first
        rows.append((Compact.first_time + offset + spoken, first - TIME_SLACK, first + TIME_SLACK))
        rows += [(i, (at + a * SECOND) / FRAME - WORD_SLACK, (at + b * SECOND) / FRAME + WORD_SLACK) for i, a, b in labels]
        rows.append((Compact.first_time + offset + last, last - TIME_SLACK, last + TIME_SLACK))
        for phone, a, b in utterance.phones:
            phones[round((at + a * SECOND) / FRAME):round((at + b * SECOND) / FRAME)] = phone
    rows.append((Compact.eot, -1, -1))
    mel = features.log_mel(spoil(sound, rng, noise, chosen[-1][0] + len(chosen[-1][1][0].sound)))
    # The loudest cell of a whole input can be louder than that of one window.
    loudest = mel.max() + (rng.uniform(0, 0.6) if rng.random() < 0.4 else 0)
    return features.normalised(mel, loudest), offset, rows, phones


def batch(pool, rng, noise, size, frames, length, offsets):
    """Arrays of `size` windows whose targets fit `length` tokens."""
    mel = np.zeros((size, frames, features.MELS), np.float32)
    ids, targets = np.zeros((size, length), np.int64), np.full((size, length), -100, np.int64)
    guides = np.full((size, length, 2), -1.0, np.float32)
    offset, phones = np.zeros(size, np.int64), np.zeros((size, frames // 2), np.int64)
    for b in range(size):
        while True:
            mel[b], offset[b], rows, phones[b] = window(pool, rng, noise, frames, offsets)
            if len(rows) <= length + 1:
                break
        n = len(rows) - 1
        ids[b, :n], targets[b, :n] = [r[0] for r in rows[:-1]], [r[0] for r in rows[1:]]
        guides[b, :n] = [r[1:] for r in rows[1:]]
    longest = max(8, int((targets >= 0).sum(1).max()))
    return mel, offset, ids[:, :longest], targets[:, :longest], guides[:, :longest], phones


def feed(queue, folder, seed, size, frames, length, offsets):
    """Endless batches into a queue; reads new shards now and then. Runs as a process of its own."""
    pool, rng, noise = Pool(folder), random.Random(seed), noises(4)
    while True:
        for _ in range(50):
            queue.put(batch(pool, rng, noise, size, frames, length, offsets))
        pool.refresh()
