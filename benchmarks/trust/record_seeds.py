"""Records of every kind from which hostile ones are made, and payloads back into records."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
from google.protobuf.message import Message

from tensorboard_cnc.format import cnc_pb2 as pb
from tensorboard_cnc.format import envelope, instances, sensitivity, sketches
from tensorboard_cnc.records.instances import Dataset, Predictions
from tensorboard_cnc.records.models import (
    Budget,
    Interval,
    LoggedProblem,
    Measurement,
    Metrics,
    MetricSpec,
    MetricSpecs,
    ModelCard,
    Operation,
    Problems,
    Record,
)
from tensorboard_cnc.records.sensitivity import Candidate, Layer, Sensitivity, Trials
from tensorboard_cnc.records.sketches import PairTotals, Scheme, SketchRecord, TensorSketch
from tensorboard_cnc.sketches.sizes import Sizes
from tensorboard_cnc.sketches.sketcher import sketch_values
from tensorboard_cnc.writer.instances.thumbnails import png_of

AnyRecord: TypeAlias = Record | Dataset | Predictions | SketchRecord | Sensitivity


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of payload: its message, and how one is read that stands in a sealed envelope."""

    message: Callable[[], Message]
    read: Callable[[bytes], AnyRecord]


def sealed(payload: bytes, compression: int = 0, size: int | None = None) -> bytes:
    """An envelope around `payload` whose checksum holds, whatever else it says."""
    size = len(payload) if size is None else size
    return pb.Envelope(
        format_version=envelope.FORMAT_VERSION,
        checksum=envelope.checksum_of(envelope.FORMAT_VERSION, compression, size, payload),
        compression=compression,  # type: ignore[arg-type]
        size=size,
        payload=payload,
    ).SerializeToString()


def _chunks(payload: bytes) -> list[bytes]:
    data = sealed(payload)
    step = envelope.CHUNK_BYTES
    return [data[at : at + step] for at in range(0, len(data), step)]


KINDS: Mapping[str, Kind] = {
    "models": Kind(pb.Record, lambda payload: envelope.decode(sealed(payload))),
    "instances": Kind(pb.InstanceRecord, lambda payload: instances.decode(_chunks(payload))),
    "sketches": Kind(pb.SketchRecord, lambda payload: sketches.decode(_chunks(payload))),
    "sensitivity": Kind(pb.SensitivityRecord, lambda payload: sensitivity.decode(_chunks(payload))),
}


def seeds() -> dict[str, list[bytes]]:
    """Payloads of good records by kind."""
    models = [_payload(envelope.encode(record)) for record in _models()]
    of_instances = [_payload(b"".join(instances.encode(each))) for each in _instances()]
    of_sketches = [_payload(b"".join(sketches.encode(each))) for each in _sketches()]
    bears = [_payload(b"".join(sensitivity.encode(each))) for each in _sensitivities()]
    return {
        "models": models,
        "instances": of_instances,
        "sketches": of_sketches,
        "sensitivity": bears,
    }


def _payload(stored: bytes) -> bytes:
    found = pb.Envelope.FromString(stored)
    return zlib.decompress(found.payload) if found.compression else found.payload


def _models() -> list[Record]:
    parameters: Any = {"amount": 0.5, "n": 3, "on": True, "none": None, "s": ("a", (1, ("b",)))}
    measured = Measurement(
        "accuracy", (0.71,), 3, 9, "host", {"threads": "4"}, "note", Interval(0.7, 0.72, 0.95), "≥"
    )
    return [
        ModelCard(
            "é/1", ("a", "b"), Operation("prune", parameters), "finished", "why", "about", "x.pt",
            5, 9, "twin",
        ),
        ModelCard(
            "m", created_us=9, note="see https://x.y", tags=("a", "b"), hidden=True, renamed="n",
            edits=True, says=frozenset({"note", "tags", "hidden", "renamed"}),
        ),
        Metrics("m", (Measurement("typo", (), withdrawn=True),)),
        Metrics("m", (measured, Measurement("latency", tuple(np.linspace(1, 2, 60).tolist())))),
        MetricSpecs((
            MetricSpec("accuracy", "max", "%", ".1%", 0.0, 1.0, True, Budget("at_most", 2.0), "t"),
            MetricSpec("loss", "min", scalar="loss", summary="best"),
        )),
        Problems("m", (LoggedProblem("It broke.", "Mend it.", 3),)),
    ]  # fmt: skip


