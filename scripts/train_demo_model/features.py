"""whisper.cpp's log-mel spectrum, number for number (checked by parity.py).

whisper.cpp reflects 200 samples in front of the sound, pads zeros behind it and takes the maximum for
the normalisation over the whole input, not over a window.
"""
import io

import numpy as np
import scipy.fft

import assets

RATE_HZ, HOP, FRAME, MELS = 16_000, 160, 400, 80
FLOOR, RANGE = 1e-10, 8.0  # of OpenAI's log_mel_spectrogram

FILTERS = np.load(io.BytesIO(assets.read("mel_filters.npz")))["mel_80"].astype(np.float32)
HANN = (0.5 * (1 - np.cos(2 * np.pi * np.arange(FRAME) / FRAME))).astype(np.float32)
_FILTERS_T = np.ascontiguousarray(FILTERS.T)


def log_mel(sound):
    """log10 mel energies, one row of 80 for each 160 samples, before the normalisation."""
    frames = len(sound) // HOP
    padded = np.concatenate([sound[1:FRAME // 2 + 1][::-1], sound, np.zeros(FRAME, np.float32)]).astype(np.float32)
    views = np.lib.stride_tricks.as_strided(padded, (frames, FRAME), (padded.strides[0] * HOP, padded.strides[0]))
    spectrum = scipy.fft.rfft(views * HANN, axis=1)
    power = (spectrum.real ** 2 + spectrum.imag ** 2).astype(np.float32)
    return np.log10(np.maximum(power @ _FILTERS_T, FLOOR))


def normalised(mel, loudest=None):
    """What the encoder sees."""
    top = (mel.max() if loudest is None else loudest) - RANGE
    return ((np.maximum(mel, top) + 4.0) / 4.0).astype(np.float32)
