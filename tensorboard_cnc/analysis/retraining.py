"""Whether weights were trained between two models: seeds then tell them apart as well."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from tensorboard_cnc.analysis.catalog import Catalog
from tensorboard_cnc.records.models import Operation

# Words, and beginnings of words, that name a step in which no weight is trained.
_FREE_WORDS = frozenset(
    "int uint fp bf nf half bit bits awq ptq gptq bnb svd onnx coreml tflite gguf".split()
)
_FREE = tuple(
    "quanti float bfloat cast round prun spars wanda palett cluster lowrank factori decompos "
    "fuse fusing fusion fold merg restor recalibrat calibrat convert conver export compil".split()
)
# Beginnings of words that name training; iterative and gradual pruning trains in between.
_TRAINED = tuple(
    "train retrain pretrain finetun tun ft qat distil learn aware iterativ gradual movement "
    "rewind lottery heal recover sgd adam lora qlora bitfit".split()
)
# And of parameters that only training has.
_PARAMETERS = tuple(
    "epoch step lr learningrate optimi momentum warmup teacher temperature train finetun ft".split()
)
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
# Written with or without a space or hyphen.
_PAIRS = {("low", "rank"), ("fine", "tun"), ("learning", "rate")}


def made_without_training(operation: Operation) -> bool:
    """Whether its name and parameters say that no weight was trained; unknown names do not.

    {"quantize", "prune", "low rank", "fold batch norm"} do; with `epochs=` or `lr=` none does.
    """
    words = _words(operation.name)
    if any(word.startswith(_TRAINED) for word in words):
        return False
    trained = any(value and _trains(_words(name)) for name, value in operation.parameters.items())
    return not trained and any(w in _FREE_WORDS or w.startswith(_FREE) for w in words)


def retrained(catalog: Catalog, base: str, model: str) -> bool:
    """Whether seeds may tell the models `base` and `model` (keys) apart.

    They do not where both came from one model, or one from the other, by steps without training
    from a single parent each.
    """
    origins = set(_origins(catalog, base))
    return origins.isdisjoint(_origins(catalog, model))


def _origins(catalog: Catalog, key: str) -> Iterator[str]:
    """The model itself, and those that it came from without training."""
    while True:
        yield key
        member, parents = catalog.by_key.get(key), catalog.lineage.parents.get(key, ())
        operation = member.card.operation if member else None
        if operation is None or len(parents) != 1 or not made_without_training(operation):
            return
        key = parents[0].key


def _trains(words: list[str]) -> bool:
    # Calibration has steps of its own.
    calibrates = any(word.startswith("calib") for word in words)
    return not calibrates and any(word.startswith(_PARAMETERS) for word in words)


def _words(name: str) -> list[str]:
    """The words of a name in small letters, "fine-tune" and "low rank" as one."""
    words = [word.lower() for word in _WORD.findall(name)]
    joined = [
        one + other
        for one, other in pairwise(words)
        if any(one == a and other.startswith(b) for a, b in _PAIRS)
    ]
    return [*words, *joined]