def _instances() -> list[Dataset | Predictions]:
    n = 12
    ids = np.arange(n)
    codes = (ids % 3).astype(np.int32)
    shares = np.linspace(0.01, 0.99, n).astype(np.float32)
    picture = png_of(np.zeros((2, 3, 1), np.uint8))
    vectors = np.full((n, 3), 1 / 3, np.float32)
    found: list[Dataset | Predictions] = [
        Dataset(
            "test", ids, "classes", "f", ("a", "b", "c"), codes, texts=tuple("abcdefghijkl"),
            images=(picture, b"") * 6, groups=ids // 2,
            attributes={"size": shares.astype(float), "side": (codes % 2, ("l", "r"))},
        ),
        Predictions(
            "m", "test", ids, "classes", ("a", "b", "c"), "f", predicted=codes[::-1].copy(),
            correct=(codes % 2).astype(np.int8), confidence=shares, true_probability=shares,
            top_classes=np.stack([codes, (codes + 1) % 3], 1),
            top_probabilities=np.stack([shares, 1 - shares], 1), vector_rows=ids, vectors=vectors,
            scores={"EM": shares}, excluded=1,
        ),
        Dataset("test", ids, "multi-label", "f", ("a", "b", "c"), memberships=vectors > 0.3,
                memberships_known=vectors > 0),
        Predictions("m", "test", ids, "multi-label", ("a", "b", "c"), "f",
                    memberships=vectors > 0.4),
        Dataset("test", ids, "numbers", "f", numbers=shares.astype(float)),
        Predictions("m", "test", ids, "numbers", (), "f", numbers=shares.astype(float) + 0.1),
        Dataset("test", np.array([f"id {i}" for i in range(n)]), "texts", "f",
                targets=tuple("abcdefghijkl")),
        Predictions("m", "test", np.array([f"id {i}" for i in range(n)]), "texts", (), "f",
                    outputs=tuple("abcdefghijkx"), scores={"EM": shares}),
    ]  # fmt: skip
    return found


def _sketches() -> list[SketchRecord]:
    rng = np.random.default_rng(0)
    small = Sizes(whole=64, sample=64)

    def sketch(name: str, *shape: int, **facts: Any) -> TensorSketch:
        values = np.array(0.1 * rng.standard_normal(shape), np.float32)
        values = np.where(np.abs(values) < 0.03, np.float32(0), values)
        module = name.rpartition(".")[0]
        return sketch_values(
            name, shape, "float32", values, sizes=small, module=module, kind="Linear", **facts
        )

    pair = PairTotals(
        640, 3, 2, 1, 1.5, 0.5, -1.0, 0.4, 7,
        np.arange(9), np.array([7, 3]), np.array([0.4, -0.2]),
    )  # fmt: skip
    scheme = Scheme(8, "affine", True, 4, 0, 16, 96, -128, 127, 3)
    tensors = (
        sketch("enc.0.weight", 16, 40, scheme=scheme, stored_bytes=700, reference={"base": pair}),
        sketch("enc.0.bias", 16, stored_bytes=64),
        sketch("head.weight", 4, 4),
        sketch("head.scale"),
        sketch("empty", 0, 3),
    )
    refused = {"head.codes": "who knows"}
    weights = SketchRecord("weights", "m", tensors, refused=refused, refused_weights={"x": 3})
    outputs = (sketch("enc.0", 8, 16), sketch("head", 8, 4))
    return [weights, SketchRecord("activations", "m", outputs, "probe", 8)]


def _sensitivities() -> list[Sensitivity]:
    rng = np.random.default_rng(0)
    groups = rng.exponential(0.1, (3, 2, 16))
    mean = groups.mean(-1)
    mean[2, 1], groups[2, 1] = np.inf, np.nan
    chosen = np.array([[0, 0, 0], [1, -1, 0]])
    whole = rng.exponential(0.1, (2, 16))
    plain = Sensitivity(
        "m", "exact", "kl", "probe", "network", 64, 0, np.full(16, 4),
        tuple(Layer(f"enc.{at}.weight", f"enc.{at}", "Linear", (16, 8), 512) for at in range(3)),
        (Candidate("int8"), Candidate("mine", own=True)),
        np.array([[144, 70], [144, -1], [144, 70]]), mean, groups, 100, {(2, 1): "not finite"},
        {"head.codes": "who knows"}, Trials(chosen, whole.mean(1), whole), "", 1.5, 7,
    )  # fmt: skip
    score = replace(plain, damage="score", score="F1", method="gradient", trials=None)
    return [plain, score]
