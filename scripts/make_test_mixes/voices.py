"""What is said in the test mixes: pieces of speech by one voice each, with the times of speech and words.

Synthetic voices read sentences that the bundled speech model never saw in training; real ones come from a folder of
recordings and are cut at their pauses. Times are seconds from the start of a piece.
"""
import random
import subprocess
import sys
import tempfile
import wave
from pathlib import Path
from typing import NamedTuple

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "train_demo_model"))
import speech as demo_speech  # noqa: E402
import text as demo_text  # noqa: E402

RATE_HZ = 16_000
# Root mean square over its speech that every piece is brought to: -26 dB of full scale, the level of ITU-T P.56 tests.
LEVEL_RMS = 0.05
# Sentences of these seeds are drawn by no other script (training 1,000 and up by shard, held-out 9,000).
SENTENCE_SEED = 77_000
# A frame of a recording is speech from this far below its loud frames on; pauses shorter than this are part of speech.
FRAME_S, SPEECH_DB, PAUSE_S = 0.02, -28.0, 0.25
# Pieces of recordings: no shorter than a short answer, no longer than a long sentence.
PIECE_S_MIN, PIECE_S_MAX = 0.5, 8.0


class Piece(NamedTuple):
    """One utterance: float32 sound, its text ("" where unknown), stretches of speech, word times (may be empty)."""

    sound: np.ndarray
    text: str
    speech: list
    words: list


class Recorded(NamedTuple):
    """A real voice: a file below the folder of recordings, its channel, and where it speaks alone (None: everywhere)."""

    file: str
    channel: int
    alone: list | None


FLITE = ["rms", "slt", "awb", "kal16"]
ESPEAK = {"espeak-man": "en-us", "espeak-woman": "en-us+f3", "espeak-scot": "en-gb-scotland+m3"}
REAL = {
    "katie": Recorded("calls/azure_enroll_katie.wav", 0, None),
    "steve": Recorded("calls/azure_enroll_steve.wav", 0, None),
    "agent": Recorded("calls/speechmatics_call_stereo.wav", 0, None),
    "customer": Recorded("calls/speechmatics_call_stereo.wav", 1, None),
    "american": Recorded("multilang/azure_custom/en-US_train_audio2.wav", 0, None),
    "spaniard": Recorded("multilang/azure_custom/es-ES_train_audio2.wav", 0, None),
    "german": Recorded("multilang/azure_custom/de-DE_train_audio2.wav", 0, None),
    "chinese": Recorded("multilang/azure_custom/zh-CN_train_audio2.wav", 0, None),
    # Where diar/pyannote_sample.rttm has one speaker alone.
    "caller90": Recorded("diar/pyannote_sample.wav", 0, [(8.4, 9.9), (11.1, 14.45), (18.65, 21.45), (28.55, 30.0)]),
    "caller91": Recorded("diar/pyannote_sample.wav", 0, [(10.05, 10.55), (14.75, 17.9), (21.8, 27.8)]),
}


def read_wave(path):
    """Samples of shape (n, channels) as floats at RATE_HZ."""
    with wave.open(str(path)) as sound:
        raw = np.frombuffer(sound.readframes(sound.getnframes()), np.int16).astype(np.float64) / 32768
        return resample(raw.reshape(-1, sound.getnchannels()), sound.getframerate())


def resample(samples, rate):
    """By Fourier transform; for whole short files."""
    if rate == RATE_HZ:
        return samples
    count = round(len(samples) * RATE_HZ / rate)
    spectrum = np.fft.rfft(samples, axis=0)[: count // 2 + 1]
    padded = np.zeros((count // 2 + 1, samples.shape[1]), complex)
    padded[: len(spectrum)] = spectrum
    return np.fft.irfft(padded, count, axis=0) * (count / len(samples))


def stretches(sound):
    """(start, end) of the stretches of speech in one voice's clean sound, by level."""
    size = round(FRAME_S * RATE_HZ)
    frames = sound[: len(sound) // size * size].reshape(-1, size)
    level = 10 * np.log10((frames**2).mean(1) + 1e-12)
    loud = level > np.percentile(level, 95) + SPEECH_DB
    found = []
    for at in np.flatnonzero(loud):
        start, end = at * FRAME_S, (at + 1) * FRAME_S
        if found and start - found[-1][1] < PAUSE_S:
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return [(round(a, 3), round(b, 3)) for a, b in found if b - a >= 0.06]


def levelled(sound, speech):
    """The sound with its speech at LEVEL_RMS."""
    parts = [sound[round(a * RATE_HZ):round(b * RATE_HZ)] for a, b in speech]
    rms = np.sqrt((np.concatenate(parts) ** 2).mean())
    return (sound * (LEVEL_RMS / rms)).astype(np.float32)


def flite_piece(voice, sentence):
    utterance = demo_speech.utter(sentence, voice, 1.0)
    if utterance is None:
        return None
    speech = []
    for _, start, end in utterance.phones:
        if speech and start - speech[-1][1] < PAUSE_S:
            speech[-1] = (speech[-1][0], end)
        else:
            speech.append((start, end))
    words = list(zip(demo_text.words(sentence), utterance.word_times, strict=True))
    words = [(word, round(a, 3), round(b, 3)) for word, (a, b) in words]
    sound = utterance.sound.astype(np.float64) / 32768
    return Piece(levelled(sound, speech), sentence, speech, words)


def espeak_piece(voice, sentence):
    with tempfile.NamedTemporaryFile(suffix=".wav") as out:
        subprocess.run(["espeak-ng", "-v", ESPEAK[voice], "-w", out.name, sentence], check=True)
        sound = read_wave(out.name)[:, 0]
    speech = stretches(sound)
    return Piece(levelled(sound, speech), sentence, speech, [])


def real_pieces(voice, folder):
    """The recording cut at its pauses, each piece with 60 ms around it that fade."""
    recorded = REAL[voice]
    whole = read_wave(folder / recorded.file)[:, recorded.channel]
    pieces, edge = [], round(0.06 * RATE_HZ)
    for begin, stop in recorded.alone or [(0.0, len(whole) / RATE_HZ)]:
        part = whole[round(begin * RATE_HZ):round(stop * RATE_HZ)]
        for start, end in stretches(part):
            end = min(end, start + PIECE_S_MAX)
            if end - start < PIECE_S_MIN:
                continue
            first = max(0, round(start * RATE_HZ) - edge)
            sound = part[first:round(end * RATE_HZ) + edge].copy()
            ramp = np.linspace(0, 1, edge)
            sound[:edge] *= ramp
            sound[-edge:] *= ramp[::-1]
            speech = [(start - first / RATE_HZ, min(end - first / RATE_HZ, len(sound) / RATE_HZ))]
            pieces.append(Piece(levelled(sound, speech), "", speech, []))
    return pieces


class Voice:
    """Gives one piece after the other; real voices begin again, in another order, when all has been said."""

    def __init__(self, name, seed, folder):
        self.name, self.rng = name, random.Random(SENTENCE_SEED + seed)
        self.stock = real_pieces(name, folder) if name in REAL else None
        self.waiting = []

    def next(self):
        if self.stock is not None:
            if not self.waiting:
                self.waiting = self.rng.sample(self.stock, len(self.stock))
            return self.waiting.pop()
        while True:
            sentence = demo_text.sentence(self.rng)
            make = flite_piece if self.name in FLITE else espeak_piece
            piece = make(self.name, sentence)
            if piece is not None and len(piece.sound) > 0.3 * RATE_HZ:
                return piece
