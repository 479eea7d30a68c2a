"""Records of sensitivity come back, are small, and what is none of them is damage."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tensorboard_cnc.errors import DamagedRecordError, FutureRecordError
from tensorboard_cnc.format import cnc_pb2 as pb
from tensorboard_cnc.format import columns, group_codes
from tensorboard_cnc.format.envelope import bulk_chunks, bulk_message
from tensorboard_cnc.format.sensitivity import decode, encode
from tensorboard_cnc.format.tags import bulk_tag, sensitivity_tag, tag_of_bulk
from tensorboard_cnc.records.sensitivity import MOST_LAYERS, Sensitivity
from tests.format.any_sensitivity import broken, every_form, record

ARRAYS = ("sizes", "bytes")
DAMAGES = ("mean", "groups")


@pytest.mark.parametrize(
    "stored",
    [record(), broken(every_form()), record(1, 1, 1), record(trials=None), record(40, 12)],
    ids=["plain", "every form", "one", "no trials", "large"],
)
def test_round_trip(stored: Sensitivity) -> None:
    found = decode(encode(stored))
    for name in Sensitivity.__slots__:
        own, other = getattr(stored, name), getattr(found, name)
        if name in ARRAYS:
            np.testing.assert_array_equal(own, other)
        elif name == "mean":
            np.testing.assert_allclose(own, other, rtol=1e-6)
        elif name == "groups":
            np.testing.assert_allclose(own, other, rtol=0.046, atol=1e-4 * np.nanmax(abs(own)))
        elif name == "trials":
            assert (own is None) == (other is None)
            if own is not None:
                np.testing.assert_array_equal(own.chosen, other.chosen)
                np.testing.assert_allclose(own.mean, other.mean, rtol=1e-6)
        else:
            assert own == other, name
    assert tag_of_bulk(found) == sensitivity_tag("m")


def test_a_large_network_takes_little_room() -> None:
    assert sum(map(len, encode(record(300, 12)))) <= 200_000


def test_codes_are_off_by_little() -> None:
    rng = np.random.default_rng(0)
    values = rng.normal(0, 1, (50, 32)) ** 3
    values[:, 0] = 0
    codes, largest = group_codes.encoded(values)
    found = group_codes.decoded(codes, largest)
    known = np.abs(values) > np.abs(values).max(1, keepdims=True) / 57_000
    np.testing.assert_allclose(found[known], values[known], rtol=0.0443)
    assert (found[:, 0] == 0).all()
    assert (np.abs(codes).max(1) == 127).all()
    nothing = group_codes.decoded(*group_codes.encoded(np.zeros((2, 4))))
    assert (nothing == 0).all()


def test_its_tag_is_read() -> None:
    tag = bulk_tag(sensitivity_tag("a/b"))
    assert tag is not None
    assert (tag.kind, tag.model) == ("sensitivity", "a%2Fb")


def _tampered(name: str, change: Any) -> list[bytes]:
    """A record of which one column or field was replaced."""
    message = bulk_message(pb.SensitivityRecord, encode(record()))
    for column in message.columns:
        if column.name == name:
            column.CopyFrom(change)
            break
    else:
        setattr(message, name, change)
    return bulk_chunks(message.SerializeToString())


_CODES = np.zeros((6, 32), int)
_NAN = np.full(6, np.nan, np.float32)


@pytest.mark.parametrize(
    ("name", "change", "told"),
    [
        ("name", columns.texts("name", ["a"] * 3), "twice"),
        ("name", columns.texts("name", ["a", "b"]), "2|3"),
        ("name", columns.texts("name", ["a", "b", "c" * 1001]), "too long"),
        ("name", columns.texts("name", ["a", "b", "c" + ".c" * 65]), "modules deep"),
        ("candidate", columns.texts("candidate", ["a", "a"]), "twice"),
        ("candidate", columns.texts("candidate", ["a"]), "shape"),
        ("facts", columns.whole_numbers("facts", np.full((3, 2), -1)), "negative"),
        ("facts", columns.whole_numbers("facts", np.full((3, 2), 4)), "tied names"),
        ("shape", columns.whole_numbers("shape", np.full(6, -3)), "negative"),
        ("sizes", columns.whole_numbers("sizes", np.zeros((32, 1), int)), "empty"),
        ("sizes", columns.whole_numbers("sizes", np.ones((33, 1), int)), "33 groups|shape"),
        ("sizes", columns.whole_numbers("sizes", np.ones(32, int)), "1 dimensions"),
        ("bytes", columns.whole_numbers("bytes", np.full((3, 2), -2)), "negative number of bytes"),
        ("damage_mean", columns.numbers("damage_mean", np.full(6, -1, np.float32)), "negative"),
        ("damage_mean", columns.numbers("damage_mean", np.full(5, 1, np.float32)), "shape"),
        ("damage_largest", columns.numbers("damage_largest", _NAN), "no size"),
        ("damage_codes", columns.whole_numbers("damage_codes", _CODES - 3), "negative"),
        ("damage_codes", columns.whole_numbers("damage_codes", _CODES + 128), "no code"),
        ("trial_chosen", columns.whole_numbers("trial_chosen", np.full((2, 3), 2)), "there is not"),
        ("seconds", -1.0, "negative time"),
        ("seconds", float("nan"), "negative time"),
        ("instances", 1 << 60, "more than there can be"),
        ("score", "x" * 1001, "too long"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_damage(name: str, change: Any, told: str) -> None:
    with pytest.raises(DamagedRecordError, match=told):
        decode(_tampered(name, change))


def test_reasons_of_cells_that_there_are_not() -> None:
    stored = record(reasons={(0, 0): "so", (2, 1): "so"})
    message = bulk_message(pb.SensitivityRecord, encode(stored))
    for column in message.columns:
        if column.name == "reason_cells":
            column.CopyFrom(columns.whole_numbers("reason_cells", np.array([[0, 0], [3, 0]])))
    with pytest.raises(DamagedRecordError, match="cell that it does not have"):
        decode(bulk_chunks(message.SerializeToString()))


def test_more_layers_than_are_written() -> None:
    with pytest.raises(DamagedRecordError, match="layers"):
        decode(encode(record(MOST_LAYERS + 1, 1, 1, trials=None)))


@pytest.mark.parametrize("field", ["method", "damage"])
def test_what_is_not_known_yet_is_of_a_newer_version(field: str) -> None:
    with pytest.raises(FutureRecordError):
        decode(_tampered(field, 3))
