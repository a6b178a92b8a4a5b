"""The network of src/topics/network.rs, a plain layer, a gated recurrent unit in each direction (Cho et al. 2014) and a linear
layer, under a linear chain (conditional random field, Lafferty et al. 2001): as in Huang, Xu and Yu 2015, in jax."""
import random
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

import chain

FIRST, HELD = 48, 32                # outputs of the first layer; size of each unit
EPOCHS, BATCH, RATE = 14, 16, 4e-3
DECAY = 1e-2                        # of weights
SIGNS_DROPPED, HELD_DROPPED = 0.2, 0.3
MEAN = 0.99                         # weights are averaged over about the last hundred steps
LENGTHS = [96, 160, 224, 320, 448]  # calls are filled up to one of these, so that few programs are compiled
SEED = 0
ALLOWED = jnp.asarray(chain.ALLOWED)


def start(key, inputs):
    keys = iter(jax.random.split(key, 8))
    drawn = lambda a, b, size=1.0: size * jax.random.normal(next(keys), (a, b)) / np.sqrt(a)
    unit = lambda: {"input": drawn(FIRST, 3 * HELD), "state": drawn(HELD, 3 * HELD), "bias": jnp.zeros(3 * HELD)}
    return {"first": drawn(inputs, FIRST), "first_bias": jnp.zeros(FIRST), "ahead": unit(), "behind": unit(),
            "states": drawn(2 * HELD, chain.S, 0.5), "direct": drawn(FIRST, chain.S, 0.1), "states_bias": jnp.zeros(chain.S),
            "switches": jnp.zeros((chain.S, chain.S))}


def run(unit, x, mask, reverse):
    """What a unit holds after each place, calls x places x HELD."""
    def step(held, now):
        given, on = now
        own = held @ unit["state"]
        reset, keep = (jax.nn.sigmoid(given[:, at:at + HELD] + own[:, at:at + HELD]) for at in (0, HELD))
        candidate = jnp.tanh(given[:, 2 * HELD:] + reset * own[:, 2 * HELD:])
        held = jnp.where(on[:, None], (1 - keep) * candidate + keep * held, held)
        return held, held

    given = x @ unit["input"] + unit["bias"]
    out = jax.lax.scan(step, jnp.zeros((len(x), HELD)), (given.transpose(1, 0, 2), mask.T), reverse=reverse)[1]
    return out.transpose(1, 0, 2)


def scores(p, x, mask, key=None):
    """Scores of the states, calls x places x states; with a key some of what is held is dropped out, and signs for a whole
    call."""
    drop = lambda value, shape, share, at: value * jax.random.bernoulli(jax.random.fold_in(key, at), 1 - share, shape) / (1 - share)
    if key is not None:
        x = drop(x, (len(x), 1, x.shape[2]), SIGNS_DROPPED, 0)
    first = jnp.tanh(x @ p["first"] + p["first_bias"])
    if key is not None:
        first = drop(first, first.shape, HELD_DROPPED, 1)
    held = jnp.concatenate([run(p["ahead"], first, mask, False), run(p["behind"], first, mask, True)], -1)
    if key is not None:
        held = drop(held, held.shape, HELD_DROPPED, 2)
    return held @ p["states"] + first @ p["direct"] + p["states_bias"]


def loss(p, x, mask, y, key):
    """Negative log likelihood of the true paths, per utterance."""
    e, t = scores(p, x, mask, key), jnp.where(ALLOWED, p["switches"], chain.FORBIDDEN)
    own = (jnp.take_along_axis(e, y[..., None], -1)[..., 0] * mask).sum() + (t[y[:, :-1], y[:, 1:]] * mask[:, 1:]).sum()

    def step(reached, now):
        score, on = now
        return jnp.where(on[:, None], jax.nn.logsumexp(reached[:, :, None] + t[None], 1) + score, reached), None

    reached = jax.lax.scan(step, e[:, 0], (e[:, 1:].transpose(1, 0, 2), mask[:, 1:].T))[0]
    return (jax.nn.logsumexp(reached, 1).sum() - own) / mask.sum()


