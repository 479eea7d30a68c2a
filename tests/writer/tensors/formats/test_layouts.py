"""Every layout, packed by hand, reads as the weights that it stands for, in every container."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tensorboard_cnc.writer.tensors.tensor_source import TensorSource
from tests.writer.tensors.formats import packers_groups as groups
from tests.writer.tensors.formats.packed import CONTAINERS, Container, Packed, as_file, found
from tests.writer.tensors.read_sources import values

CASES: dict[str, Packed] = {
    **{f"GPTQ, {bits} bit": groups.gptq(bits=bits) for bits in (2, 3, 4, 8)},
    "GPTQ, the second version": groups.gptq(version=2),
    "GPTQ, act-order": groups.gptq(act_order=True),
    "GPTQ, no order stored": groups.gptq(with_order=False),
    "GPTQ, a short last group": groups.gptq(inputs=40),
    "GPTQ, a group for all": groups.gptq(group=64, outputs=64),
    "AWQ": groups.awq(),
    "AWQ, a group for all": groups.awq(outputs=64, inputs=32, group=32),
}
# What only a config tells.
STATED: dict[str, Packed] = {
    "GPTQ, the second version, with zero points": groups.gptq(version=2, symmetric=False),
    "GPTQ, 3 bit, the second version": groups.gptq(bits=3, version=2, symmetric=False),
    "GPTQ, the second version of few zero points": groups.gptq(32, 8, group=8, version=2),
    "GPTQ, a short last group, no order": groups.gptq(inputs=40, with_order=False),
}


def check(packed: Packed, container: Container, folder: Path) -> None:
    model = container(packed, folder)
    read = found(model)
    assert list(read) == [packed.name]
    source = read[packed.name]
    assert isinstance(source, TensorSource), source
    assert source.shape == packed.weight.shape
    np.testing.assert_allclose(values(source), packed.weight, rtol=2e-7, atol=0)
    assert source.weights == packed.weight.size
    assert source.stored_bytes == packed.stored_bytes
    assert source.scheme is not None
    assert (source.scheme.bits, source.scheme.group) == (packed.bits, packed.group)


@pytest.mark.parametrize("container", CONTAINERS)
@pytest.mark.parametrize("packed", CASES.values(), ids=CASES)
def test_its_values(packed: Packed, container: Container, tmp_path: Path) -> None:
    check(packed, container, tmp_path)


@pytest.mark.parametrize("packed", STATED.values(), ids=STATED)
def test_what_a_config_tells(packed: Packed, tmp_path: Path) -> None:
    check(packed, as_file, tmp_path)
