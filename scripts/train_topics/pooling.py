"""Neighbourhoods of utterances: the signs here, one before, one after, and means of what lies to the left and to the right."""
import numpy as np

NEAR, WIDE = 3, 8       # utterances to each side


def pooled(signs, vectors):
    """Utterances x columns out of utterances x signs and utterances x vector."""
    n = len(signs)
    both = np.concatenate([signs, vectors], 1)
    sums = np.concatenate([np.zeros((1, both.shape[1]), np.float32), np.cumsum(both, 0, dtype=np.float32)])
    at = np.arange(n)

    def mean(a, b):
        a, b = np.clip(a, 0, n), np.clip(b, 0, n)
        return (sums[b] - sums[a]) / np.maximum(1, b - a)[:, None]

    zero = np.zeros((1, signs.shape[1]), np.float32)
    before = np.concatenate([zero, signs[:-1]])
    after = np.concatenate([signs[1:], zero])
    return np.concatenate([both, before, after, mean(at - NEAR, at), mean(at + 1, at + 1 + NEAR),
                           mean(at - WIDE, at), mean(at + 1, at + 1 + WIDE)], 1).astype(np.float32)