@jax.jit
def update(p, m, v, mean, x, mask, y, key, rate, number):
    """A step of Adam with decay apart (Loshchilov and Hutter 2019), gradients cut at length one."""
    g = jax.grad(loss)(p, x, mask, y, key)
    length = jnp.sqrt(sum((a ** 2).sum() for a in jax.tree.leaves(g)))
    g = jax.tree.map(lambda a: a * jnp.minimum(1, 1 / (length + 1e-6)), g)
    m = jax.tree.map(lambda a, b: 0.9 * a + 0.1 * b, m, g)
    v = jax.tree.map(lambda a, b: 0.99 * a + 0.01 * b * b, v, g)

    def moved(a, b, c):
        return a - rate * (b / (1 - 0.9 ** number) / (jnp.sqrt(c / (1 - 0.99 ** number)) + 1e-8) + (DECAY * a if a.ndim == 2 else 0))

    p = jax.tree.map(moved, p, m, v)
    kept = jnp.minimum(MEAN, number / (number + 20))
    return p, m, v, jax.tree.map(lambda a, b: kept * a + (1 - kept) * b, mean, p)


def filled(xs, ys, length):
    """Calls side by side, cut or filled up to a length."""
    x = np.zeros((len(xs), length, xs[0].shape[1]), np.float32)
    y, mask = np.zeros((len(xs), length), np.int32), np.zeros((len(xs), length), bool)
    for i, (a, b) in enumerate(zip(xs, ys)):
        n = min(length, len(a))
        x[i, :n], y[i, :n], mask[i, :n] = a[:n], b[:n], True
    return x, mask, y


def fit(xs, ys, seed=SEED):
    """The weights for inputs and states of calls."""
    key, rng = jax.random.PRNGKey(seed), random.Random(seed)
    p = mean = start(key, xs[0].shape[1])
    m = v = jax.tree.map(jnp.zeros_like, p)
    groups = {}
    for i, x in enumerate(xs):
        groups.setdefault(next((length for length in LENGTHS if len(x) <= length), LENGTHS[-1]), []).append(i)
    total, number = EPOCHS * sum(-(-len(group) // BATCH) for group in groups.values()), 0
    for _ in range(EPOCHS):
        batches = []
        for length, group in groups.items():
            group = rng.sample(group, len(group))
            group += rng.choices(group, k=-len(group) % BATCH)
            batches += [(length, group[at:at + BATCH]) for at in range(0, len(group), BATCH)]
        rng.shuffle(batches)
        for length, chosen in batches:
            number += 1
            key, now = jax.random.split(key)
            rate = RATE * min(1, number / 30) * (0.03 + 0.97 * 0.5 * (1 + np.cos(np.pi * number / total)))
            x, mask, y = filled([xs[i] for i in chosen], [ys[i] for i in chosen], length)
            p, m, v, mean = update(p, m, v, mean, x, mask, y, now, rate, number)
    return jax.tree.map(np.asarray, mean)


run_scores = jax.jit(scores)


def evidence(nets, x):
    """Mean scores of the states for one call."""
    length = next((length for length in LENGTHS if len(x) <= length), -(-len(x) // 64) * 64)
    filled_x, mask, _ = filled([x], [np.zeros(len(x), int)], length)
    return np.mean([np.asarray(run_scores(net, filled_x, mask))[0, :len(x)] for net in nets], 0)


def switches(nets):
    return np.mean([net["switches"] for net in nets], 0)


def arrays(nets):
    """The weights by the names that src/topics/network.rs reads."""
    out = {"networks": np.array([len(nets)], np.int64),
           "switches": np.where(chain.ALLOWED, switches(nets), -1000.0).astype(np.float32)}
    for number, net in enumerate(nets):
        for name in ("first", "first_bias", "states", "states_bias", "direct"):
            out[f"{number}.{name}"] = net[name]
        for name in ("ahead", "behind"):
            out |= {f"{number}.{name}": net[name]["input"], f"{number}.{name}_bias": net[name]["bias"],
                    f"{number}.{name}_state": net[name]["state"]}
    return {name: np.ascontiguousarray(value) for name, value in out.items()}


def from_arrays(file):
    """The networks of a file of such arrays."""
    nets = []
    for number in range(int(file["networks"][0])):
        net = {name: file[f"{number}.{name}"] for name in ("first", "first_bias", "states", "states_bias", "direct")}
        for name in ("ahead", "behind"):
            net[name] = {"input": file[f"{number}.{name}"], "bias": file[f"{number}.{name}_bias"], "state": file[f"{number}.{name}_state"]}
        nets.append(net | {"switches": np.where(chain.ALLOWED, file["switches"], 0).astype(np.float32)})
    return nets
