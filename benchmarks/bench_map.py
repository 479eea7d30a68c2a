"""The Model Map of 1,000 to 20,000 models in Chromium: time to its shape, opening, panning, memory.

Beside each figure stand how many marks were on screen, and the share of the canvas they used.
"""

from __future__ import annotations

import base64
import statistics
import tempfile
import time
from pathlib import Path

import chromium
from playwright.sync_api import Browser, Frame, Locator, Page, expect, sync_playwright

from benchmarks.figures import Figure
from benchmarks.sweep_models import write_sweep
from tests.tensorboard_host import tensorboard_process

# Bytes on the wire of the panel that the frame fetched, and of what it shows.
_FETCHED = """() => [true, false].map(panel => performance.getEntriesByType("resource")
  .filter(({ name }) => name.includes("/static/") === panel)
  .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0))"""
# The share of tiles of 16 × 16 px of a picture in which anything but its ground is seen.
_INK = """async picture => {
  const image = new Image();
  image.src = "data:image/png;base64," + picture;
  await image.decode();
  const { width, height } = image;
  const context = new OffscreenCanvas(width, height).getContext("2d");
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, width, height);
  const ground = [data[0], data[1], data[2]];
  const tiles = new Set();
  const across = Math.ceil(width / 16);
  for (let at = 0; at < data.length; at += 4) {
    if (ground.every((channel, i) => Math.abs(channel - data[at + i]) <= 6)) continue;
    const x = (at / 4) % width, y = Math.floor(at / 4 / width);
    tiles.add(Math.floor(y / 16) * across + Math.floor(x / 16));
  }
  return tiles.size / (across * Math.ceil(height / 16));
}"""
# Milliseconds from a click on a cell until what is in it is painted.
_OPEN = """key => new Promise(done => {
  const cell = document.querySelector(`[data-key="${key}"]`);
  const { x, y, width } = cell.getBoundingClientRect();
  const start = performance.now();
  const at = { bubbles: true, clientX: x + width / 2, clientY: y + 4 };
  cell.dispatchEvent(new MouseEvent("click", at));
  const look = () => document.querySelector("[aria-label='Opened cell'] [role=treeitem]")
    ? requestAnimationFrame(() => setTimeout(() => done(performance.now() - start)))
    : requestAnimationFrame(look);
  look();
})"""
_CELLS = """() => [...document.querySelectorAll("rect[role=treeitem]")]
  .map(cell => cell.dataset.key).filter(key => key.startsWith("+"))"""
_OPENED = 8
_COUNT_FRAMES = """() => {
  window.frameTimes = [];
  const note = (time) => { window.frameTimes.push(time); requestAnimationFrame(note); };
  requestAnimationFrame(note);
}"""


def measure() -> list[Figure]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium.find(), args=["--no-sandbox", "--disable-gpu"]
        )
        figures = [
            *_figures(browser, 1000, "≤ 1.5 s"),
            *_figures(browser, 5000, "≤ 1.5 s"),
            *_figures(browser, 20_000, "≤ 1.5 s"),
        ]
        browser.close()
    return figures


def _figures(browser: Browser, models: int, shape: str) -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        write_sweep(Path(folder), models)
        with tensorboard_process("--logdir", folder) as server:
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            _complete(page, server.url, models)
            panel, _ = _panel(page).evaluate(_FETCHED)
            opened = statistics.median(_open(page, server.url) for _ in range(3))
            _, shown = _panel(page).evaluate(_FETCHED)
            seen = _seen(page)
            panned = _frames_while_panning(page)
            _open(page, server.url)
            unfolds = _unfolds(_panel(page))
            inside = _seen(page)
            heap = _heap(page)
            page.close()
    what = f"map, {models:,} models"
    slowest = f"{max(unfolds):.0f} ms, slowest of {len(unfolds)}; {inside}"
    return [
        Figure(f"{what}: its shape", f"{opened:.2f} s; {seen}", shape),
        Figure(f"{what}: a cell opens", slowest, "≤ 200 ms"),
        Figure(f"{what}: panning", f"{panned:.0f} frames/s; {seen}", "≥ 50", "display 60"),
        Figure(f"{what}: heap", f"{heap / 1e6:.0f} MB", "≤ 150 MB"),
        Figure(f"{what}: panel fetched", f"{panel / 1e3:.0f} kB", "≤ 110 kB"),
        Figure(f"{what}: models fetched", f"{shown / 1e3:.0f} kB"),
    ]


def _complete(page: Page, url: str, models: int) -> None:
    """Waits until the server has read all models."""
    _open(page, url)
    panel = page.frame_locator("iframe[src*='name=cnc']")
    panel.get_by_text(f"{models:,} models").first.wait_for(timeout=120_000)
    # What is found to be complete is drawn anew.
    expect(panel.get_by_text("models so far")).to_have_count(0, timeout=120_000)


def _map(page: Page) -> Locator:
    return page.frame_locator("iframe[src*='name=cnc']").locator("[data-marks]")


def _seen(page: Page) -> str:
    """How many marks are on screen, and on which share of the canvas."""
    marks = int(_map(page).get_attribute("data-marks") or "0")
    picture = base64.b64encode(_map(page).screenshot()).decode()
    assert page.context.browser is not None
    with page.context.browser.new_page() as other:
        ink: float = other.evaluate(_INK, picture)
    return f"{marks:,} marks on {ink:.0%}"


def _unfolds(frame: Frame) -> list[float]:
    """Milliseconds that each of some cells takes to open, one after the other."""
    keys: list[str] = frame.evaluate(_CELLS)
    some = keys[:: max(1, len(keys) // _OPENED)]
    return [frame.evaluate(_OPEN, key) for key in some]


def _heap(page: Page) -> float:
    """Bytes of JavaScript that are in use after rubbish is collected."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    session.send("Performance.enable")
    metrics = session.send("Performance.getMetrics")["metrics"]
    return float(next(m["value"] for m in metrics if m["name"] == "JSHeapUsedSize"))


def _open(page: Page, url: str) -> float:
    """Seconds from the frame's appearance until the map is drawn and the page idle."""
    page.goto("about:blank")
    page.goto(f"{url}/#cnc", wait_until="commit")
    page.wait_for_selector("iframe[src*='name=cnc']", state="attached")
    start = time.perf_counter()
    nodes = page.frame_locator("iframe[src*='name=cnc']").get_by_role("treeitem")
    nodes.first.wait_for(state="attached", timeout=60_000)
    _panel(page).evaluate("() => new Promise((idle) => requestIdleCallback(idle))")
    return time.perf_counter() - start


def _panel(page: Page) -> Frame:
    return next(frame for frame in page.frames if "name=cnc" in frame.url)


def _frames_while_panning(page: Page) -> float:
    frame = _panel(page)
    box = frame.get_by_role("region", name="Model Map").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] * 0.8, box["y"] + box["height"] * 0.8
    page.mouse.move(x, y)
    page.mouse.down()
    frame.evaluate(_COUNT_FRAMES)
    for step in range(180):
        page.mouse.move(x - 3 * (step % 60), y - 2 * (step % 40))
    page.mouse.up()
    return _rate(frame)


def _rate(frame: Frame) -> float:
    times = frame.evaluate("window.frameTimes")
    return float((len(times) - 1) * 1000 / (times[-1] - times[0]))
