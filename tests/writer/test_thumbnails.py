"""Pictures of any layout and type become small PNG files that a decoder of others reads."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from PIL import Image

from tensorboard_cnc.writer.instances.thumbnails import png_of, thumbnails

RANDOM = np.random.default_rng(3)
GREY = RANDOM.integers(0, 256, (3, 12, 10), np.uint8)
COLOUR = RANDOM.integers(0, 256, (3, 12, 10, 3), np.uint8)


def decoded(file: bytes) -> Any:
    return np.asarray(Image.open(io.BytesIO(file)))


def shown(images: Any, room: int = 1 << 20) -> list[Any]:
    """The pixels of each thumbnail; None where there is none."""
    n = len(images)
    files = thumbnails(images, np.arange(n), room).files
    return [decoded(file) if file else None for file in files]


@settings(max_examples=200)
@given(
    array_shapes(min_dims=2, max_dims=2, max_side=12).flatmap(
        lambda shape: st.sampled_from([1, 3, 4]).flatmap(
            lambda channels: arrays(np.uint8, (*shape, channels))
        )
    )
)
def test_png_files_are_what_others_read(pixels: Any) -> None:
    found = decoded(png_of(pixels))
    np.testing.assert_array_equal(found.reshape(pixels.shape), pixels)


def test_png_of_a_photograph_is_not_larger_than_pillows() -> None:
    y, x = np.mgrid[:64, :64]
    smooth = np.stack([x * 3, y * 3, (x + y) * 2], axis=2) + RANDOM.integers(0, 6, (64, 64, 3))
    pixels = smooth.astype(np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "png", optimize=True)
    assert len(png_of(pixels)) < 1.05 * len(buffer.getvalue())


@pytest.mark.parametrize(
    "images",
    [
        pytest.param(COLOUR, id="channels last"),
        pytest.param(np.moveaxis(COLOUR, 3, 1), id="channels first"),
        pytest.param(torch.from_numpy(np.moveaxis(COLOUR, 3, 1).copy()), id="torch"),
        pytest.param(list(COLOUR), id="a list"),
        pytest.param([Image.fromarray(each) for each in COLOUR], id="Pillow"),
        pytest.param(COLOUR / 255, id="0 to 1"),
        pytest.param(torch.from_numpy(COLOUR / 255).half(), id="fp16"),
        pytest.param(COLOUR / 127.5 - 1, id="-1 to 1"),
        pytest.param(COLOUR.astype(np.float64), id="0 to 255 as floats"),
        pytest.param(COLOUR.astype(np.int64), id="0 to 255 as integers"),
    ],
)
def test_usual_layouts_and_types(images: Any) -> None:
    for found, expected in zip(shown(images), COLOUR, strict=True):
        np.testing.assert_allclose(found.astype(int), expected, atol=1)


def test_grey_images_with_and_without_a_channel() -> None:
    for images in (GREY, GREY[:, None], GREY[..., None], torch.from_numpy(GREY[:, None])):
        np.testing.assert_array_equal(shown(images), GREY)


def test_of_two_layouts_that_fit_torch_has_channels_first() -> None:
    images = RANDOM.integers(0, 256, (2, 3, 8, 3), np.uint8)
    np.testing.assert_array_equal(shown(images), images)
    np.testing.assert_array_equal(shown(torch.from_numpy(images)), np.moveaxis(images, 1, 3))


def test_black_and_white_and_opacity() -> None:
    np.testing.assert_array_equal(shown(GREY > 99), np.where(GREY > 99, 255, 0))
    rgba = RANDOM.integers(0, 256, (2, 8, 8, 4), np.uint8)
    np.testing.assert_array_equal(shown(rgba), rgba)


def test_any_other_range_is_scaled_and_what_is_not_finite_is_an_end() -> None:
    images = GREY * 100.0 - 5000
    images[0, 0, 0], images[0, 0, 1], images[0, 0, 2] = np.nan, np.inf, -np.inf
    found = np.array(shown(images)).astype(int)
    low, high = images[np.isfinite(images)].min(), images[np.isfinite(images)].max()
    expected = 255 * (np.nan_to_num(images, nan=low, posinf=high, neginf=low) - low) / (high - low)
    np.testing.assert_allclose(found, expected, atol=0.51)
    assert shown(np.full((1, 2, 2), 7.5))[0].tolist() == [[0, 0], [0, 0]]
    assert shown(np.full((1, 2, 2), np.nan))[0].shape == (2, 2)


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ((224, 224), (64, 64)),
        ((65, 64), (64, 63)),
        ((1, 5000), (1, 64)),
        ((3000, 2), (64, 1)),
        ((640, 480), (64, 48)),
        ((8, 8), (8, 8)),
    ],
)
def test_large_images_become_small(shape: tuple[int, int], expected: tuple[int, int]) -> None:
    (found,) = shown(RANDOM.integers(0, 256, (1, *shape), np.uint8))
    assert found.shape == expected


def test_each_pixel_is_the_mean_of_those_it_stands_for() -> None:
    image = RANDOM.integers(0, 256, (256, 128, 3), np.uint8)
    means = image.reshape(64, 4, 32, 4, 3).mean(axis=(1, 3))
    np.testing.assert_allclose(shown(image[None])[0].astype(float), means, atol=0.51)


def test_images_of_different_shapes_and_none() -> None:
    first, _, last = shown([GREY[0], None, COLOUR[0][:5]])
    np.testing.assert_array_equal(first, GREY[0])
    np.testing.assert_array_equal(last, COLOUR[0][:5])


def test_as_many_as_fit() -> None:
    images = RANDOM.integers(0, 256, (200, 16, 16), np.uint8)
    found = thumbnails(images, np.arange(200), 10_000)
    assert not found.whole
    assert 0 < sum(map(len, found.files)) <= 10_000
    again = thumbnails(images[::-1], np.arange(200)[::-1], 10_000)
    assert [bool(file) for file in again.files[::-1]] == [bool(file) for file in found.files]
    assert thumbnails(images, np.arange(200), -5).files == (b"",) * 200


RED = Image.new("RGB", (6, 6), (255, 0, 0))
HALF = Image.new("RGBA", (6, 6), (255, 0, 0, 128))
PALETTE = RED.convert("P", palette=Image.Palette.ADAPTIVE)


@pytest.mark.parametrize(
    ("image", "pixel"),
    [
        *((RED.convert(mode), (255, 0, 0)) for mode in ("RGB", "RGBX", "CMYK", "HSV")),
        (PALETTE, (255, 0, 0)),
        (RED.convert("RGBA"), (255, 0, 0, 255)),
        (HALF, (255, 0, 0, 128)),
        (HALF.convert("RGBa"), (255, 0, 0, 128)),
        *((RED.convert(mode), 76) for mode in ("L", "I", "F")),
        (RED.convert("L").convert("I;16"), 76),
        (RED.convert("LA"), (76, 76, 76, 255)),
        (Image.new("1", (6, 6), 1), 255),
    ],
    ids=lambda value: getattr(value, "mode", None),
)
def test_pillow_images_of_every_mode_have_their_colours(image: Any, pixel: Any) -> None:
    white = Image.new("L", (6, 6), 255)
    alone, beside, other = (*shown([image]), *shown([image, white]))
    for found in (alone, beside):
        np.testing.assert_array_equal(found[0, 0], pixel)
    assert (other == 255).all()


def test_near_colours_of_other_models_of_colour() -> None:
    for mode in ("YCbCr", "PA"):
        (found,) = shown([RED.convert("P").convert(mode) if mode == "PA" else RED.convert(mode)])
        np.testing.assert_allclose(found[0, 0, :3], (255, 0, 0), atol=2)


def test_a_transparent_colour_of_a_palette_stays_transparent() -> None:
    image = PALETTE.copy()
    image.info["transparency"] = image.getpixel((0, 0))
    (found,) = shown([image])
    assert found[0, 0, 3] == 0


def test_sixteen_bits_of_grey_are_stretched_and_leave_bytes_alone() -> None:
    deep = Image.fromarray(np.linspace(0, 4095, 36).astype(np.uint16).reshape(6, 6))
    grey, red = shown([deep, RED])
    assert (grey[0, 0], grey[-1, -1]) == (0, 255)
    assert red[0, 0].tolist() == [255, 0, 0]
