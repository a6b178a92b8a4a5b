"""A linear chain (conditional random field, Lafferty et al. 2001) over signs and their neighbourhoods, with or without one
hidden layer between; trained by Adam or L-BFGS on all calls at once, in plain numpy."""
import numpy as np
from scipy.optimize import minimize

STATES = ["opening", "small_talk", "business", "off_agenda", "closing", "new_small_talk", "new_business", "new_off_agenda"]
KIND_OF = np.array([0, 1, 2, 3, 4, 1, 2, 3])
BEGINS = np.array([False] * 5 + [True] * 3)
S = len(STATES)
# A state that begins no topic follows its own kind only, save at greetings and goodbyes.
ALLOWED = np.array([[BEGINS[b] or KIND_OF[a] == KIND_OF[b] or b in (0, 4) for b in range(S)] for a in range(S)])
FORBIDDEN = -1e4


def pad(items):
    """Lists of arrays of n x k as one array calls x longest x k, and the mask."""
    longest = max(len(x) for x in items)
    out = np.zeros((len(items), longest) + items[0].shape[1:], items[0].dtype)
    mask = np.zeros((len(items), longest), bool)
    for i, x in enumerate(items):
        out[i, :len(x)], mask[i, :len(x)] = x, True
    return out, mask


def partition(e, trans, mask):
    """Log partition of each call, and the marginals of states and of pairs summed over the call's places."""
    b, t, s = e.shape
    m = np.exp(trans)
    top = e.max(-1, keepdims=True)
    x = np.exp(e - top)
    a, scale = np.empty((b, t, s)), np.ones((b, t))
    a[:, 0] = x[:, 0]
    for i in range(t):
        if i:
            a[:, i] = (a[:, i - 1] @ m) * x[:, i]
        scale[:, i] = a[:, i].sum(-1)
        a[:, i] /= scale[:, i, None]
        if i and not mask[:, i].all():
            out = ~mask[:, i]
            a[out, i], scale[out, i] = a[out, i - 1], 1.0
    z = (np.log(scale) * mask).sum(1) + (top[..., 0] * mask).sum(1)
    back = np.ones((b, t, s))
    for i in range(t - 2, -1, -1):
        back[:, i] = ((x[:, i + 1] * back[:, i + 1] / scale[:, i + 1, None]) @ m.T)
        out = ~mask[:, i + 1]
        back[out, i] = back[out, i + 1]
    states = a * back * mask[..., None]
    right = (x * back / scale[..., None] * mask[..., None])[:, 1:].reshape(-1, s)
    pairs = (a[:, :-1].reshape(-1, s).T @ right) * m
    return z, states, pairs


def loss_of(e, trans, mask, y, costs=None):
    """Negative log likelihood summed over calls, and its gradients by scores and by transitions. With `costs` (true kind x
    kind) it is the softmax-margin of Gimpel and Smith (2010)."""
    t = np.where(ALLOWED, trans, FORBIDDEN)
    own = np.take_along_axis(e, y[..., None], -1)[..., 0] * mask
    held = own.sum() + (t[y[:, :-1], y[:, 1:]] * mask[:, 1:]).sum()
    if costs is not None:
        e = e + costs[KIND_OF[y]][..., KIND_OF]
    z, states, pairs = partition(e, t, mask)
    ge = states.copy()
    np.put_along_axis(ge, y[..., None], np.take_along_axis(ge, y[..., None], -1) - mask[..., None], -1)
    gt = pairs
    np.add.at(gt, (y[:, :-1][mask[:, 1:]], y[:, 1:][mask[:, 1:]]), -1.0)
    return z.sum() - held, ge, np.where(ALLOWED, gt, 0.0)


