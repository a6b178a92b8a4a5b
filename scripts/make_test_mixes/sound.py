"""What happens to sound between a mouth and a file: rooms, loudspeakers, echoes, clocks, telephones, noise, hold music.

All functions take and give float64 samples at RATE_HZ; randomness comes from the generator that is passed in.
"""
import numpy as np

RATE_HZ = 16_000
# A small office: sound has fallen by 60 dB after this time; share of a path's energy that arrives on the straight way.
ROOM_DECAY_S, DIRECT_SHARE = 0.25, 0.7
# Band of a laptop's loudspeaker and microphone.
LOUDSPEAKER_HZ = (180.0, 7200.0)
# Band of a telephone line.
TELEPHONE_HZ = (300.0, 3400.0)


def through(sound, response):
    """Linear convolution, cut to the sound's length."""
    size = 1 << int(np.ceil(np.log2(len(sound) + len(response))))
    return np.fft.irfft(np.fft.rfft(sound, size) * np.fft.rfft(response, size), size)[: len(sound)]


def band(sound, low_hz, high_hz):
    """Band pass with edges of a sixth of their frequency."""
    size = 1 << int(np.ceil(np.log2(len(sound) + 4096)))
    hz = np.fft.rfftfreq(size, 1 / RATE_HZ)
    with np.errstate(divide="ignore"):
        gain = 1 / (1 + (low_hz / np.maximum(hz, 1e-3)) ** 12) / (1 + (hz / high_hz) ** 24)
    return np.fft.irfft(np.fft.rfft(sound, size) * gain, size)[: len(sound)]


def delayed(sound, seconds):
    """Later by this much (a fraction of a sample too), earlier if negative."""
    size = 1 << int(np.ceil(np.log2(len(sound) + abs(seconds) * RATE_HZ + 16)))
    turn = np.exp(-2j * np.pi * np.fft.rfftfreq(size, 1 / RATE_HZ) * seconds)
    return np.fft.irfft(np.fft.rfft(sound, size) * turn, size)[: len(sound)]


def room(rng, direct_share=DIRECT_SHARE):
    """Impulse response of a small room: the straight way and a tail of reflections, energy 1."""
    count = round(ROOM_DECAY_S * RATE_HZ)
    times = np.arange(count) / RATE_HZ
    tail = rng.standard_normal(count) * 10 ** (-3 * times / ROOM_DECAY_S) * (times > 0.002)
    tail *= np.sqrt((1 - direct_share) / (tail**2).sum())
    tail[0] = np.sqrt(direct_share)
    return tail


def leak(source, db, lag_s, rng, kind):
    """What of `source` arrives on the other track, `db` below it and `lag_s` later.

    kind: "plain" (nothing but gain and lag), "room" (loudspeaker, room), "hard" (a loudspeaker that saturates, a
    room, and a gain that wanders by some decibels, as automatic gain control does).
    """
    out = source
    if kind != "plain":
        if kind == "hard":
            loud = 3 * np.sqrt((source[np.abs(source) > 0.01] ** 2).mean())
            out = loud * np.tanh(out / loud)
        out = through(band(out, *LOUDSPEAKER_HZ), room(rng))
        if kind == "hard":
            knots = rng.uniform(-2.5, 2.5, len(source) // (4 * RATE_HZ) + 2)
            seconds = np.arange(len(source)) / RATE_HZ
            out = out * 10 ** (np.interp(seconds, np.arange(len(knots)) * 4.0, knots) / 20)
    out = out * np.sqrt((source**2).sum() / max((out**2).sum(), 1e-12))
    return delayed(out * 10 ** (-db / 20), lag_s)


def on_clock(sound, ppm):
    """What a recorder writes whose clock is fast by `ppm` millionths: more samples for the same time."""
    if ppm == 0:
        return sound
    # Band-limited: raised eightfold by Fourier transform in blocks that overlap, then read off in straight lines.
    wanted = np.arange(len(sound)) / (1 + ppm * 1e-6)
    up, block, edge = 8, 1 << 15, 512
    out = np.empty(len(sound))
    padded = np.concatenate([np.zeros(edge), sound, np.zeros(block + 2 * edge)])
    for begin in range(0, len(sound), block):
        part = padded[begin:begin + block + 2 * edge] * 1.0
        spectrum = np.fft.rfft(part)
        fine = np.fft.irfft(spectrum, len(part) * up) * up
        here = (wanted >= begin) & (wanted < begin + block)
        out[here] = np.interp((wanted[here] - begin + edge) * up, np.arange(len(fine)), fine)
    return out


def noise(count, rms, rng):
    """Steady room noise, falling with frequency as fans do."""
    white = rng.standard_normal(count)
    size = 1 << int(np.ceil(np.log2(count)))
    hz = np.fft.rfftfreq(size, 1 / RATE_HZ)
    out = np.fft.irfft(np.fft.rfft(white, size) / np.sqrt(1 + (hz / 500) ** 2), size)[:count]
    return out * (rms / np.sqrt((out**2).mean()))


def hold_music(count, rms, rng):
    """A waltz of decaying tones with overtones over a bass."""
    out = np.zeros(count)
    scale = 220 * 2 ** (np.array([0, 2, 4, 5, 7, 9, 11, 12]) / 12)
    for beat, at in enumerate(range(0, count, round(0.33 * RATE_HZ))):
        pitches = [rng.choice(scale) * 2, scale[(0, 3, 4)[beat // 3 % 3]] / 2]
        if beat % 3:
            pitches.append(scale[(2, 5, 6)[beat // 3 % 3]])
        length = min(count - at, RATE_HZ)
        seconds = np.arange(length) / RATE_HZ
        for hertz in pitches:
            for overtone in range(1, 6):
                wave = np.sin(2 * np.pi * hertz * overtone * seconds) / overtone**1.5
                out[at:at + length] += wave * np.exp(-3 * seconds) * np.minimum(1, seconds / 0.01)
    return out * (rms / np.sqrt((out**2).mean()))
