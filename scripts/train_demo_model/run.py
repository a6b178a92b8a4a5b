"""The whole recipe, from nothing to a ggml file: speech, training, export, evaluation.

    python run.py --work-dir DIR            hours on two cores; cut it at will, the same command goes on
    python run.py --work-dir DIR --smoke    about a minute: proves that every step works, learns nothing
"""
import argparse
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
SMOKE_UTTERANCES, SMOKE_STAGES = 24, "1200:2:3:1:1:0.4,3000:2:2:1:1:0.1"


def step(script, *arguments):
    """Run one script of this folder; stop at its failure."""
    print("$", script, *arguments, flush=True)
    subprocess.run([sys.executable, str(HERE / script), *map(str, arguments)], check=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--work-dir", type=Path, required=True)
    parser.add_argument("--smoke", action="store_true", help="a tiny run of every step")
    options = parser.parse_args()
    work = options.work_dir
    work.mkdir(parents=True, exist_ok=True)
    small = ["--utterances", SMOKE_UTTERANCES] if options.smoke else []
    plan = ["--stages", SMOKE_STAGES] if options.smoke else []
    step("text.py", "--check")
    step("speech.py", "--work-dir", work, *small)
    step("train.py", "--work-dir", work, *plan)
    step("export.py", "--checkpoint", work / "train.pt", "--output", work / "ggml-rapport-demo.bin")
    step("parity.py", "--checkpoint", work / "train.pt")
    if options.smoke:
        step("evaluate.py", "--model", work / "ggml-rapport-demo.bin", "--held-out", 2, "--calls", work)
    else:
        step("evaluate.py", "--model", work / "ggml-rapport-demo.bin")


if __name__ == "__main__":
    main()
