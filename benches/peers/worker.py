"""One peer over files in one process: what it heard on each track, and the seconds it took.

    python worker.py PEER MODEL SETTINGS FILE...

Prints JSON. Importing the peer's libraries is not counted, loading the model is: files follow each other in the
process as in a program that its user writes around the library.
"""
import json
import os
import sys
import time
import wave

import numpy as np


def tracks(path):
    """The channels as floats at 16 kHz."""
    with wave.open(path) as sound:
        samples = np.frombuffer(sound.readframes(sound.getnframes()), np.int16)
        return samples.reshape(-1, sound.getnchannels()).T.astype(np.float32) / 32768


def whisper_cpp(model, settings):
    from pywhispercpp.model import Model

    engine = Model(model, print_progress=False, print_realtime=False, print_timestamps=False, language="en",
                   redirect_whispercpp_logs_to=None, **settings)
    return lambda sound: " ".join(piece.text for piece in engine.transcribe(np.ascontiguousarray(sound)))


def faster_whisper(model, settings):
    from faster_whisper import BatchedInferencePipeline, WhisperModel

    engine = WhisperModel(model, device="cpu", cpu_threads=len(os.sched_getaffinity(0)), compute_type=settings["type"])
    if "batch_size" in settings:
        batched = BatchedInferencePipeline(engine)
        return lambda sound: " ".join(piece.text for piece in batched.transcribe(
            sound, language="en", beam_size=1, batch_size=settings["batch_size"])[0])
    return lambda sound: " ".join(piece.text for piece in engine.transcribe(
        sound, language="en", beam_size=1, vad_filter=True, condition_on_previous_text=False)[0])


def main():
    peer, model, settings, *files = sys.argv[1:]
    if peer == "whisper.cpp":
        import pywhispercpp.model  # noqa: F401
    else:
        import faster_whisper as _  # noqa: F401
    begun, busy = time.monotonic(), time.process_time()
    hear = {"whisper.cpp": whisper_cpp, "faster-whisper": faster_whisper}[peer](model, json.loads(settings))
    heard = [[hear(track) for track in tracks(path)] for path in files]
    print(json.dumps({"seconds": time.monotonic() - begun, "processor": time.process_time() - busy, "heard": heard}))


if __name__ == "__main__":
    main()
