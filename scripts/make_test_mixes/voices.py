"""What is said in the test mixes: pieces of speech by one voice each, with the times of speech and words.

Synthetic voices read sentences that the bundled speech model never saw in training; real ones come from a folder of
recordings and are cut at their pauses. Times are seconds from the start of a piece.
"""
import random
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

import numpy as np
import soundfile

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
# Around a piece of a recording, fading.
EDGE_S = 0.06
# Another take of a piece: how much its speed differs at most, and how long either part is where it is cut.
TAKE_SPEED, TAKE_S_MIN = 0.03, 0.8


class Piece(NamedTuple):
    """One utterance: float32 sound, its text ("" where unknown), stretches of speech, word times (may be empty)."""

    sound: np.ndarray
    text: str
    speech: list
    words: list


class Recorded(NamedTuple):
    """A real voice: [(file below the folder of recordings, where it speaks alone in seconds, None for everywhere)]."""

    sex: str
    parts: list
    channel: int = 0


class Meeting(NamedTuple):
    """A real voice out of meetings: the RTTM file below the folder of recordings, and its name there."""

    sex: str
    rttm: str
    name: str


FLITE = ["rms", "slt", "awb", "kal16"]
ESPEAK = {"espeak-man": "en-us", "espeak-woman": "en-us+f3", "espeak-scot": "en-gb-scotland+m3"}
AZURE, AMI = "multilang/azure_custom", "diar/pyannote_tests/debug.train.rttm"
REAL = {
    "katie": Recorded("f", [("calls/azure_enroll_katie.wav", None)]),
    "steve": Recorded("m", [("calls/azure_enroll_steve.wav", None)]),
    # Says too little (3 s) for pairs with everybody.
    "agent": Recorded("f", [("calls/speechmatics_call_stereo.wav", None)], 0),
    "customer": Recorded("m", [("calls/speechmatics_call_stereo.wav", None)], 1),
    "american": Recorded("m", [(f"{AZURE}/en-US_train_audio2.wav", None)]),
    "spaniard": Recorded("m", [(f"{AZURE}/es-ES_train_audio2.wav", None)]),
    "german": Recorded("f", [(f"{AZURE}/de-DE_train_audio2.wav", None)]),
    "chinese": Recorded("f", [(f"{AZURE}/zh-CN_train_audio2.wav", None)]),
    "president": Recorded("m", [("english/jfk.wav", None)]),
    "castilian": Recorded("f", [("multilang/leopard_test_es.wav", None)]),
    # Where diar/pyannote_sample.rttm has one speaker alone.
    "caller90": Recorded("f", [("diar/pyannote_sample.wav", [(8.4, 9.9), (11.1, 14.45), (18.65, 21.45), (28.55, 30.0)])]),
    "caller91": Recorded("f", [("diar/pyannote_sample.wav", [(10.05, 10.55), (14.75, 17.9), (21.8, 27.8)])]),
    # Of the AMI corpus, room microphones: those who speak alone for six seconds at least in the nine excerpts.
    "ami-1": Meeting("m", AMI, "MEE075"),
    "ami-2": Meeting("m", AMI, "MÉO069"),
    "ami-3": Meeting("f", AMI, "FEE078"),
    "ami-4": Meeting("f", AMI, "FEE083"),
    "ami-5": Meeting("f", AMI, "FEE087"),
}


def read_wave(path):
    """Samples of shape (n, channels) as floats at RATE_HZ."""
    samples, rate = soundfile.read(path, always_2d=True)
    return resample(samples, rate)


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


def alone(rttm, name):
    """[(recording, [(start, end)])] where one speaker of an RTTM file speaks and nobody else does, for PIECE_S_MIN."""
    turns = {}
    for line in rttm.read_text(encoding="utf-8").splitlines():
        fields = line.split()
        start, length = float(fields[3]), float(fields[4])
        turns.setdefault(fields[1], []).append((fields[7], start, start + length))
    found = []
    for recording, said in sorted(turns.items()):
        free = []
        for who, start, end in said:
            parts = [(start, end)] if who == name else []
            for _, begin, stop in (turn for turn in said if turn[0] != name):
                parts = [(a, b) for x, y in parts for a, b in ((x, min(y, begin)), (max(x, stop), y))]
            free += [(a, b) for a, b in parts if b - a >= PIECE_S_MIN]
        if free and (rttm.parent / f"{recording}.wav").exists():
            found.append((rttm.parent / f"{recording}.wav", free))
    return found


