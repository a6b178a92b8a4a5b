"""Build test mixes: two voices as two tracks with bleed, drift, noise, telephone band, and as mono sums, with truth.

    python make.py --out DIR [--audio RECORDINGS] [--minutes 2.2] [PATTERN...]

writes DIR/PAIR.CONDITION.wav, .rttm (who speaks when) and .json (the same with words, and how the mix was made).
PATTERN picks mixes by name (`flite.*`, `*.mono*`); `--list` prints all names. Needs flite, espeak-ng (Debian) and numpy;
pairs of real voices need --audio, a folder that holds the files of voices.REAL. The same bytes come out each time.

The first track (left) is the user's microphone, the second what came over the line. Bleed is the second on the first, as
a loudspeaker beside a microphone makes it; echo is the first on the second, as the other side's loudspeaker makes it.
"""
import argparse
import fnmatch
import itertools
import json
import random
import wave
from pathlib import Path

import numpy as np

import sound
import voices
from voices import RATE_HZ

# (user, other, a third person on the other's side or None): a man and a woman, or two of one sex.
PAIRS = {
    "flite": ("rms", "slt", None),
    "flite2": ("slt", "rms", None),
    "flite-men": ("rms", "awb", None),
    "flite-three": ("rms", "slt", "awb"),
    "espeak": ("espeak-man", "espeak-woman", None),
    "espeak-men": ("espeak-man", "espeak-scot", None),
    "real-azure": ("steve", "katie", None),
    "real-agents": ("customer", "agent", None),
    "real-callers": ("caller90", "caller91", None),
    "real-men": ("steve", "customer", None),
    "real-women": ("katie", "chinese", None),
    "real-languages": ("german", "spaniard", None),
    "real-three": ("steve", "katie", "american"),
}
# All pairs of real voices, by sex (`same-*`, `diff-*`), and some of them by threes (`three-*`): made as mono sums only.
TALKERS = [name for name in voices.REAL if name != "agent"]
SUMS = {
    ("same" if voices.REAL[a].sex == voices.REAL[b].sex else "diff") + f"-{a}-{b}": (a, b, None)
    for a, b in itertools.combinations(TALKERS, 2)
}
THREES, THREES_SEED = 40, 3
SUMS |= {f"three-{'-'.join(cast)}": tuple(cast)
         for drawn in [random.Random(THREES_SEED)] for cast in (drawn.sample(TALKERS, 3) for _ in range(THREES))}
PAIRS |= SUMS
BLEED = {f"bleed-{db}db-{lag}ms": {"db": db, "lag": lag} for db in (3, 6, 12) for lag in (3, 20, 120)}
CONDITIONS = {
    "clean": {},
    **BLEED,
    "plain-3db-3ms": {"db": 3, "lag": 3, "kind": "plain"},
    "hard-3db-20ms": {"db": 3, "lag": 20, "kind": "hard", "noise": 30},
    "drift200-6db-20ms": {"db": 6, "lag": 20, "ppm": 200},
    "drift-80-3db-3ms": {"db": 3, "lag": 3, "ppm": -80},
    "noise20-6db-20ms": {"db": 6, "lag": 20, "noise": 20},
    "phone-3db-20ms": {"db": 3, "lag": 20, "phone": True},
    "echo-12db-180ms": {"echo_db": 12, "echo_lag": 180},
    "echo-20db-300ms": {"echo_db": 20, "echo_lag": 300},
    "both-6db-20ms": {"db": 6, "lag": 20, "echo_db": 15, "echo_lag": 180},
    "late600-6db-20ms": {"db": 6, "lag": 20, "late": 600},
    "early600-6db-20ms": {"db": 6, "lag": 20, "late": -600},
    "silent": {"silent": True},
    "silent-bleed": {"silent": True, "db": 6, "lag": 20},
    "music": {"music": True},
    "music-bleed": {"music": True, "db": 6, "lag": 20},
    "same": {"same": True},
    "mono": {"mono": True},
    "mono-noise20": {"mono": True, "noise": 20},
    "mono-phone": {"mono": True, "phone": True},
    "mono-uneven": {"mono": True, "other_db": -8},
}
# Pauses between turns and between utterances of one turn, seconds.
TURN_S, BREATH_S = (0.2, 0.9), (0.3, 0.8)
# Share of turns that begin while the other still speaks, and how long before the other's end.
DOUBLE_SHARE, DOUBLE_S = 0.18, (0.5, 2.2)
# Room noise of every track: -75 dB of full scale.
FLOOR_RMS = 10 ** (-75 / 20)


