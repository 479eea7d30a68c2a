"""Formats that NumPy lacks, against torch, which has them."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from tensorboard_cnc.writer.tensors.number_formats import SMALL_FLOATS, decoded, unpacked, values_of

TORCH_FORMATS = [
    "float8_e4m3fn",
    "float8_e5m2",
    "float8_e4m3fnuz",
    "float8_e5m2fnuz",
    "float8_e8m0fnu",
]


@pytest.mark.parametrize("name", TORCH_FORMATS)
def test_every_code_of_8_bits_as_torch_reads_it(name: str) -> None:
    codes = torch.arange(256, dtype=torch.uint8)
    expected = codes.view(getattr(torch, name)).float().numpy()
    np.testing.assert_array_equal(values_of(name), expected)
    numbers = ~np.isnan(expected)
    signs = np.signbit(values_of(name))
    np.testing.assert_array_equal(signs[numbers], np.signbit(expected)[numbers])


def test_the_largest_and_smallest_values_of_microscaling_formats() -> None:
    # Table 4 and 5 of the OCP specification.
    assert values_of("float4_e2m1fn").tolist()[:8] == [0, 0.5, 1, 1.5, 2, 3, 4, 6]
    assert values_of("float6_e2m3fn").max() == 7.5
    assert values_of("float6_e3m2fn").max() == 28
    for name, form in SMALL_FLOATS.items():
        assert len(values_of(name)) == 2**form.bits


def test_every_code_of_bfloat16() -> None:
    codes = np.arange(2**16, dtype=np.uint16)
    expected = torch.from_numpy(codes.view(np.int16)).view(torch.bfloat16).float().numpy()
    np.testing.assert_array_equal(decoded(codes, "bfloat16"), expected)


@pytest.mark.parametrize("bits", [1, 2, 4])
def test_packed_fields_come_lowest_first(bits: int) -> None:
    fields = np.random.default_rng(0).integers(0, 2**bits, 64, np.uint8)
    weights = 2 ** (bits * np.arange(8 // bits))
    packed = (fields.reshape(-1, 8 // bits) * weights).sum(axis=1).astype(np.uint8)
    np.testing.assert_array_equal(unpacked(packed, bits), fields)
