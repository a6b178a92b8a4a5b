"""Word error rate and utterance times of a ggml file in whisper.cpp (greedy, no context, time tokens on).

    python evaluate.py --model FILE.bin [--held-out 200] [--calls DIR] [--show] [--json FILE]

The sample calls are cut at speech and packed into windows as the application does it; a held-out
sentence is one window.
"""
import argparse
import json
import random
import subprocess
from pathlib import Path

import numpy as np
import scipy.signal

import speech
import text

CALLS = text.CALLS
RATE_HZ, WINDOW_S = speech.RATE_HZ, 30.0
# Speech of a track: 10 ms frames louder than this share of the loudest. EDGE_S of the silence on both sides
# is kept, as in the application, so two stretches with less than twice that between them are one.
LOUD_SHARE, EDGE_S = 0.02, 0.4
TIME_BAR_S = 0.3


def errors(reference, heard):
    """Word edit distance."""
    row = list(range(len(heard) + 1))
    for i, a in enumerate(reference, 1):
        diagonal, row[0] = row[0], i
        for j, b in enumerate(heard, 1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (a != b))
    return row[-1]


def transcriber(path):
    """A function from float32 samples to [(start, end, text)]; one greedy pass, no fallback."""
    from pywhispercpp.model import Model

    model = Model(str(path), n_threads=1, print_progress=False, print_realtime=False, print_timestamps=False,
                  no_context=True, temperature_inc=0.0, language="en", redirect_whispercpp_logs_to=None)
    return lambda sound: [(s.t0 / 100, s.t1 / 100, s.text.strip()) for s in model.transcribe(sound.astype(np.float32))]


def decode(path):
    """(channels, samples) as floats at RATE_HZ, by ffmpeg."""
    probe = subprocess.run(["ffprobe", "-v", "error", "-show_entries", "stream=channels", "-of", "csv=p=0", str(path)],
                           capture_output=True, text=True, check=True)
    raw = subprocess.run(["ffmpeg", "-v", "error", "-i", str(path), "-ar", str(RATE_HZ), "-f", "f32le", "-"],
                         capture_output=True, check=True).stdout
    return np.frombuffer(raw, np.float32).reshape(-1, int(probe.stdout)).T


