"""Which operations train weights, and which models seeds may tell apart."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tensorboard_cnc.analysis.catalog import build_catalog, members_of
from tensorboard_cnc.analysis.retraining import made_without_training, retrained
from tensorboard_cnc.records.identity import model_key
from tensorboard_cnc.records.models import ModelCard, Operation, ParameterValue, Stored

Parameters = Mapping[str, ParameterValue]

WITHOUT_TRAINING = [
    ("quantize", {}),
    ("int8 quantize", {"scheme": "per channel", "calibration": 512}),
    ("Quantization", {"bits": 4}),
    ("quantise", {}),
    ("dynamic_quantization", {}),
    ("GPTQ", {"calibration_steps": 128}),
    ("awq-int4", {}),
    ("PTQ", {}),
    ("int4", {}),
    ("fp16", {}),
    ("bfloat16 cast", {}),
    ("half precision", {}),
    ("prune", {"amount": 0.5, "seed": 3}),
    ("magnitude prune", {"scope": "global"}),
    ("random prune", {}),
    ("L1 pruning", {"epochs": 0}),
    ("SparseGPT", {"sparsity": 0.5}),
    ("channelPruning", {}),
    ("palettize", {"n_bits": 4}),
    ("weight clustering", {}),
    ("low rank", {"rank": 8}),
    ("low-rank factorization", {}),
    ("SVD", {"strength": 2}),
    ("fuse", {}),
    ("fold_batch_norm", {}),
    ("merge", {}),
    ("restore", {"layer": "fc3"}),
    ("recalibrate", {}),
    ("export to ONNX", {}),
    ("prune", {"finetune": False}),
]
TRAINED = [
    ("train", {"epochs": 30}),
    ("fine-tune", {}),
    ("finetune", {}),
    ("Fine tuning", {}),
    ("tune", {}),
    ("prune and fine-tune", {}),
    ("quantize", {"epochs": 3}),
    ("prune", {"amount": 0.5, "finetune_steps": 100}),
    ("prune", {"lr": 1e-4}),
    ("prune", {"learning_rate": 1e-4}),
    ("prune", {"learningRate": 1e-4}),
    ("QAT", {}),
    ("quantization-aware training", {}),
    ("quantization aware", {}),
    ("distill", {}),
    ("distillation", {"temperature": 4}),
    ("iterative prune", {"amount": 0.9}),
    ("gradual magnitude pruning", {}),
    ("movement prune", {}),
    ("retrain norms", {}),
    ("LoRA", {}),
    # Nobody knows what these are.
    ("noise", {}),
    ("step 3", {}),
    ("", {}),
    ("magic", {}),
]


@pytest.mark.parametrize(("name", "parameters"), WITHOUT_TRAINING)
def test_steps_without_training(name: str, parameters: Parameters) -> None:
    assert made_without_training(Operation(name, parameters))


@pytest.mark.parametrize(("name", "parameters"), TRAINED)
def test_steps_that_train_or_may(name: str, parameters: Parameters) -> None:
    assert not made_without_training(Operation(name, parameters))


LINEAGE: dict[str, tuple[tuple[str, ...], str | None]] = {
    "dense": ((), "train"),
    "seed2": ((), "train"),
    "pruned": (("dense",), "prune"),
    "int8": (("pruned",), "quantize"),
    "int4": (("dense",), "quantize"),
    "tuned": (("pruned",), "fine-tune"),
    "tuned-int8": (("tuned",), "quantize"),
    "unsaid": (("dense",), None),
    "merged": (("dense", "seed2"), "merge"),
    "lost-int8": (("ghost",), "quantize"),
    "lost-int4": (("ghost",), "quantize"),
}


@pytest.mark.parametrize(
    ("base", "model", "expected"),
    [
        ("dense", "dense", False),
        ("dense", "int8", False),
        ("int8", "dense", False),
        # Of one model, each without training.
        ("int4", "int8", False),
        ("lost-int8", "lost-int4", False),
        ("dense", "seed2", True),
        ("dense", "tuned", True),
        ("dense", "tuned-int8", True),
        ("tuned", "tuned-int8", False),
        ("dense", "unsaid", True),
        # Of what was trained apart.
        ("dense", "merged", True),
        ("dense", "lost-int8", True),
    ],
)
def test_what_seeds_may_tell_apart(base: str, model: str, expected: bool) -> None:
    stored = [
        Stored(name, "t", at, ModelCard(name, parents, None if step is None else Operation(step)))
        for at, (name, (parents, step)) in enumerate(LINEAGE.items())
    ]
    catalog = build_catalog(stored, members_of(stored), {}, ())
    assert retrained(catalog, model_key(base, base), model_key(model, model)) is expected