def fit(xs, ys, hidden, l2, seed=0, steps=200, costs=None, weights=None, rate=0.01, dropout=0.2):
    """Parameters as a dictionary. Without hidden layer by L-BFGS; with one by Adam, dropping out signs."""
    x, mask = pad(xs)
    y, _ = pad([np.asarray(v)[:, None] for v in ys])
    y = y[..., 0]
    flat, n, f = x.reshape(-1, x.shape[-1]), mask.sum(), x.shape[-1]
    flat = flat.astype(np.float32)
    if not hidden:
        def objective(theta):
            w, b, t = theta[:f * S].reshape(f, S), theta[f * S:f * S + S], theta[f * S + S:].reshape(S, S)
            e = (flat @ w.astype(np.float32)).astype(np.float64).reshape(*x.shape[:2], S) + b
            value, ge, gt = loss_of(e, t, mask, y, costs)
            gw = (flat.T @ ge.reshape(-1, S).astype(np.float32)).astype(np.float64) + l2 * w
            return value + l2 / 2 * ((w ** 2).sum() + (t ** 2).sum()), np.concatenate([gw.ravel(), ge.sum((0, 1)), (gt + l2 * t).ravel()])
        theta = minimize(objective, np.zeros(f * S + S + S * S), jac=True, method="L-BFGS-B", options={"maxiter": steps}).x
        return {"w0": theta[:f * S].reshape(f, S).astype(np.float32), "b0": theta[f * S:f * S + S].astype(np.float32),
                "trans": theta[f * S + S:].reshape(S, S).astype(np.float32)}
    rng = np.random.default_rng(seed)
    p = {"w1": rng.normal(0, 1 / np.sqrt(f), (f, hidden)), "b1": np.zeros(hidden), "w2": rng.normal(0, 1 / np.sqrt(hidden), (hidden, S)),
         "w0": np.zeros((f, S)), "b0": np.zeros(S), "trans": np.zeros((S, S))}
    p = {k: v.astype(np.float32) for k, v in p.items()}
    m, v, mean = ({k: np.zeros_like(a) for k, a in p.items()} for _ in range(3))
    for step in range(1, steps + 1):
        chosen = rng.permutation(len(xs))[:min(len(xs), 48)]
        size = mask[chosen].sum(1).max()
        xb, mb, yb = x[chosen, :size].reshape(-1, f), mask[chosen, :size], y[chosen, :size]
        keep = (rng.random(f) >= dropout).astype(np.float32) / (1 - dropout)
        xb = xb * keep
        h = np.tanh(xb @ p["w1"] + p["b1"])
        on = (rng.random(h.shape) >= dropout).astype(np.float32) / (1 - dropout)
        hd = h * on
        e = (hd @ p["w2"] + xb @ p["w0"] + p["b0"]).astype(np.float64).reshape(*mb.shape, S)
        value, ge, gt = loss_of(e, p["trans"].astype(np.float64), mb, yb, costs)
        count = mb.sum()
        ge = (ge.reshape(-1, S) / count).astype(np.float32)
        gh = (ge @ p["w2"].T) * on * (1 - h ** 2)
        g = {"w1": xb.T @ gh, "b1": gh.sum(0), "w2": hd.T @ ge, "w0": xb.T @ ge, "b0": ge.sum(0), "trans": (gt / count).astype(np.float32)}
        lr = rate * min(1, step / 20) * (0.05 + 0.95 * 0.5 * (1 + np.cos(np.pi * step / steps)))
        for k in p:
            decay = l2 if k in ("w1", "w2", "w0") else 0.0
            m[k] = 0.9 * m[k] + 0.1 * g[k]
            v[k] = 0.99 * v[k] + 0.01 * g[k] ** 2
            p[k] = p[k] - lr * (m[k] / (1 - 0.9 ** step) / (np.sqrt(v[k] / (1 - 0.99 ** step)) + 1e-8) + decay * p[k])
        if step > 0.7 * steps:
            for k in p:
                mean[k] += p[k] / (steps - int(0.7 * steps))
    return mean


def scores(p, x):
    """Scores of the states for one call."""
    e = x @ p["w0"] + p["b0"]
    return e + np.tanh(x @ p["w1"] + p["b1"]) @ p["w2"] if "w1" in p else e


def viterbi(e, trans):
    """The best path."""
    t = np.where(ALLOWED, trans, FORBIDDEN)
    best, back = e[0], []
    for row in e[1:]:
        step = best[:, None] + t
        back.append(step.argmax(0))
        best = row + step.max(0)
    path = [int(best.argmax())]
    for row in reversed(back):
        path.append(int(row[path[-1]]))
    return path[::-1]


def marginals(e, trans):
    """Probability of each state at each utterance."""
    return partition(e[None].astype(np.float64), np.where(ALLOWED, trans, FORBIDDEN).astype(np.float64), np.ones((1, len(e)), bool))[1][0]
