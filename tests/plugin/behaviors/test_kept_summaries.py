"""What a summary keeps from one question to the next is what a first question would be told."""

from __future__ import annotations

from itertools import product

import numpy as np

from tensorboard_cnc.plugin.record_cache import RecordCache
from tensorboard_cnc.records.identity import model_key
from tensorboard_cnc.records.instances import Dataset, Predictions
from tests.plugin.behaviors.evaluated import Evaluated, keys

N, CLASSES = 300, ("a", "b", "c")
NAMES = ("dense", "pruned", "tuned")


def evaluated() -> Evaluated:
    random = np.random.default_rng(5)
    labels = random.integers(0, 3, N).astype(np.int32)
    log = Evaluated()
    sides = {"side": np.tile([0.0, 1.0], N // 2)}
    log.dataset(Dataset("test", np.arange(N), "classes", "f", CLASSES, labels, attributes=sides))
    for name in NAMES:
        log.model(name)
        vectors = random.dirichlet(np.ones(3), N).astype(np.float32)
        log.predictions(
            Predictions(
                name,
                "test",
                np.arange(N),
                "classes",
                CLASSES,
                predicted=vectors.argmax(axis=1).astype(np.int32),
                vectors=vectors,
                vector_rows=np.arange(N),
            )
        )
    return log


def test_whatever_was_asked_before() -> None:
    log = evaluated()
    flipped = {"kind": "flip", "model": model_key("pruned", "pruned"), "flip": "negative"}
    half = {"kind": "slice", "by": "attribute/side", "level": 1}
    questions = [
        {
            "base": keys(base),
            "models": keys(*(name for name in NAMES if name != base)),
            "measure": measure,
            "filter": conditions,
        }
        for measure, conditions, base in product(
            ("correct", "vector/kl", "brier"), ([], [half], [flipped]), NAMES
        )
        if not (conditions == [flipped] and base == "pruned")
    ]
    kept = [log.ask(**question) for question in questions]
    assert kept == [log.ask(**question) for question in questions]
    for question, answer in zip(questions, kept, strict=True):
        log.cache = RecordCache()
        assert log.ask(**question) == answer
    assert len({str(answer["models"]) for answer in kept}) == len(questions)
