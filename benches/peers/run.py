"""Rapport beside whisper.cpp and faster-whisper: same weights, same calls, same cores, in turn.

    python run.py --rapport PROGRAM [--work-dir DIR] [--rounds 3] [--only WORD...] [--calls WORD...]
                  [--minutes 10] [--short-calls 20] [--json FILE]

Needs ffmpeg and the packages of requirements.txt. The bundled model is widened to the shape of base
(scripts/train_demo_model/widen.py) and written for each program; DIR takes 800 MB and is ignored by git.

Every round runs each program once on the same calls, one after the other; ratios are those of the medians. Rapport's
time is that of the whole command, analysis and pages included, from start to end of its process; that of the others
begins after their libraries are imported, and all files of a set follow each other in one process with one model. Those
that are run "file by file" start a process for every file, and all of its time counts, as when a user calls a program on
one recording after the other. Tracks are given to the others one by one, as it takes to know who says what.
"""
import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import jiwer

import calls

HERE = Path(__file__).resolve().parent
TRAINING = HERE.parents[1] / "scripts/train_demo_model"
RAPPORT = "rapport"
WIDE = "rapport-wide-base"
# What each contestant is run with. The best documented settings of each: greedy, one language, all cores; for
# faster-whisper its speech detection too, for batches the sizes its own README names.
CONTESTANTS = {
    f"{RAPPORT}, f16": (RAPPORT, "f16", {}),
    f"{RAPPORT}, q8_0": (RAPPORT, "q8_0", {}),
    "whisper.cpp, its defaults, f16": ("whisper.cpp", "f16", {}),
    "whisper.cpp, its defaults, q8_0": ("whisper.cpp", "q8_0", {}),
    "faster-whisper, float32": ("faster-whisper", "ct2", {"type": "float32"}),
    "faster-whisper, int8": ("faster-whisper", "ct2", {"type": "int8"}),
    "faster-whisper, batches of 8, float32": ("faster-whisper", "ct2", {"type": "float32", "batch_size": 8}),
    "faster-whisper, batches of 8, int8": ("faster-whisper", "ct2", {"type": "int8", "batch_size": 8}),
    "faster-whisper, batches of 16, int8": ("faster-whisper", "ct2", {"type": "int8", "batch_size": 16}),
    "faster-whisper, file by file, batches of 8 at int8": (
        "faster-whisper", "ct2", {"type": "int8", "batch_size": 8, "file_by_file": True}),
}


def models(folder):
    """{kind: path}; made where they are missing."""
    sys.path.insert(0, str(TRAINING))
    import ct2
    import ggml
    import other_layouts
    import widen

    paths = {"f16": folder / f"ggml-{WIDE}.bin", "q8_0": folder / f"ggml-{WIDE}-q8_0.bin", "ct2": folder / f"{WIDE}-ct2"}
    folder.mkdir(parents=True, exist_ok=True)
    k, *layers = widen.SIZES["base"]
    head, strings, tensors = ggml.read(widen.MODEL)
    wide = widen.widen(tensors, k, *layers)
    for kind in ("f16", "q8_0"):
        if not paths[kind].exists():
            ggml.write(paths[kind], wide, widen.HEADS * k, layers, kind, head)
    if not (paths["ct2"] / "model.bin").exists():
        ct2.write(wide, other_layouts.tokenizer(strings), paths["ct2"], widen.HEADS * k, layers)
    return paths


def finished(command, cores):
    """(standard output, seconds, processor seconds, peak MiB) of a command on these cores."""
    begun = time.monotonic()
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as told:
        child = subprocess.Popen(command, stdout=out, stderr=told, preexec_fn=lambda: os.sched_setaffinity(0, cores))
        _, status, used = os.wait4(child.pid, 0)
        seconds = time.monotonic() - begun
        child.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0), told.seek(0)
        if child.returncode != 0:
            raise RuntimeError(f"{command}: exit code {child.returncode}\n{told.read()}")
        return out.read(), seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def run_rapport(program, model, files, cores):
    with tempfile.TemporaryDirectory() as reports:
        command = [program, "analyze", *map(str, files), "-m", str(model), "-l", "en", "-j", str(len(cores)), "-q",
                   "-o", reports]
        _, seconds, processor, peak = finished(command, cores)
        heard = []
        for path in files:
            report = json.loads((Path(reports) / f"{path.stem}.json").read_text(encoding="utf-8"))
            speakers = [None] if report["call"]["channels"] == 1 else [speaker["id"] for speaker in report["speakers"]]
            heard.append([" ".join(said["text"] for said in report["utterances"] if speaker in (None, said["speaker"]))
                          for speaker in sorted(speakers, key=str)])
    return {"seconds": seconds, "processor": processor, "peak": peak, "heard": heard}