def conversation(pair, seconds, folder):
    """[(start, track, voice name, piece)] of a call of about this length."""
    names = PAIRS[pair]
    rng = random.Random(pair)
    cast = [voices.Voice(name, at, folder) for at, name in enumerate(names) if name]
    clock, placed, last = 0.7, [], 0
    while clock < seconds:
        who = rng.choice([at for at in range(len(cast)) if at != last]) if placed else 0
        if placed:
            length = len(placed[-1][3].sound) / RATE_HZ
            if rng.random() < DOUBLE_SHARE and length > 1.2 and min(who, 1) != min(last, 1):
                clock -= min(rng.uniform(*DOUBLE_S), length - 0.4)
            else:
                clock += rng.uniform(*TURN_S)
        own_free = max((start + len(piece.sound) / RATE_HZ for start, track, _, piece in placed if track == min(who, 1)),
                       default=0.0)
        clock = max(clock, own_free + 0.3)
        for part in range(rng.choice((1, 1, 2, 2, 3))):
            if part:
                clock += rng.uniform(*BREATH_S)
            piece = cast[who].next()
            placed.append((clock, min(who, 1), cast[who].name, piece))
            clock += len(piece.sound) / RATE_HZ
        last = who
    return placed


def tracks_of(placed):
    """The voices as they were spoken: user's side, other side."""
    end = max(start + len(piece.sound) / RATE_HZ for start, _, _, piece in placed)
    clean = np.zeros((2, round((end + 1.0) * RATE_HZ)))
    for start, track, _, piece in placed:
        at = round(start * RATE_HZ)
        clean[track, at:at + len(piece.sound)] += piece.sound
    return clean


def mix(clean, how, rng):
    """The channels of the file, shape (channels, n), and the way from spoken time to the user's track's time."""
    user, other = clean[0].copy(), clean[1] * 10 ** (how.get("other_db", 0) / 20)
    if how.get("silent"):
        user[:] = 0
    if how.get("music"):
        # The other side puts the user on hold in the middle third.
        third = len(other) // 3
        other[third:2 * third] = sound.hold_music(third, voices.LEVEL_RMS, rng)
    kind = how.get("kind", "room")
    left, right = user.copy(), other.copy()
    if "db" in how:
        left += sound.leak(other, how["db"], how["lag"] / 1000, rng, kind)
    if "echo_db" in how:
        right += sound.leak(user, how["echo_db"], how["echo_lag"] / 1000, rng, kind)
    if not how.get("silent") or "db" in how:
        left += sound.noise(len(left), FLOOR_RMS, rng)
    right += sound.noise(len(right), FLOOR_RMS, rng)
    late_s = how.get("late", 0) / 1000
    if late_s > 0:
        left = sound.delayed(left, late_s)
    if late_s < 0:
        right = sound.delayed(right, -late_s)
    left = sound.on_clock(left, how.get("ppm", 0))
    if "noise" in how:
        rms = voices.LEVEL_RMS * 10 ** (-how["noise"] / 20)
        left, right = (one + sound.noise(len(one), rms, rng) for one in (left, right))
    if how.get("phone"):
        left, right = (sound.band(one, *sound.TELEPHONE_HZ) for one in (left, right))
    if how.get("same"):
        left = right = left + right
    channels = np.stack([left, right])
    if how.get("mono"):
        channels = channels.sum(0, keepdims=True)
    shift = (max(late_s, 0.0), max(-late_s, 0.0))
    return channels, lambda at, track: (at + shift[track]) * (1 + how.get("ppm", 0) * 1e-6 * (track == 0))