def real_pieces(voice, folder):
    """The recordings cut at their pauses."""
    recorded, channel = REAL[voice], 0
    if isinstance(recorded, Meeting):
        parts = alone(folder / recorded.rttm, recorded.name)
    else:
        parts, channel = [(folder / file, where) for file, where in recorded.parts], recorded.channel
    pieces = []
    for file, where in parts:
        whole = read_wave(file)[:, channel]
        for begin, stop in where or [(0.0, len(whole) / RATE_HZ)]:
            part = whole[round(begin * RATE_HZ):round(stop * RATE_HZ)]
            for start, end in stretches(part):
                while end - start > PIECE_S_MAX:
                    cut = quietest(part, start + PIECE_S_MAX / 2)
                    pieces.append(faded(part, start, cut))
                    start = cut
                if end - start >= PIECE_S_MIN:
                    pieces.append(faded(part, start, end))
    return pieces


def faded(sound, start, end):
    """A piece of a recording with 60 ms around it that fade."""
    edge = round(EDGE_S * RATE_HZ)
    first = max(0, round(start * RATE_HZ) - edge)
    cut = sound[first:round(end * RATE_HZ) + edge].copy()
    ramp = np.linspace(0, 1, edge)
    cut[:edge] *= ramp
    cut[-edge:] *= ramp[::-1]
    speech = [(start - first / RATE_HZ, min(end - first / RATE_HZ, len(cut) / RATE_HZ))]
    return Piece(levelled(cut, speech), "", speech, [])


def other_take(piece, rng):
    """What a person might have said instead: another part of the piece, at another speed.

    Nobody says a sentence twice alike to the sample, and to a method that knows nothing but the call such a sentence is
    a voice of its own. So what is heard again begins or ends elsewhere and is up to 3 % faster and higher, or slower.
    """
    sound = resample(piece.sound[:, None].astype(np.float64), RATE_HZ * rng.uniform(1 - TAKE_SPEED, 1 + TAKE_SPEED))[:, 0]
    start, end = (at * len(sound) / len(piece.sound) for at in piece.speech[0])
    if end - start > 2 * TAKE_S_MIN:
        cut = quietest(sound, start + rng.uniform(TAKE_S_MIN, end - start - TAKE_S_MIN))
        start, end = rng.choice([(start, cut), (cut, end)])
    return faded(sound, start, end)


def quietest(sound, at):
    """The quietest frame within 200 ms around a time, in seconds."""
    size = round(FRAME_S * RATE_HZ)
    first = max(0, round((at - 0.2) / FRAME_S))
    levels = [(sound[frame * size:(frame + 1) * size] ** 2).mean() for frame in range(first, first + 20)]
    return (first + int(np.argmin(levels))) * FRAME_S


class Voice:
    """Gives one piece after the other; real voices begin again, in another order and other takes, when all has been said."""

    def __init__(self, name, seed, folder):
        self.name, self.rng = name, random.Random(SENTENCE_SEED + seed)
        self.stock = real_pieces(name, folder) if name in REAL else None
        self.waiting, self.said = [], False

    def next(self):
        if self.stock is not None:
            if not self.waiting:
                self.waiting = self.rng.sample(self.stock, len(self.stock))
                if self.said:
                    self.waiting = [other_take(piece, self.rng) for piece in self.waiting]
                self.said = True
            return self.waiting.pop()
        while True:
            sentence = demo_text.sentence(self.rng)
            make = flite_piece if self.name in FLITE else espeak_piece
            piece = make(self.name, sentence)
            if piece is not None and len(piece.sound) > 0.3 * RATE_HZ:
                return piece
