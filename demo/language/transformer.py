"""The language model that is compressed."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import scaled_dot_product_attention

WIDTH = 128
HEADS = 4
HIDDEN = 512
BLOCKS = 4
CONTEXT = 48


class Attention(nn.Module):
    """Causal self-attention with a matrix each for queries, keys, values and output."""

    def __init__(self) -> None:
        super().__init__()
        self.query = nn.Linear(WIDTH, WIDTH)
        self.key = nn.Linear(WIDTH, WIDTH)
        self.value = nn.Linear(WIDTH, WIDTH)
        self.output = nn.Linear(WIDTH, WIDTH)

    def forward(self, x: Tensor) -> Tensor:
        query, key, value = (_split(layer(x)) for layer in (self.query, self.key, self.value))
        mixed = scaled_dot_product_attention(query, key, value, is_causal=True)
        out: Tensor = self.output(mixed.transpose(1, 2).flatten(2))
        return out


class FeedForward(nn.Sequential):
    def __init__(self) -> None:
        super().__init__()
        self.add_module("up", nn.Linear(WIDTH, HIDDEN))
        self.add_module("gelu", nn.GELU())
        self.add_module("down", nn.Linear(HIDDEN, WIDTH))


class Block(nn.Module):
    """Attention and a feed-forward layer, each after a norm and beside the residual stream."""

    def __init__(self) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(WIDTH)
        self.attention = Attention()
        self.norm2 = nn.LayerNorm(WIDTH)
        self.feed_forward = FeedForward()

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.attention(self.norm1(x))
        out: Tensor = x + self.feed_forward(self.norm2(x))
        return out


class LanguageModel(nn.Module):
    """Tokens int64 (n, t ≤ CONTEXT) to logits of the next ones, float32 (n, t, words)."""

    def __init__(self, words: int, *, seed: int) -> None:
        """Freshly initialised; the random state is left as it was."""
        super().__init__()
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.words = nn.Embedding(words, WIDTH)
            self.places = nn.Embedding(CONTEXT, WIDTH)
            self.blocks = nn.ModuleList(Block() for _ in range(BLOCKS))
            self.norm = nn.LayerNorm(WIDTH)
            self.next = nn.Linear(WIDTH, words)
            for embedding in (self.words, self.places):
                nn.init.normal_(embedding.weight, std=0.05)

    def forward(self, tokens: Tensor) -> Tensor:
        x = self.words(tokens) + self.places.weight[: tokens.shape[1]]
        for block in self.blocks:
            x = block(x)
        logits: Tensor = self.next(self.norm(x))
        return logits


def _split(x: Tensor) -> Tensor:
    """(n, t, WIDTH) as (n, HEADS, t, WIDTH / HEADS)."""
    return x.view(*x.shape[:2], HEADS, -1).transpose(1, 2)
