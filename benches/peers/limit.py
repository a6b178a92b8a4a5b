"""How near transcription comes to what this machine can do, and what more cores would bring.

    python limit.py --rapport PROGRAM [--work-dir DIR] [--sizes tiny base] [--kinds f16 q8_0] [--rounds 3]

Measures the machine: single-precision matrix products (numpy's OpenBLAS, the shapes of an encoder of this size) and
reading of memory, on one core and on all at once. Then rapport transcribes files of one window each, on one core and
on all. The limit is the time that the products take at the measured peak and that the weights take to be read once a
token at the measured bandwidth; what a run takes beyond the load of the model is set against it.

From the same parts follows what a machine with more cores would do: each worker asks for so much of the memory's
bandwidth, and takes so much memory.
"""
import argparse
import json
import math
import os
import statistics
import subprocess
import sys
import wave
from pathlib import Path

import calls
import run

POSITIONS, MELS, VOCABULARY = 1_488, 80, 51_864
BYTES_A_WEIGHT = {"f16": 2, "q8_0": 34 / 32}
# The bandwidth of a machine with so many cores, GB/s: two channels of DDR5-5600, and eight of DDR5-4800.
MACHINES = {16: 90, 64: 307}

PROBE = """
import json, sys, time
import numpy as np
rows, width, deep = 1488, 512, 2048
a, b = np.random.rand(rows, width).astype(np.float32), np.random.rand(width, deep).astype(np.float32)
big = np.ones(64 * 1024 * 1024, np.float32)
def best(work, amount, seconds=3.0):
    work()
    most, end = 0.0, time.monotonic() + seconds  # processor time below: other programs do not count
    while time.monotonic() < end:
        begun = time.process_time()
        work()
        most = max(most, amount / (time.process_time() - begun))
    return most
print(json.dumps([best(lambda: a @ b, 2e-9 * rows * width * deep), best(lambda: big.sum(), big.nbytes / 1e9)]))
"""


def probed(workers, cores):
    """(billion operations, gigabytes) a second of so many processes of one thread at once."""
    one_thread = os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    children = [subprocess.Popen([sys.executable, "-c", PROBE], stdout=subprocess.PIPE, text=True, env=one_thread,
                                 preexec_fn=lambda: os.sched_setaffinity(0, cores)) for _ in range(workers)]
    found = [json.loads(child.communicate()[0]) for child in children]
    return sum(one[0] for one in found), sum(one[1] for one in found)


def positions(seconds):
    """Positions of the encoder that a window of this length takes, as src/transcribe/windows.rs has it."""
    wanted = math.ceil(50 * seconds) + 128
    return min(max(math.ceil(wanted / 16) * 16, 512), POSITIONS)


def work(size, kind, at):
    """(billion operations a window of so many positions, gigabytes read a token)."""
    k, encoder, decoder = size
    width = 128 * k
    layer = 2 * at * 12 * width ** 2 + 4 * at ** 2 * width
    convolutions = 2 * 2 * at * MELS * 3 * width + 2 * at * 3 * width ** 2
    crossing = decoder * 4 * at * width ** 2
    weights = (decoder * 14 * width ** 2 + VOCABULARY * width) * BYTES_A_WEIGHT[kind]
    return (encoder * layer + convolutions + crossing) / 1e9, (weights + decoder * 4 * at * width) / 1e9


def one_window_files(folder, count):
    """Mono files of 20 to 29 s, and the tokens that a transcript of each has."""
    folder.mkdir(parents=True, exist_ok=True)
    parts, files, at = calls.blocks("bakery-launch") + calls.blocks("long-story"), [], 0
    while len(files) < count:
        sound, lines = parts[at % len(parts)]
        at += 1
        if 18 * calls.RATE_HZ < len(sound) < 29 * calls.RATE_HZ:
            path = folder / f"window-{len(files):02}.wav"
            calls.write(path, sound.sum(1, keepdims=True), lines)
            files.append(path)
    return files


def seconds(path):
    with wave.open(str(path)) as sound:
        return sound.getnframes() / sound.getframerate()


def tokens(model_folder, files):
    """Tokens of what is said, two time tokens a sentence included."""
    from tokenizers import Tokenizer

    known = Tokenizer.from_file(str(model_folder / "tokenizer.json"))
    texts = [track for path in files for track in json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))]
    return sum(len(known.encode(" " + text).ids) + 2 * text.count(".") + 2 * text.count("?") for text in texts)


def took(program, model, files, jobs, rounds):
    """Median seconds of processor and of the clock."""
    cores = set(sorted(os.sched_getaffinity(0))[:jobs])
    runs = [run.run_rapport(program, model, files, cores) for _ in range(rounds)]
    return tuple(statistics.median(one[figure] for one in runs) for figure in ("processor", "seconds"))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rapport", required=True, help="the program, built with optimisation")
    parser.add_argument("--work-dir", type=Path, default=run.HERE.parents[1] / "bench-models")
    parser.add_argument("--sizes", nargs="+", default=["tiny", "base"])
    parser.add_argument("--kinds", nargs="+", choices=BYTES_A_WEIGHT, default=["f16", "q8_0"])
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    run.models(options.work_dir)
    sys.path.insert(0, str(run.TRAINING))
    import widen

    cores = set(sorted(os.sched_getaffinity(0))[:2])
    one, all_at_once = probed(1, cores), probed(len(cores), cores)
    print(f"one core: {one[0]:.0f} GFLOP/s, {one[1]:.1f} GB/s; {len(cores)} at once: {all_at_once[0]:.0f}, {all_at_once[1]:.1f}")
    few = one_window_files(options.work_dir / "windows", 2)
    many = one_window_files(options.work_dir / "windows", 6)
    more, words = len(many) - len(few), tokens(options.work_dir / f"{run.WIDE}-ct2", many[len(few):])
    # A file is all one window, the silence at its ends included: its speech alone may take a little less.
    mean = statistics.mean(positions(seconds(path)) for path in many[len(few):])
    for size in options.sizes:
        for kind in options.kinds:
            subprocess.run([sys.executable, str(run.TRAINING / "widen.py"), "--output-dir", str(options.work_dir / kind),
                            "--sizes", size, "--kind", kind], check=True, stdout=subprocess.DEVNULL)
            model = options.work_dir / kind / f"ggml-rapport-wide-{size}.bin"
            operations, bytes_a_token = work(widen.SIZES[size], kind, mean)
            # What four windows more take: the load of the model and what a run does but once are in neither.
            begun = took(options.rapport, model, few, 1, options.rounds)
            alone = took(options.rapport, model, many, 1, options.rounds)
            busy, clock = (b - a for a, b in zip(begun, alone))
            limit = more * operations / one[0] + words * bytes_a_token / one[1]
            demand = words * bytes_a_token / busy
            print(f"{size}, {kind}: a window takes {busy / more:.2f} s of processor, at least {limit / more:.2f} s on this "
                  f"core: {100 * limit / busy:.0f} % of its limit ({more * operations / busy:.0f} GFLOP/s if all of it were "
                  f"products)")
            both = took(options.rapport, model, many, len(cores), options.rounds)
            print(f"  {len(cores)} workers instead of one: {alone[1] / both[1]:.2f} x as fast by the clock, with "
                  f"{both[0] / alone[0]:.2f} x the processor time")
            for count, bandwidth in MACHINES.items():
                print(f"  {count} workers ask for {count * demand:.0f} GB/s of {bandwidth}: speed-up at most "
                      f"{min(count, bandwidth / demand):.0f}")


if __name__ == "__main__":
    main()
