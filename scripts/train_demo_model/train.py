"""Train the demo model on the speech made by speech.py.

    python train.py --work-dir DIR [--init STATE.pt] [--stages ...] [--seed 1] [--processes 2]

DIR/train.pt is written every CHECKPOINT_STEPS steps and on SIGTERM or Ctrl-C; running the same command
again goes on from it. DIR/train.log has a line every LOG_STEPS steps.
"""
import argparse
import copy
import multiprocessing
import signal
import socket
import time
from pathlib import Path
from typing import NamedTuple

import torch
import torch.distributed
import torch.nn.functional as F

import speech
import windows
from model import FRAMES, Compact, Whisper
from muon import Muon

LOG_STEPS, CHECKPOINT_STEPS = 25, 100
ADAM_RATE, MUON_RATE = 2e-3, 1.6e-2  # at a rate factor of 1; the ratio of 8 is the study's
WARM_UP_STEPS = 60
AVERAGE = 0.995  # moving average of the weights, which is what is exported
WORD_LOSS, PHONE_LOSS = 0.3, 0.3  # heads on the encoder, dropped in the end


class Stage(NamedTuple):
    """A run of steps on windows of one size; the rate factor goes from `rate` to `rate_end` in a line."""

    frames: int
    size: int
    steps: int
    rate: float
    rate_end: float
    guide: float

    @property
    def length(self):
        """Most target tokens of a window: about five a second of speech, with room."""
        return min(440, self.frames // 100 * 8)


# Short windows first: they teach the sounds at a third of the cost. Whole windows last.
STAGES = "1200:8:2500:1:0.6:0.4,3000:4:2500:0.6:0.02:0.1"


def stages(spec):
    """Stages from FRAMES:SIZE:STEPS:RATE:RATE_END:GUIDE,..."""
    return [Stage(*(kind(part) for kind, part in zip((int, int, int, float, float, float), item.split(":"))))
            for item in spec.split(",")]


def losses(model, mel, offsets, ids, targets, guides, phones, guide_weight):
    """(total, figures for the log)."""
    with torch.autocast("cpu", dtype=torch.bfloat16):
        encoded = model.encode(mel, offsets)
        logits, shares = model.decode(encoded, ids)
    encoded = encoded.float()
    cross_entropy = F.cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index=-100)
    is_text = (targets >= 0) & (targets < Compact.text_count)
    right = ((logits.argmax(-1) == targets) & is_text).sum() / is_text.sum()
    # Head 0 of the later layers should look where the token sounds.
    guided = guides[..., 1] > 0
    frame = torch.arange(encoded.shape[1])
    inside = ((frame >= guides[..., :1]) & (frame <= guides[..., 1:])).float()
    guide = sum(-(torch.log((share[:, 0].float() * inside).sum(-1) + 1e-4) * guided).sum() for share in shares[1:])
    guide = guide / guided.sum() / (len(shares) - 1)
    phone = F.cross_entropy(model.phone_head(encoded).flatten(0, 1), phones.flatten())
    middle = (guides.mean(-1).round().long().clamp(0, encoded.shape[1] - 1))[is_text]
    row = torch.arange(len(ids))[:, None].expand_as(ids)[is_text]
    word_logits = model.word_head(encoded[row, middle]) @ model.embedding[:Compact.text_count].T
    word = F.cross_entropy(word_logits, targets[is_text])
    total = cross_entropy + guide_weight * guide + PHONE_LOSS * phone + WORD_LOSS * word
    return total, torch.stack([cross_entropy, right, guide, phone, word]).detach()


class Run:
    """Everything a checkpoint holds."""

    def __init__(self, seed, init):
        torch.manual_seed(seed)
        self.model, self.step, self.seconds = Whisper(len(speech.PHONES)), 0, 0.0
        if init:
            missing = self.model.load_state_dict(torch.load(init), strict=False)
            print(f"started from given weights; new: {missing.missing_keys}", flush=True)
        self.average = copy.deepcopy(self.model.state_dict())
        matrices = [(n, p) for n, p in self.model.named_parameters() if p.ndim >= 2 and ("blocks" in n or "conv" in n)]
        names = {n for n, _ in matrices}
        self.muon = Muon(p for _, p in matrices)
        self.adam = torch.optim.Adam([p for n, p in self.model.named_parameters() if n not in names], betas=(0.9, 0.98))

    def save(self, path):
        """Write a checkpoint; a cut leaves the old one."""
        torch.save({"model": self.model.state_dict(), "average": self.average, "adam": self.adam.state_dict(),
                    "muon": self.muon.momenta, "step": self.step, "seconds": self.seconds}, path.with_suffix(".part"))
        path.with_suffix(".part").rename(path)

    def load(self, path):
        saved = torch.load(path)
        self.model.load_state_dict(saved["model"])
        self.adam.load_state_dict(saved["adam"])
        self.average, self.muon.momenta = saved["average"], saved["muon"]
        self.step, self.seconds = saved["step"], saved["seconds"]

    def update(self, factor):
        """One optimiser step and the moving average."""
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 2.0)
        for group in self.adam.param_groups:
            group["lr"] = ADAM_RATE * factor
        self.adam.step()
        self.muon.step(MUON_RATE * factor)
        with torch.no_grad():
            share = min(AVERAGE, (self.step + 1) / (self.step + 10))
            for name, value in self.model.state_dict().items():
                self.average[name].lerp_(value, 1 - share)
        self.step += 1


