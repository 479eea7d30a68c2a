"""What is decoded is what was encoded."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given

from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.format.bounds import LIST_DEPTH
from tensorboard_cnc.format.envelope import MAX_RECORD_BYTES, decode, encode
from tensorboard_cnc.records.models import (
    ALL_CARD_FIELDS,
    Budget,
    LoggedProblem,
    Measurement,
    Metrics,
    MetricSpec,
    MetricSpecs,
    ModelCard,
    Operation,
    ParameterValue,
    Problems,
    Record,
)
from tests.format.any_record import ANNOTATIONS, any_record

# Written by format version 1 and kept: all later versions must read them.
STORED: dict[str, tuple[str, Record]] = {
    "model": (
        "0801159b8eb1d120702a700a6e0a04c3a92f311201611201621a440a057072756e6512130a06616d"
        "6f756e74120919000000000000e03f12070a016e1202100512090a03616c6c1202200112120a0368"
        "6f77120b32090a030a01780a022a0020022a0864697665726765643204746578743a046d2e707440"
        "074809",
        ModelCard(
            "é/1",
            ("a", "b"),
            Operation("prune", {"amount": 0.5, "n": -3, "all": True, "how": ("x", None)}),
            "failed",
            "diverged",
            "text",
            "m.pt",
            7,
            9,
            says=ALL_CARD_FIELDS - {"replicate_of"} - ANNOTATIONS,
        ),
    ),
    # Of this one 0.1.0 was told nothing but the id.
    "model of 0.1.0": (
        "0801159510ff07200b2a0b0a090a016d200140074809",
        ModelCard("m", status="finished", created_us=7, closed_us=9, says=frozenset({"status"})),
    ),
    "model that leaves fields out": (
        "0801152f9ae7ef200e2a0e0a0c0a016d200332017850015801",
        ModelCard("m", description="x", says=frozenset({"parents", "operation", "description"})),
    ),
    "metrics": (
        "08011535123a50203c2a3c123a0a016d12250a076c6174656e637912103333333333332040000000"
        "000000f07f180920072a04686f7374120e0a02663112080000000000000000",
        Metrics(
            "m",
            (Measurement("latency", (8.1, float("inf")), -5, 7, "host"), Measurement("f1", (0.0,))),
        ),
    ),
    "metric_specs": (
        "08011520938a1b20462a461a440a390a02663110011a012522032e31662900000000000000003100"
        "00000000005940420d080111000000000000f8bf18024a0676616c2f663150070a070a0178100238"
        "01",
        MetricSpecs(
            (
                MetricSpec(
                    "f1",
                    "max",
                    "%",
                    ".1f",
                    0.0,
                    100.0,
                    False,
                    Budget("at_least", -1.5, "base_percent"),
                    "val/f1",
                    7,
                ),
                MetricSpec("x", "min"),
            )
        ),
    ),
    "problems": (
        "08011580c4c55520132a1322110a016d120c0a047365656e1202646f1807",
        Problems("m", (LoggedProblem("seen", "do", 7),)),
    ),
}


@given(any_record)
def test_every_record_survives(record: Record) -> None:
    assert written_out(decode(encode(record))) == written_out(record)


def written_out(record: Record) -> str:
    """NaN equals itself there, and True, 1, 1.0, 0.0, -0.0 all differ."""
    if isinstance(record, ModelCard):
        # A set has no order.
        return repr(replace(record, says=frozenset())) + repr(sorted(record.says))
    return repr(record)


def test_non_finite_values_are_kept() -> None:
    record = Metrics("m", (Measurement("loss", (math.nan, math.inf, -math.inf, -0.0)),))
    decoded = decode(encode(record))
    assert isinstance(decoded, Metrics)
    nan, *others = decoded.measurements[0].repeats
    assert math.isnan(nan)
    assert others == [math.inf, -math.inf, 0.0]
    assert math.copysign(1, others[-1]) == -1


def test_parameters_keep_their_types_and_order() -> None:
    parameters: dict[str, ParameterValue] = {
        "z": True,
        "a": 1,
        "m": 1.0,
        "k": "1",
        "none": None,
        "list": (False, 0, 0.0),
    }
    decoded = decode(encode(ModelCard("m", operation=Operation("prune", parameters))))
    assert isinstance(decoded, ModelCard)
    assert decoded.operation is not None
    assert repr(decoded.operation.parameters) == repr(parameters)


def test_large_records_are_compressed() -> None:
    record = Problems("m", (LoggedProblem("ha" * 100_000, ""),))
    stored = encode(record)
    assert len(stored) < 2_000
    assert decode(stored) == record


def test_one_that_readers_would_refuse_is_not_written() -> None:
    record = Metrics("m", (Measurement("latency", (1.0,) * (MAX_RECORD_BYTES // 8)),))
    with pytest.raises(ArgumentError, match=r"16,777,\d+ bytes.*At most 16,777,216.*Log fewer"):
        encode(record)


@pytest.mark.parametrize(
    "record",
    [
        pytest.param(ModelCard("m", description="\ud800"), id="half a surrogate pair"),
        pytest.param(Metrics("m", (Measurement("f1", (1.0,), step=2**63),)), id="65 bits"),
        pytest.param(ModelCard("m", operation=Operation("o", {"n": -(2**63) - 1})), id="integer"),
    ],
)
def test_values_without_a_place_are_not_written(record: Record) -> None:
    with pytest.raises(ArgumentError, match=r"record cannot be stored: .*Pass simpler values"):
        encode(record)


@pytest.mark.parametrize("levels", [*range(1, 100), 100_000])
def test_nested_lists_are_read_back_or_not_written(levels: int) -> None:
    value: ParameterValue = 1
    for _ in range(levels):
        value = (value,)
    record = ModelCard("m", operation=Operation("o", {"nested": value}))
    try:
        stored = encode(record)
    except ArgumentError:
        assert levels > LIST_DEPTH
    else:
        assert decode(stored) == record


@pytest.mark.parametrize("kind", STORED)
def test_version_1_stays_readable(kind: str) -> None:
    stored, record = STORED[kind]
    assert decode(bytes.fromhex(stored)) == record
