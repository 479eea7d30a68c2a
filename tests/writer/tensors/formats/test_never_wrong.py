"""Whatever the layout, the shape and the groups: read rightly, or refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tensorboard_cnc.writer.tensors.tensor_source import Refused
from tests.writer.tensors.formats import packers_codes as codes
from tests.writer.tensors.formats import packers_floats as floats
from tests.writer.tensors.formats import packers_groups as groups
from tests.writer.tensors.formats import packers_toolkits as toolkits
from tests.writer.tensors.formats.packed import Packed, as_file, as_mapping, found
from tests.writer.tensors.read_sources import values

Draw: TypeAlias = st.DrawFn
SEED = st.integers(0, 2**16)
POWER = st.sampled_from((8, 16, 32, 64))
SMALL = st.integers(1, 40)


def gptq(draw: Draw) -> Packed:
    act_order = draw(st.booleans())
    # No toolkit leaves out an order of its own, or has groups of other sizes without saying it.
    with_order = act_order or draw(st.booleans())
    return groups.gptq(
        32 * draw(st.integers(1, 2)),
        32 * draw(st.integers(1, 3)),
        bits=draw(st.sampled_from((2, 3, 4, 8))),
        group=draw(POWER | SMALL if with_order else POWER),
        symmetric=draw(st.booleans()),
        version=draw(st.sampled_from((1, 2))),
        act_order=act_order,
        with_order=with_order,
        seed=draw(SEED),
    )


def awq(draw: Draw) -> Packed:
    group = draw(POWER)
    return groups.awq(8 * draw(st.integers(1, 4)), group * draw(st.integers(1, 4)), group=group)


def compressed(draw: Draw) -> Packed:
    group = draw(POWER | st.none())
    inputs = draw(SMALL) if group is None else group * draw(st.integers(1, 4))
    return codes.compressed_tensors(
        draw(SMALL),
        inputs,
        bits=draw(st.integers(1, 8)),
        group=group,
        asymmetric=draw(st.booleans()),
        whole_words=draw(st.booleans()),
        act_order=draw(st.booleans()),
        seed=draw(SEED),
    )


def bitsandbytes(draw: Draw) -> Packed:
    return codes.bitsandbytes4(
        tuple(draw(st.lists(SMALL, min_size=1, max_size=3))),
        kind=draw(st.sampled_from(("nf4", "fp4"))),
        block=draw(POWER),
        nested=draw(st.booleans()),
        dtype=draw(st.sampled_from(("float32", "float16", "bfloat16"))),
        seed=draw(SEED),
    )


def fp8(draw: Draw) -> Packed:
    shape = (draw(st.integers(1, 300)), draw(st.integers(1, 300)))
    block = (draw(st.just(1) | st.just(shape[0]) | st.sampled_from((64, 96, 128))),
             draw(st.just(shape[1]) | st.sampled_from((16, 32, 64, 128))))  # fmt: skip
    grid = (-(-shape[0] // block[0]), -(-shape[1] // block[1]))
    return floats.fp8(shape, grid, block=block, stated=draw(st.booleans()), seed=draw(SEED))


def hqq(draw: Draw) -> Packed:
    group = 8 * draw(st.integers(1, 4))
    return toolkits.hqq(
        (8 * draw(st.integers(1, 4)), group * draw(st.integers(1, 3))),
        bits=draw(st.sampled_from((8, 6, 5, 4, 3, 2, 1.58, 1))),
        group=group,
        axis=draw(st.integers(0, 1)),
        seed=draw(SEED),
    )


def mlx(draw: Draw) -> Packed:
    return toolkits.mlx(
        (draw(SMALL), 32 * draw(st.integers(1, 4))),
        bits=draw(st.sampled_from((2, 3, 4, 5, 6, 8))),
        group=draw(st.sampled_from((8, 16, 32))),
        seed=draw(SEED),
    )


def modelopt(draw: Draw) -> Packed:
    group = draw(POWER)
    return toolkits.modelopt(
        2 * draw(SMALL), group * draw(st.integers(1, 3)), group=group, seed=draw(SEED)
    )


def keras(draw: Draw) -> Packed:
    if draw(st.booleans()):
        own = draw(st.sampled_from(("kernel", "embeddings")))
        return toolkits.keras8((draw(SMALL), draw(SMALL)), own=own, seed=draw(SEED))
    if draw(st.booleans()):
        return toolkits.keras4(draw(SMALL), draw(SMALL), group=draw(st.integers(0, 9)))
    awq = draw(st.booleans())
    bits = 4 if awq else draw(st.sampled_from((2, 3, 4, 8)))
    group = draw(st.integers(1, 9))
    return toolkits.keras_calibrated(
        draw(SMALL), draw(SMALL), bits=bits, group=group, awq=awq, seed=draw(SEED)
    )


def torchao(draw: Draw) -> Packed:
    if draw(st.booleans()):
        swizzled, layout = draw(st.booleans()), draw(st.sampled_from(("NVFP4", "MX")))
        inputs = 32 * draw(st.integers(1, 5))
        return toolkits.torchao_fp4(draw(SMALL), inputs, layout=layout, swizzled=swizzled)
    group = draw(POWER)
    inputs = group * draw(st.integers(1, 3))
    return toolkits.torchao_int(draw(SMALL), inputs, bits=draw(st.integers(2, 8)), group=group)


MAKERS: tuple[Callable[[Draw], Packed], ...] = (
    gptq, awq, compressed, bitsandbytes, fp8, hqq, mlx, modelopt, keras, torchao,
)  # fmt: skip


@pytest.mark.parametrize("make", MAKERS, ids=lambda make: make.__name__)
def test_right_or_refused(make: Callable[[Draw], Packed], tmp_path: Path) -> None:
    @settings(max_examples=40, deadline=None)
    @given(st.composite(make)(), st.sampled_from((as_file, as_mapping)))
    def check(packed: Packed, container: Callable[[Packed, Path], object]) -> None:
        read = found(container(packed, tmp_path))
        source = read.get(packed.name)
        if source is None or isinstance(source, Refused):
            assert any(isinstance(each, Refused) for each in read.values())
            assert not any(each.weights for each in read.values() if not isinstance(each, Refused))
            return
        assert source.shape == packed.weight.shape
        scale = float(np.abs(packed.weight).max(initial=0))
        np.testing.assert_allclose(values(source), packed.weight, rtol=1e-6, atol=1e-6 * scale)
        assert source.weights == packed.weight.size

    check()
