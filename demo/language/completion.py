"""The task: how does the sentence go on?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from demo.language.text import ANSWER_WORDS, Text


@dataclass(frozen=True)
class Answers:
    """What a model wrote for each sentence, and how good it is."""

    outputs: tuple[str, ...]
    f1: tuple[float, ...]
    exact_match: tuple[float, ...]
    loss: float

    def metrics(self) -> dict[str, float]:
        """Means over the sentences, and the loss of the right words in nats."""
        return {
            "F1": fmean(self.f1),
            "exact_match": fmean(self.exact_match),
            "loss": self.loss,
        }

    def summary(self) -> str:
        found = self.metrics()
        return (
            f"F1 {found['F1']:.3f}   exact match {found['exact_match']:6.1%}"
            f"   loss {found['loss']:.3f}"
        )


@torch.no_grad()
def answers(net: nn.Module, text: Text) -> Answers:
    """The most likely words one after the other; the loss is that of the right ones."""
    prompts = torch.tensor([text.encoded(s.prompt) for s in text.sentences])
    right = torch.tensor([text.encoded(s.answer) for s in text.sentences])
    written = _continued(net, prompts)
    outputs = [tuple(text.vocabulary[number] for number in row) for row in written.tolist()]
    scored = [
        (f1(output, sentence.answer), float(output == sentence.answer))
        for output, sentence in zip(outputs, text.sentences, strict=True)
    ]
    return Answers(
        tuple(" ".join(output) for output in outputs),
        tuple(score for score, _ in scored),
        tuple(match for _, match in scored),
        _loss(net, prompts, right),
    )


def f1(output: Sequence[str], answer: Sequence[str]) -> float:
    """Harmonic mean of the shares of words that are right and that are found (SQuAD's F1)."""
    common = sum((Counter(output) & Counter(answer)).values())
    return 2 * common / (len(output) + len(answer))


def _continued(net: nn.Module, tokens: Tensor) -> Tensor:
    start = tokens.shape[1]
    for _ in range(ANSWER_WORDS):
        tokens = torch.cat([tokens, net(tokens)[:, -1:].argmax(2)], 1)
    return tokens[:, start:]


def _loss(net: nn.Module, prompts: Tensor, right: Tensor) -> float:
    logits = net(torch.cat([prompts, right[:, :-1]], 1))[:, prompts.shape[1] - 1 :]
    return cross_entropy(logits.flatten(0, 1), right.flatten()).item()
