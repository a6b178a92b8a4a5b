"""The network: whisper's English-only layout at its smallest, in PyTorch.

Four things differ from a plain whisper while training; all of them vanish in the exported file.
Only the tokens of our texts have embeddings (`Compact`). The embedding of time i is
base + P @ sinusoid(i), as a time is an encoder frame. One channel after the last layer norm is held
at 1 and so serves as an output bias. Two heads on the encoder (phone of each frame, token of each
word's middle) help it learn to listen and are dropped.
"""
import math

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

import special
import text
import tokens

WIDTH, HEADS, LAYERS, MELS = 128, 2, 4, 80
HEAD = WIDTH // HEADS  # 64, the only head size of whisper
FRAMES, TEXT_POSITIONS = 1_500, 448
BIAS_CHANNEL = WIDTH - 1
UNUSED_LOGIT = -40.0  # what tokens outside our texts get


def sinusoids(length, channels):
    """Whisper's fixed positions."""
    step = math.log(10_000) / (channels // 2 - 1)
    angles = np.arange(length)[:, None] * np.exp(-step * np.arange(channels // 2))[None]
    return np.concatenate([np.sin(angles), np.cos(angles)], 1).astype(np.float32)


class Compact:
    """Token ids squeezed into a dense range: text tokens, EOT, NO_SPEECH, SOT, then the times."""

    used = sorted({t for word in text.WORDS for form in (word, word[0].upper() + word[1:])
                   for t in tokens.encode(" " + form)} | {tokens.encode(mark)[0] for mark in ".,?"})
    text_count = len(used)
    eot, no_speech, sot, first_time = text_count, text_count + 1, text_count + 2, text_count + 3
    of_token = {token: i for i, token in enumerate(used)}


class Attention(nn.Module):
    """Multi-head attention; keys have no bias, as in whisper."""

    def __init__(self):
        super().__init__()
        self.query, self.value, self.out = (nn.Linear(WIDTH, WIDTH) for _ in range(3))
        self.key = nn.Linear(WIDTH, WIDTH, bias=False)

    def heads(self, x):
        return x.view(x.shape[0], x.shape[1], HEADS, HEAD).transpose(1, 2)

    def forward(self, x, source, causal=False):
        q, k, v = self.heads(self.query(x)), self.heads(self.key(source)), self.heads(self.value(source))
        shares = None
        if causal:
            mixed = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        else:
            # Written out: in bfloat16 on a CPU the fused kernel's backward pass takes half as long again.
            shares = ((q / math.sqrt(HEAD)) @ k.transpose(2, 3)).softmax(-1).to(v.dtype)
            mixed = shares @ v
        return self.out(mixed.transpose(1, 2).reshape(x.shape)), shares


class Block(nn.Module):
    """One layer of the encoder or, with `cross`, of the decoder."""

    def __init__(self, cross):
        super().__init__()
        self.attn, self.attn_ln = Attention(), nn.LayerNorm(WIDTH)
        if cross:
            self.cross_attn, self.cross_attn_ln = Attention(), nn.LayerNorm(WIDTH)
        self.mlp = nn.Sequential(nn.Linear(WIDTH, 4 * WIDTH), nn.GELU(approximate="tanh"), nn.Linear(4 * WIDTH, WIDTH))
        self.mlp_ln = nn.LayerNorm(WIDTH)

    def forward(self, x, source=None):
        h = self.attn_ln(x)
        x = x + self.attn(h, h, causal=source is not None)[0]
        shares = None
        if source is not None:
            added, shares = self.cross_attn(self.cross_attn_ln(x), source)
            x = x + added
        return x + self.mlp(self.mlp_ln(x)), shares


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv1d(MELS, WIDTH, 3, padding=1)
        self.conv2 = nn.Conv1d(WIDTH, WIDTH, 3, stride=2, padding=1)
        self.blocks = nn.ModuleList(Block(False) for _ in range(LAYERS))
        self.ln_post = nn.LayerNorm(WIDTH)

    def forward(self, mel, positions):
        """mel: (batch, 2 n, 80), positions: (batch, n, WIDTH)."""
        x = F.gelu(self.conv1(mel.transpose(1, 2)), approximate="tanh")
        x = F.gelu(self.conv2(x), approximate="tanh").transpose(1, 2) + positions
        for block in self.blocks:
            x, _ = block(x)
        return self.ln_post(x)


class Whisper(nn.Module):
    def __init__(self, phones):
        super().__init__()
        self.encoder = Encoder()
        self.blocks = nn.ModuleList(Block(True) for _ in range(LAYERS))
        self.ln = nn.LayerNorm(WIDTH)
        self.embedding = nn.Parameter(torch.randn(Compact.text_count + 3, WIDTH) * 0.1)
        self.time_base = nn.Parameter(torch.randn(WIDTH) * 0.1)
        self.time_map = nn.Parameter(torch.randn(WIDTH, WIDTH) * 0.1 / math.sqrt(WIDTH))
        self.text_positions = nn.Parameter(torch.randn(TEXT_POSITIONS, WIDTH) * 0.02)
        self.phone_head = nn.Linear(WIDTH, phones)
        self.word_head = nn.Linear(WIDTH, WIDTH)
        self.register_buffer("sines", torch.tensor(sinusoids(special.TIMES, WIDTH)), persistent=False)

    def table(self):
        """Embeddings of all compact ids."""
        return torch.cat([self.embedding, self.time_base + self.sines @ self.time_map])

    def encode(self, mel, offsets):
        """`offsets`: the encoder frame at which each window starts (0 in a real window)."""
        return self.encoder(mel, self.sines[offsets[:, None] + torch.arange(mel.shape[1] // 2)])

    def decode(self, encoded, ids):
        """(logits over compact ids, cross-attention shares of each layer)."""
        table = self.table()
        x, shares = table[ids] + self.text_positions[:ids.shape[1]], []
        for block in self.blocks:
            x, share = block(x, encoded)
            shares.append(share)
        with torch.autocast("cpu", enabled=False):
            h = self.ln(x.float())
            h = torch.cat([h[..., :BIAS_CHANNEL], torch.ones_like(h[..., :1])], -1)
            return h @ table.T, shares


def export(state):
    """OpenAI-named float32 arrays from a state dict."""
    s = {name: value.detach().float().numpy() for name, value in state.items()}
    out = {"encoder.positional_embedding": sinusoids(FRAMES, WIDTH), "decoder.positional_embedding": s["text_positions"]}
    table = np.zeros((special.VOCABULARY, WIDTH), np.float32)
    table[:, BIAS_CHANNEL] = UNUSED_LOGIT
    table[Compact.used] = s["embedding"][:Compact.text_count]
    for token, compact in ((special.EOT, Compact.eot), (special.NO_SPEECH, Compact.no_speech), (special.SOT, Compact.sot)):
        table[token] = s["embedding"][compact]
    times = slice(special.FIRST_TIME, special.FIRST_TIME + special.TIMES)
    table[times] = s["time_base"] + sinusoids(special.TIMES, WIDTH) @ s["time_map"]
    out["decoder.token_embedding.weight"] = table
    out["decoder.ln.weight"], out["decoder.ln.bias"] = s["ln.weight"].copy(), s["ln.bias"].copy()
    out["decoder.ln.weight"][BIAS_CHANNEL], out["decoder.ln.bias"][BIAS_CHANNEL] = 0.0, 1.0
    for name, value in s.items():
        if name.startswith("encoder."):
            out[name] = value
        elif name.startswith("blocks."):
            out["decoder." + name] = value
    return out
