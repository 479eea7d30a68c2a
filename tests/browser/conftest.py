"""Chromium on a real TensorBoard; any console error or CSP violation fails the test."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import chromium
import pytest
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    FloatRect,
    FrameLocator,
    Locator,
    Page,
    expect,
    sync_playwright,
)

from tests.tensorboard_host import DEADLINE_SECONDS, tensorboard_process

# Chromium refuses its sandbox to root, and containers have no GPU.
_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
# What TensorBoard's own page complains of; the last: it asks for its fonts past its path prefix.
_FOREIGN = re.compile(
    r"Multiple instances of Three\.js|was preloaded using link preload|//[^/]*/font-roboto/"
)
_TIMEOUT_MS = 1000 * DEADLINE_SECONDS
# In the same place for ten frames.
_AT_REST = """element => new Promise(rest => {
  let place = "", frames = 0;
  const look = () => {
    const { x, y, width, height } = element.getBoundingClientRect();
    const now = [x, y, width, height].join();
    frames = now === place ? frames + 1 : 0;
    place = now;
    frames < 10 ? requestAnimationFrame(look) : rest();
  };
  look();
})"""
FRAME = "iframe[src*='name=cnc']"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=_TIMEOUT_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=_FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page that must stay free of console errors, CSP violations and uncaught exceptions."""
    with browser.new_page(viewport={"width": 1440, "height": 900}) as page:
        complaints: list[str] = []

        def listen(message: ConsoleMessage) -> None:
            if message.type in ("error", "warning"):
                complaints.append(f"{message.type}: {message.text} ({message.location})")

        page.on("console", listen)
        page.on("pageerror", lambda error: complaints.append(f"exception: {error}"))
        page.set_default_timeout(_TIMEOUT_MS)
        yield page
        own = [text for text in complaints if not _FOREIGN.search(text)]
        assert own == []


@pytest.fixture
def serve_process() -> Iterator[Callable[..., str]]:
    """Starts a real ``tensorboard`` on a log directory and answers with its address."""
    with ExitStack() as stack:

        def start(logdir: Path | None, *flags: str) -> str:
            where = [] if logdir is None else ["--logdir", str(logdir)]
            manager = tensorboard_process(*where, *flags)
            return stack.enter_context(manager).url

        yield start


def settled_box(element: Locator) -> FloatRect:
    """Where `element` is once it has come to rest."""
    element.evaluate(_AT_REST)
    box = element.bounding_box()
    assert box is not None, f"{element} is not shown"
    return box


def open_tab(page: Page, url: str, state: str = "") -> FrameLocator:
    """Opens the Compress & Compare tab, with `state` in its link, and answers with its frame."""
    page.goto(f"{url}/#cnc{state}")
    return page.frame_locator(FRAME)