def run_peer(peer, model, settings, files, cores):
    settings = dict(settings)
    if settings.pop("file_by_file", False):
        return run_file_by_file(peer, model, settings, files, cores)
    command = [sys.executable, str(HERE / "worker.py"), peer, str(model), json.dumps(settings), *map(str, files)]
    out, _, _, peak = finished(command, cores)
    return json.loads(out.splitlines()[-1]) | {"peak": peak}


def run_file_by_file(peer, model, settings, files, cores):
    runs = [finished([sys.executable, str(HERE / "worker.py"), peer, str(model), json.dumps(settings), str(path)], cores)
            for path in files]
    out, seconds, processor, peak = zip(*runs)
    heard = [tracks for one in out for tracks in json.loads(one.splitlines()[-1])["heard"]]
    return {"seconds": sum(seconds), "processor": sum(processor), "peak": max(peak), "heard": heard}


def spelled(text):
    return " ".join(re.findall(r"[a-z0-9']+", text.lower()))


def error_rate(files, heard):
    """Words wrong, of all that were said."""
    truth = [track for path in files for track in json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))]
    found = [track for tracks in heard for track in tracks]
    if len(truth) != len(found):
        raise ValueError(f"{len(found)} tracks heard, {len(truth)} wanted")
    return jiwer.wer([spelled(track) for track in truth], [spelled(track) for track in found])


def measured(contestants, paths, files, rounds, program, cores):
    """{contestant: {seconds, processor, peak, wer}}: lists of a value a round, and the word error rate."""
    results = {name: {"seconds": [], "processor": [], "peak": []} for name in contestants}
    for number in range(rounds):
        for name in contestants:
            peer, kind, settings = CONTESTANTS[name]
            one = (run_rapport(program, paths[kind], files, cores) if peer == RAPPORT
                   else run_peer(peer, paths[kind], settings, files, cores))
            for figure in ("seconds", "processor", "peak"):
                results[name][figure].append(one[figure])
            results[name]["wer"] = error_rate(files, one["heard"])
            print(f"  round {number + 1}: {name}: {one['seconds']:.1f} s, {one['processor']:.1f} s of processor, "
                  f"{one['peak']:.0f} MiB, {100 * results[name]['wer']:.1f} % wrong", file=sys.stderr, flush=True)
    return results


def table(title, results):
    """Markdown: each contestant's medians, and what share of its time the first one takes."""
    first = next(iter(results))
    print(f"\n{title}\n\n| program | seconds | time of {first} / its time | the same, processor | peak MiB | words wrong |\n"
          "|---|---|---|---|---|---|")
    middle = {name: {figure: statistics.median(values) for figure, values in result.items() if figure != "wer"}
              for name, result in results.items()}
    for name, result in results.items():
        print(f"| {name} | {middle[name]['seconds']:.1f} | {middle[first]['seconds'] / middle[name]['seconds']:.2f} | "
              f"{middle[first]['processor'] / middle[name]['processor']:.2f} | {middle[name]['peak']:.0f} | "
              f"{100 * result['wer']:.1f} % |")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rapport", required=True, help="the program, built with optimisation")
    parser.add_argument("--work-dir", type=Path, default=HERE.parents[1] / "bench-models")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--only", nargs="+", help="contestants with one of these words in their name")
    parser.add_argument("--calls", nargs="+", help="sets of calls with one of these words in their name")
    parser.add_argument("--minutes", type=int, default=10, help="length of the long calls")
    parser.add_argument("--short-calls", type=int, default=20, help="how many short ones")
    parser.add_argument("--json", type=Path, help="also write all figures here")
    options = parser.parse_args()
    cores = set(sorted(os.sched_getaffinity(0))[:options.cores])
    wanted = [name for name in CONTESTANTS if not options.only or any(word in name for word in options.only)]
    paths, everything = models(options.work_dir), {}
    for title, files in calls.make(options.work_dir / "calls", options.minutes, options.short_calls).items():
        if options.calls and not any(word in title for word in options.calls):
            continue
        everything[title] = measured(wanted, paths, files, options.rounds, options.rapport, cores)
        table(title, everything[title])
    if options.json:
        options.json.write_text(json.dumps(everything, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
