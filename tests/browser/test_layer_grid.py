"""Layers as a heat map: a bad block at first sight, by mouse and keys, for 16,000 cells too."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import FloatRect, FrameLocator, Locator, Page, expect

from tensorboard_cnc import cnc_summary
from tests.browser.axe import serious_violations
from tests.browser.conftest import open_tab, settled_box
from tests.browser.test_layers import details, grid, link

ServeProcess = Callable[..., str]
Shapes = dict[str, tuple[int, ...]]

BLOCKS, PLANTED = 48, 17
KINDS: Shapes = {
    "input_layernorm": (16,),
    "self_attn.q_proj": (16, 16),
    "self_attn.k_proj": (8, 16),
    "self_attn.v_proj": (8, 16),
    "self_attn.o_proj": (16, 16),
    "post_attention_layernorm": (16,),
    "mlp.gate_proj": (24, 16),
    "mlp.up_proj": (24, 16),
    "mlp.down_proj": (16, 24),
}


def rounded(values: np.ndarray, bits: int) -> np.ndarray:
    """To the nearest of 2^bits levels; norms are left."""
    if values.ndim == 1:
        return values
    step = 2 * np.abs(values).max() / (2**bits - 1)
    levels: np.ndarray = step * np.round(values / step)
    return levels.astype(np.float32)


def log_blocks(logdir: Path) -> Path:
    """A decoder, the same in 4 bits but for one block in 2, and one whose names say nothing."""
    rng = np.random.default_rng(5)
    shapes = {
        f"model.layers.{at}.{name}.weight": KINDS[name] for at in range(BLOCKS) for name in KINDS
    }
    shapes = {"model.embed_tokens.weight": (32, 16), **shapes, "lm_head.weight": (32, 16)}
    dense = {name: rng.standard_normal(shape).astype(np.float32) for name, shape in shapes.items()}
    four = {
        name: rounded(values, 2 if f".{PLANTED}." in name else 4) for name, values in dense.items()
    }
    for name, parents, weights in (("dense", (), dense), ("int4", "dense", four)):
        with cnc_summary.model(logdir / name, name, parents=parents) as m:
            m.weights(weights)
    plain = {
        f"{'xyzuvw'[at % 6]}{'abcd'[at // 6]}": rng.standard_normal((3, 3)) for at in range(24)
    }
    for name, scale in (("odd", 1.0), ("odd-half", 0.5)):
        with cnc_summary.model(logdir / name, name) as m:
            m.weights({at: (scale * one).astype(np.float32) for at, one in plain.items()})
    return logdir


def heat(frame: FrameLocator) -> Locator:
    return frame.get_by_role("application", name=re.compile("by block and kind"))


def darkness(page: Page, box: FloatRect) -> float:
    """How far a small part of the page is from white, 0 to 1."""
    picture = Image.open(io.BytesIO(page.screenshot(clip=box)))
    return 1 - float(np.asarray(picture.convert("L")).mean()) / 255


def test_a_planted_block_is_seen_named_and_opened(
    tmp_path: Path, page: Page, serve_process: ServeProcess
) -> None:
    frame = open_tab(page, serve_process(log_blocks(tmp_path)), link("int4", base="dense"))
    picture = heat(frame)
    box = settled_box(picture)
    # Everything is seen at once: the picture is no higher than what it lies in.
    assert picture.evaluate(
        "svg => svg.getBoundingClientRect().height <= svg.closest('.scroll').clientHeight"
    )
    for kind in ("q", "k", "v", "o", "gate", "up", "down", "norm 1", "norm 2", "outside"):
        label = picture.locator("text").filter(has_text=re.compile(rf"^{kind}\D"))
        expect(label.first).to_be_visible()
    # The column of the planted block is far darker than those beside it.
    first = settled_box(picture.get_by_text("0", exact=True))
    last = settled_box(picture.get_by_text("46", exact=True))
    middle = [each["x"] + each["width"] / 2 for each in (first, last)]
    step = (middle[1] - middle[0]) / 46
    dark = [
        darkness(
            page, {"x": middle[0] + at * step - 2, "y": box["y"] + 40, "width": 4, "height": 60}
        )
        for at in range(BLOCKS)
    ]
    others = [value for at, value in enumerate(dark) if at != PLANTED]
    assert dark[PLANTED] > max(others) + 0.3
    page.mouse.click(middle[0] + PLANTED * step, box["y"] + 40)
    opened = grid(frame).get_by_role("row", selected=True)
    expect(opened).to_contain_text("weight")
    expect(opened).to_be_in_viewport()
    expect(page).to_have_url(re.compile(r"p\.cnc\.li=model\.layers\.17\.self_attn\.\w_proj"))
    page.go_back()
    expect(frame.get_by_role("complementary")).to_have_count(0)
    frame.get_by_role("button", name="block 17 is the farthest from the base in 7 of 7").click()
    expect(details(frame, "model.layers.17")).to_be_visible()


def test_by_keyboard_and_for_screen_readers(
    tmp_path: Path, page: Page, serve_process: ServeProcess
) -> None:
    frame = open_tab(page, serve_process(log_blocks(tmp_path)), link("int4", base="dense"))
    picture = heat(frame)
    picture.focus()
    said = frame.locator("[aria-live=polite]").filter(has_text="int4")
    page.keyboard.press("ArrowRight")
    expect(said).to_contain_text("q · model.layers.0")
    page.keyboard.press("End")
    expect(said).to_contain_text("q · model.layers.47")
    page.keyboard.press("ArrowDown")
    expect(said).to_contain_text("k · model.layers.47")
    expect(said).to_contain_text("dB")
    page.keyboard.press("Enter")
    expect(details(frame, "model.layers.47.self_attn.k_proj.weight")).to_be_visible()
    assert serious_violations(page) == []


def test_files_carry_what_a_slide_needs(
    tmp_path: Path, page: Page, serve_process: ServeProcess
) -> None:
    frame = open_tab(page, serve_process(log_blocks(tmp_path)), link("int4", base="dense"))
    expect(heat(frame)).to_be_visible()
    with page.expect_download() as download:
        frame.get_by_role("button", name="Save layers-by-block as SVG").click()
    saved = download.value.path().read_text("utf-8")
    for text in ("SQNR, dB by block and kind of tensor, against dense", "int4", ">q<", ">46<"):
        assert text in saved
    assert "var(--" not in saved
    with page.expect_download() as download:
        frame.get_by_role("button", name="Save layers-by-block as CSV").click()
    lines = list(csv.DictReader(download.value.path().read_text("utf-8").splitlines()))
    assert len(lines) == BLOCKS * len(KINDS) + 2
    planted = [
        line for line in lines if line["block"] == "model.layers.17" and line["kind"] == "up"
    ]
    assert [line["tensor"] for line in planted] == ["model.layers.17.mlp.up_proj.weight"]
    assert float(planted[0]["int4: sqnr"]) < 15


def test_names_that_repeat_nowhere_are_shown_in_order(
    tmp_path: Path, page: Page, serve_process: ServeProcess
) -> None:
    frame = open_tab(page, serve_process(log_blocks(tmp_path)), link("odd-half", base="odd"))
    expect(frame.get_by_role("slider", name="SQNR, dB along the network")).to_be_visible()
    frame.get_by_text("heat map", exact=True).click()
    expect(frame.get_by_text("No blocks repeat in the names of these 24 tensors")).to_be_visible()
    frame.get_by_role("button", name="Show them in order").click()
    expect(frame.get_by_role("slider", name="SQNR, dB along the network")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_narrow_and_dark(
    theme: str, tmp_path: Path, page: Page, serve_process: ServeProcess
) -> None:
    page.set_viewport_size({"width": 800, "height": 700})
    frame = open_tab(page, serve_process(log_blocks(tmp_path)), link("int4", base="dense"))
    if theme == "dark":
        page.evaluate("document.body.classList.add('dark-mode')")
        expect(frame.locator("html")).to_have_attribute("data-theme", "dark")
    expect(heat(frame)).to_be_visible()
    assert serious_violations(page) == []


def test_two_thousand_tensors_of_eight_models_are_quick(
    tmp_path: Path, page: Page, serve_process: ServeProcess
) -> None:
    rng = np.random.default_rng(6)
    names = [f"blk.{at}.{kind}.weight" for at in range(250) for kind in "qkvoabcd"]
    dense = {name: rng.standard_normal((3, 3)).astype(np.float32) for name in names}
    models = ["dense", *(f"m{at}" for at in range(1, 9))]
    for at, name in enumerate(models):
        with cnc_summary.model(tmp_path / name, name) as m:
            noise = {each: 0.01 * at * rng.standard_normal((3, 3)) for each in names}
            m.weights({each: (dense[each] + noise[each]).astype(np.float32) for each in names})
    frame = open_tab(page, serve_process(tmp_path), link(*models[1:], base="dense"))
    picture = heat(frame)
    expect(picture).to_be_visible()
    assert picture.locator("path").count() < 8 * 70
    box = settled_box(picture)
    frames = next(each for each in page.frames if "name=cnc" in each.url)
    slowest = frames.evaluate(
        """svg => {
          const { left, top, width, height } = svg.getBoundingClientRect();
          let slowest = 0;
          for (let at = 0; at < 40; at++) {
            const before = performance.now();
            const [clientX, clientY] = [left + width * (at + 0.5) / 40, top + height * 0.1];
            svg.dispatchEvent(new PointerEvent("pointermove", { clientX, clientY, bubbles: true }));
            svg.getBoundingClientRect();
            slowest = Math.max(slowest, performance.now() - before);
          }
          return slowest;
        }""",
        picture.element_handle(),
    )
    assert slowest < 500
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 30)
    expect(frame.get_by_text(re.compile(r"^blk\.\d+\.\w\.weight$")).first).to_be_visible()