def speech_spans(track):
    """[(start, end)] in samples."""
    frames = np.abs(track[:len(track) // 160 * 160]).reshape(-1, 160).max(1)
    loud = np.nonzero(frames > LOUD_SHARE * frames.max())[0] * 160
    spans = []
    for at in loud:
        if spans and at - spans[-1][1] < 2 * EDGE_S * RATE_HZ:
            spans[-1][1] = at + 160
        else:
            spans.append([at, at + 160])
    edge = int(EDGE_S * RATE_HZ)
    return [(max(0, a - edge), min(len(track), b + edge)) for a, b in spans]


def packed(track):
    """Windows: (samples, [(start in the window, start in the track, length)]) in samples."""
    out, pieces, at = [], [], 0
    for a, b in speech_spans(track):
        if pieces and at + b - a > WINDOW_S * RATE_HZ:
            out.append(pieces)
            pieces, at = [], 0
        pieces.append((at, a, b - a))
        at += b - a
    out.append(pieces)
    windows = []
    for pieces in out:
        sound = np.zeros(pieces[-1][0] + pieces[-1][2], np.float32)
        for at, a, length in pieces:
            sound[at:at + length] = track[a:a + length]
        windows.append((sound, pieces))
    return windows


def in_track(seconds, pieces):
    """A window's time as a time of the track."""
    at = seconds * RATE_HZ
    piece = max((p for p in pieces if p[0] <= at), default=pieces[0])
    return (piece[1] + min(at - piece[0], piece[2])) / RATE_HZ


def judge(name, reference, heard, show):
    """Print and return (word errors, words, utterances in time, utterances)."""
    expected = [w for row in reference for w in text.words(row[2])]
    wrong = errors(expected, [w for row in heard for w in text.words(row[2])])
    timely = sum(any(abs(a - start) <= TIME_BAR_S and abs(b - end) <= TIME_BAR_S for a, b, _ in heard)
                 for start, end, _ in reference)
    print(f"{name}: WER {100 * wrong / len(expected):.1f} % ({wrong}/{len(expected)} words), "
          f"times within {TIME_BAR_S} s: {timely}/{len(reference)} utterances", flush=True)
    if show:
        for start, end, line in sorted(reference + [(a, b, "   heard: " + t) for a, b, t in heard]):
            print(f"  {start:7.2f} {end:7.2f}  {line}")
    return np.array([wrong, len(expected), timely, len(reference)])


def as_telephone(tracks):
    """The tracks as they come out of a line of 8,000 samples a second."""
    return np.stack([scipy.signal.resample_poly(scipy.signal.resample_poly(track, 1, 2), 2, 1) for track in tracks])


def judge_calls(transcribe, folder, show, telephone=False):
    total = np.zeros(4, int)
    for path in sorted(folder.glob("*.opus")):
        truth = json.loads(path.with_suffix(".times.json").read_text(encoding="utf-8"))
        tracks = as_telephone(decode(path)) if telephone else decode(path)
        for track, speaker in zip(tracks, "AB"):
            mine = [(r["start"], r["end"], r["text"]) for r in truth if len(tracks) == 1 or r["speaker"] == speaker]
            heard = [(in_track(a, pieces), in_track(b, pieces), t)
                     for sound, pieces in packed(track) for a, b, t in transcribe(sound)]
            total += judge(path.stem + (f" {speaker}" if len(tracks) > 1 else ""), mine, heard, show)
    return total


def judge_held_out(transcribe, count, show):
    rng, total, wrong_lines = random.Random(5), np.zeros(4, int), []
    for number, sentence in enumerate(speech.held_out_texts(200)[:count]):
        utterance = speech.utter(sentence, speech.VOICES[number % 2], rng.uniform(speech.STRETCH_MIN, speech.STRETCH_MAX))
        lead = int(0.3 * RATE_HZ)
        sound = np.zeros(lead + len(utterance.sound) + RATE_HZ // 2, np.float32)
        sound[lead:lead + len(utterance.sound)] = utterance.sound * (0.6 / 32768)
        start, end = 0.3 + speech.EDGE_S, 0.3 + len(utterance.sound) / RATE_HZ - speech.EDGE_S
        heard = transcribe(sound)
        wrong = errors(text.words(sentence), [w for row in heard for w in text.words(row[2])])
        timely = any(abs(a - start) <= TIME_BAR_S and abs(b - end) <= TIME_BAR_S for a, b, _ in heard)
        total += [wrong, len(text.words(sentence)), timely, 1]
        if wrong and show:
            wrong_lines.append(f"  {sentence}\n   heard: {heard}")
    if wrong_lines:
        print("\n".join(wrong_lines))
    return total


def summary(name, total):
    print(f"{name}: WER {100 * total[0] / total[1]:.1f} % ({total[0]}/{total[1]} words), "
          f"times within {TIME_BAR_S} s: {100 * total[2] / total[3]:.1f} % ({total[2]}/{total[3]} utterances)", flush=True)
    return {"wer_percent": round(100 * total[0] / total[1], 1), "words": int(total[1]),
            "times_within_0.3_s_percent": round(100 * total[2] / total[3], 1), "utterances": int(total[3])}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--held-out", type=int, default=200, help="how many held-out sentences")
    parser.add_argument("--calls", type=Path, default=CALLS)
    parser.add_argument("--json", type=Path, help="also write the figures here")
    parser.add_argument("--show", action="store_true", help="print what was heard")
    options = parser.parse_args()
    hear, figures = transcriber(options.model), {"by": "scripts/train_demo_model/evaluate.py, whisper.cpp, greedy"}
    if any(options.calls.glob("*.opus")):
        figures["sample_calls"] = summary("sample calls", judge_calls(hear, options.calls, options.show))
        figures["sample_calls_at_8_khz"] = summary("sample calls at 8 kHz", judge_calls(hear, options.calls, options.show, True))
    if options.held_out:
        figures["held_out_sentences"] = summary("held-out sentences", judge_held_out(hear, options.held_out, options.show))
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
