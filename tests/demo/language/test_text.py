from __future__ import annotations

from demo.language.completion import f1
from demo.language.text import (
    ANSWER_WORDS,
    PAGES,
    PROMPT_WORDS,
    documentation,
    words_of,
)


def test_words_and_signs() -> None:
    assert words_of("A class’s body, e.g. 3 (or None).") == [
        *("a", "class’s", "body", ",", "e", ".", "g", ".", "3", "or", "none", ".")
    ]


def test_every_sentence_is_in_the_text_and_asked_once() -> None:
    text = documentation()
    stream = [text.vocabulary[number] for number in text.tokens.tolist()]
    length = PROMPT_WORDS + ANSWER_WORDS
    passages = {tuple(stream[start : start + length]) for start in range(len(stream))}
    assert len(text.sentences) > 200
    for sentence in text.sentences:
        assert (len(sentence.prompt), len(sentence.answer)) == (PROMPT_WORDS, ANSWER_WORDS)
        assert sentence.prompt + sentence.answer in passages
        assert sentence.page in PAGES
    assert len({sentence.prompt for sentence in text.sentences}) == len(text.sentences)
    assert len({sentence.id for sentence in text.sentences}) == len(text.sentences)


def test_words_by_frequency() -> None:
    text = documentation()
    counts = text.tokens.bincount().tolist()
    assert counts == sorted(counts, reverse=True)
    assert len(counts) == len(text.vocabulary) == len(set(text.vocabulary))
    assert text.encoded(text.vocabulary[:3]) == [0, 1, 2]


def test_f1_by_hand() -> None:
    assert f1("a b c d".split(), "a b c d".split()) == 1
    assert f1("d c b a".split(), "a b c d".split()) == 1
    assert f1("a a x y".split(), "a b c d".split()) == 0.25
    assert f1("a a".split(), "a a a b".split()) == 2 * 2 / 6
    assert f1("x".split(), "y".split()) == 0