def agree(model, stop):
    """Average the gradients over all processes; True when any of them was told to stop."""
    if not torch.distributed.is_initialized():
        return stop
    gradients = [p.grad for p in model.parameters()]
    flat = torch.cat([g.flatten() for g in gradients] + [torch.tensor([float(stop)])])
    torch.distributed.all_reduce(flat)
    parts = (flat[:-1] / torch.distributed.get_world_size()).split([g.numel() for g in gradients])
    for gradient, part in zip(gradients, parts):
        gradient.copy_(part.view_as(gradient))
    return bool(flat[-1] > 0)


def train(run, plan, work, seed, rank, processes):
    """Go through the stages from where `run` stands; True when all are done. Rank 0 writes."""
    told, stopped, first = [], False, 0
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: told.append(True))
    context, log = multiprocessing.get_context("spawn"), open(work / "train.log", "a", encoding="utf-8")
    for stage in plan:
        if run.step >= first + stage.steps:
            first += stage.steps
            continue
        queue = context.Queue(4)
        feeder = context.Process(target=windows.feed, daemon=True, args=(
            queue, work / "speech", f"{seed}-{run.step}-{rank}", stage.size // processes, stage.frames, stage.length, stage.frames < 2 * FRAMES))
        feeder.start()
        figures, clock = [], time.time()
        while run.step < first + stage.steps and not stopped:
            done = (run.step - first) / stage.steps
            factor = (stage.rate + (stage.rate_end - stage.rate) * done) * min(1, (run.step + 1) / WARM_UP_STEPS)
            tensors = [torch.from_numpy(array) for array in queue.get()]
            total, values = losses(run.model, *tensors, stage.guide)
            run.model.zero_grad()
            total.backward()
            stopped = agree(run.model, bool(told))
            run.update(factor)
            figures.append(values)
            if run.step % LOG_STEPS == 0:
                spent, mean = time.time() - clock, torch.stack(figures).mean(0)
                run.seconds += spent
                line = (f"step {run.step} {stage.frames // 100}s {spent / len(figures):.2f} s/step rate {factor:.3f} loss {mean[0]:.3f} "
                        f"right {mean[1]:.3f} guide {mean[2]:.3f} phone {mean[3]:.3f} word {mean[4]:.3f}")
                if rank == 0:
                    print(line, file=log, flush=True)
                figures, clock = [], time.time()
            if rank == 0 and run.step % CHECKPOINT_STEPS == 0:
                run.save(work / "train.pt")
        feeder.terminate()
        if rank == 0:
            run.save(work / "train.pt")
        if stopped:
            return False
        first += stage.steps
    return True


def work_alone(rank, options):
    """One of the processes that train together."""
    torch.set_num_threads(options.threads)
    if options.processes > 1:
        torch.distributed.init_process_group("gloo", init_method=f"tcp://127.0.0.1:{options.port}", rank=rank,
                                             world_size=options.processes)
    run = Run(options.seed, options.init)
    if (options.work_dir / "train.pt").exists():
        run.load(options.work_dir / "train.pt")
    finished = train(run, options.stages, options.work_dir, options.seed, rank, options.processes)
    if rank == 0:
        print("done" if finished else "stopped; run the same command to go on")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--work-dir", type=Path, required=True)
    parser.add_argument("--init", type=Path, help="state dict to start from instead of random weights")
    parser.add_argument("--stages", type=stages, default=STAGES, help="FRAMES:SIZE:STEPS:RATE:RATE_END:GUIDE,...")
    parser.add_argument("--seed", type=int, default=1)
    # Processes of one thread meet once a step, threads some hundred times: on a machine that has other work
    # to do, two processes were twice as fast as two threads.
    parser.add_argument("--processes", type=int, default=2, help="each takes its share of every batch")
    parser.add_argument("--threads", type=int, default=1, help="of each process")
    options = parser.parse_args()
    with socket.socket() as free:  # at which the processes meet on this machine
        free.bind(("127.0.0.1", 0))
        options.port = free.getsockname()[1]
    others = [multiprocessing.get_context("spawn").Process(target=work_alone, args=(rank, options))
              for rank in range(1, options.processes)]
    for process in others:
        process.start()
    work_alone(0, options)
    for process in others:
        process.join()


if __name__ == "__main__":
    main()
