"""Muon (Keller Jordan, 2024): momentum whose matrices are made orthogonal by Newton-Schulz steps.

In the study it learnt about twice as much a step as AdamW on this network.
"""
import torch

MOMENTUM, NEWTON_SCHULZ = 0.95, (3.4445, -4.7750, 2.0315)  # the author's values


def orthogonal(stack):
    """Nearest orthogonal matrices, roughly, of a stack of matrices that are no taller than wide."""
    a, b, c = NEWTON_SCHULZ
    x = (stack / (stack.norm(dim=(1, 2), keepdim=True) + 1e-7)).bfloat16()
    for _ in range(5):
        square = x @ x.transpose(1, 2)
        x = a * x + (b * square + c * square @ square) @ x
    return x.float()


class Muon:
    """For matrices and convolutions (seen as matrices); everything else belongs to Adam."""

    def __init__(self, parameters, decay=0.01):
        self.parameters, self.decay = list(parameters), decay
        self.momenta = [torch.zeros_like(p) for p in self.parameters]

    @torch.no_grad()
    def step(self, rate):
        groups = {}
        for p, m in zip(self.parameters, self.momenta):
            m.mul_(MOMENTUM).add_(p.grad)
            update = (p.grad + MOMENTUM * m).flatten(1)
            tall = update.shape[0] > update.shape[1]
            update = update.T if tall else update
            groups.setdefault(update.shape, []).append((p, update, tall))
        for shape, members in groups.items():
            stack = orthogonal(torch.stack([u for _, u, _ in members])) * (shape[1] / shape[0]) ** 0.5
            for (p, _, tall), update in zip(members, stack):
                p.mul_(1 - rate * self.decay).sub_(rate * (update.T if tall else update).reshape(p.shape))