def truth(placed, how, clean, when):
    """[{speaker, track, text, start, end, speech, words}] in the file's time, in order."""
    third = clean.shape[1] / RATE_HZ / 3
    rows = []
    for start, track, name, piece in placed:
        end = start + len(piece.sound) / RATE_HZ
        if how.get("silent") and track == 0:
            continue
        if how.get("music") and track == 1 and start < 2 * third and end > third:
            continue
        at = lambda seconds: round(when(start + seconds, track), 3)  # noqa: E731
        speech = [[at(a), at(b)] for a, b in piece.speech]
        rows.append({"speaker": name, "track": track, "text": piece.text, "start": speech[0][0], "end": speech[-1][1],
                     "speech": speech, "words": [[word, at(a), at(b)] for word, a, b in piece.words]})
    return sorted(rows, key=lambda row: row["start"])


def silence_half_said(placed, how, clean):
    """Where hold music cuts into an utterance of the other side, the utterance is not said at all."""
    if not how.get("music"):
        return
    third = clean.shape[1] / RATE_HZ / 3
    for start, track, _, piece in placed:
        end = start + len(piece.sound) / RATE_HZ
        if track == 1 and start < 2 * third and end > third:
            clean[1, round(start * RATE_HZ):round(end * RATE_HZ)] = 0


def write(folder, name, channels, rows, how):
    with wave.open(str(folder / f"{name}.wav"), "wb") as out:
        out.setnchannels(len(channels))
        out.setsampwidth(2)
        out.setframerate(RATE_HZ)
        out.writeframes((np.clip(channels.T, -1, 1) * 32767).round().astype(np.int16).tobytes())
    lines = [f"SPEAKER {name} 1 {a:.3f} {b - a:.3f} <NA> <NA> {row['speaker']} <NA> <NA>"
             for row in rows for a, b in row["speech"]]
    (folder / f"{name}.rttm").write_text("\n".join(lines) + "\n", encoding="utf-8")
    with open(folder / f"{name}.json", "w", encoding="utf-8") as out:
        json.dump({"how": how, "said": rows}, out, indent=1)
        out.write("\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("patterns", nargs="*", default=["*"])
    parser.add_argument("--out", type=Path)
    parser.add_argument("--audio", type=Path, help="folder with the recordings of voices.REAL")
    parser.add_argument("--minutes", type=float, default=2.2)
    parser.add_argument("--list", action="store_true", help="print the names and write nothing")
    options = parser.parse_args()
    if not options.list and options.out is None:
        parser.error("--out is needed")
    patterns = options.patterns or ["*"]
    made = 0
    for pair, cast in PAIRS.items():
        conditions = ("mono", "mono-phone") if pair in SUMS else CONDITIONS
        names = [f"{pair}.{condition}" for condition in conditions]
        names = [name for name in names if any(fnmatch.fnmatch(name, pattern) for pattern in patterns)]
        real = any(voice in voices.REAL for voice in cast)
        if options.list:
            print(*names, sep="\n")
            continue
        if not names or (real and options.audio is None):
            continue
        options.out.mkdir(parents=True, exist_ok=True)
        placed = conversation(pair, options.minutes * 60, options.audio)
        for name in names:
            how = CONDITIONS[name.split(".", 1)[1]]
            clean = tracks_of(placed)
            silence_half_said(placed, how, clean)
            channels, when = mix(clean, how, np.random.default_rng(list(name.encode())))
            write(options.out, name, channels, truth(placed, how, clean, when), how)
            made += 1
        print(f"{pair}: {len(names)} mixes of {clean.shape[1] / RATE_HZ:.0f} s", flush=True)
    if not options.list:
        print(f"{made} mixes in {options.out}")


if __name__ == "__main__":
    main()
