"""English text that comes with Python, and the sentences on which a model is asked to go on."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pydoc_data.topics import topics

import torch
from torch import Tensor

PROMPT_WORDS = 8
ANSWER_WORDS = 4
# Pages of the language reference; about 12,000 words.
PAGES = (
    "class",
    "function",
    "with",
    "try",
    "for",
    "import",
    "objects",
    "naming",
    "exceptions",
    "calls",
    "execmodel",
    "assignment",
    "numbers",
    "yield",
    "lambda",
    "lists",
    "while",
    "raise",
)
_WORD = re.compile(r"[A-Za-z][A-Za-z'’]*|\d+|[.,;:]")
_SENTENCE = re.compile(r"[A-Z][^.]{60,400}\.(?=\s)")


@dataclass(frozen=True)
class Sentence:
    """A prompt and how the page goes on, as words; and the page they are from."""

    id: str
    page: str
    prompt: tuple[str, ...]
    answer: tuple[str, ...]


@dataclass(frozen=True)
class Text:
    """The words of all pages as numbers, int64 (n,), the vocabulary, and the sentences."""

    tokens: Tensor
    vocabulary: tuple[str, ...]
    sentences: tuple[Sentence, ...]

    @property
    def numbers(self) -> dict[str, int]:
        return {word: number for number, word in enumerate(self.vocabulary)}

    def encoded(self, words: tuple[str, ...]) -> list[int]:
        numbers = self.numbers
        return [numbers[word] for word in words]


@cache
def documentation() -> Text:
    pages = {page: topics[page] for page in PAGES if page in topics}
    words = [word for text in pages.values() for word in words_of(text)]
    # The most frequent first.
    vocabulary = tuple(word for word, _ in Counter(words).most_common())
    numbers = {word: number for number, word in enumerate(vocabulary)}
    return Text(
        torch.tensor([numbers[word] for word in words]), vocabulary, tuple(_sentences(pages))
    )


def words_of(text: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(text)]


def _sentences(pages: dict[str, str]) -> list[Sentence]:
    found: dict[tuple[str, ...], Sentence] = {}
    for page, text in pages.items():
        for match in _SENTENCE.finditer(text):
            words = tuple(words_of(match[0]))
            prompt = words[:PROMPT_WORDS]
            answer = words[PROMPT_WORDS : PROMPT_WORDS + ANSWER_WORDS]
            if len(answer) == ANSWER_WORDS:
                found.setdefault(prompt, Sentence(f"{page}-{len(found)}", page, prompt, answer))
    return list(found.values())
