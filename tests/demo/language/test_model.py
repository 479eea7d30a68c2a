from __future__ import annotations

import math

import pytest
import torch
from torch.nn.functional import scaled_dot_product_attention

from demo.language.completion import answers
from demo.language.operations import norm_parameters
from demo.language.text import ANSWER_WORDS, Text
from demo.language.training import trained
from demo.language.transformer import (
    BLOCKS,
    CONTEXT,
    HEADS,
    HIDDEN,
    WIDTH,
    Attention,
    LanguageModel,
)


def test_parameters_by_formula(net: LanguageModel, text: Text) -> None:
    words = len(text.vocabulary)
    attention = 4 * (WIDTH + 1) * WIDTH
    feed_forward = (WIDTH + 1) * HIDDEN + (HIDDEN + 1) * WIDTH
    block = attention + feed_forward + 2 * 2 * WIDTH
    ends = (words + CONTEXT) * WIDTH + 2 * WIDTH + (WIDTH + 1) * words
    assert sum(p.numel() for p in net.parameters()) == BLOCKS * block + ends


def test_words_to_come_change_nothing(net: LanguageModel, text: Text) -> None:
    tokens = text.tokens[:20].clone()[None]
    before = net(tokens)[0, :10]
    tokens[0, 10:] = 0
    torch.testing.assert_close(net(tokens)[0, :10], before)


def test_attention_head_by_head() -> None:
    torch.manual_seed(0)
    layer, x, size = Attention(), torch.randn(2, 5, WIDTH), WIDTH // HEADS
    heads = [
        scaled_dot_product_attention(
            *(f(x)[..., h * size : (h + 1) * size] for f in (layer.query, layer.key, layer.value)),
            is_causal=True,  # type: ignore[misc]
        )
        for h in range(HEADS)
    ]
    torch.testing.assert_close(layer(x), layer.output(torch.cat(heads, 2)))


def test_training_is_repeatable_and_learns_only_what_it_is_told(
    net: LanguageModel, text: Text
) -> None:
    def tuned() -> tuple[LanguageModel, list[float]]:
        losses: list[float] = []
        tuned = trained(
            net,
            text.tokens[:1000],
            epochs=2,
            learning_rate=0.01,
            seed=1,
            learning=norm_parameters,
            epoch_done=lambda _epoch, loss, _net: losses.append(loss),
        )
        return tuned, losses

    (one, losses), (other, again) = tuned(), tuned()
    assert losses == again
    assert losses[1] < losses[0]
    changed = {
        name
        for (name, before), after in zip(net.named_parameters(), one.parameters(), strict=True)
        if not torch.equal(before, after)
    }
    assert changed == {name for name, _ in net.named_parameters() if "norm" in name}
    assert len(changed) == 2 * (2 * BLOCKS + 1)
    assert not one.training
    assert all(torch.equal(a, b) for a, b in zip(one.parameters(), other.parameters(), strict=True))


class Reciter(torch.nn.Module):
    """Knows every sentence, and nothing else."""

    def __init__(self, text: Text, wrong_page: str) -> None:
        super().__init__()
        self.words = len(text.vocabulary)
        self.known = {
            tuple(text.encoded(s.prompt)): text.encoded(s.answer)
            for s in text.sentences
            if s.page != wrong_page
        }

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        logits = torch.zeros(*tokens.shape, self.words)
        for row, sentence in enumerate(tokens.tolist()):
            for place, word in enumerate(self.known.get(tuple(sentence[:8]), ())):
                if 7 + place < tokens.shape[1]:
                    logits[row, 7 + place, word] = 1000
        return logits


def test_answers_are_written_word_by_word(text: Text) -> None:
    wrong = text.sentences[0].page
    found = answers(Reciter(text, wrong), text)
    share = sum(s.page == wrong for s in text.sentences) / len(text.sentences)
    assert found.metrics()["exact_match"] == pytest.approx(1 - share)
    # Where it knows nothing each word is as likely as any.
    assert found.loss == pytest.approx(share * math.log(len(text.vocabulary)), rel=1e-3)
    last = text.sentences[-1]
    assert found.outputs[-1] == " ".join(last.answer)
    assert len(found.outputs[0].split()) == ANSWER_WORDS
