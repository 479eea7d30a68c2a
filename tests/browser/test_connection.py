"""When the panel asks TensorBoard, what it says while there is no answer, and how it gives up."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import FRAME, open_tab
from tests.browser.test_overview import log_sweep, node
from tests.browser.test_places import place
from tests.tensorboard_host import tensorboard_process

ServeProcess = Callable[..., str]

# Resolves once TensorBoard's page has told all who watch the size of our frame, us among them.
_SIZE_TOLD = "frame => new Promise(told => new ResizeObserver(told).observe(frame))"


class Requests:
    """The requests of a page for one route, in order."""

    def __init__(self, page: Page, route: str) -> None:
        self._page = page
        self._seen: list[str] = []
        self._route = f"/plugin/cnc/{route}"
        page.on("request", lambda request: self._seen.append(request.url))

    @property
    def count(self) -> int:
        """How many there were until now; the browser tells them in order."""
        with self._page.expect_response("**/data/runs?marker"):
            self._page.evaluate("void fetch('data/runs?marker')")
        return sum(urlsplit(url).path.endswith(self._route) for url in self._seen)


def test_nothing_is_asked_behind_another_tab(
    tmp_path: Path, page: Page, serve_process: ServeProcess
) -> None:
    log_sweep(tmp_path)
    page.clock.install()
    polls = Requests(page, "models")
    frame = open_tab(page, serve_process(tmp_path))
    expect(node(frame, "dense")).to_be_visible()
    with page.expect_request("**/cnc/models"):
        page.clock.fast_forward(10_000)
    page.evaluate("location.hash = 'timeseries'")
    expect(page.locator(FRAME)).to_be_hidden()
    page.locator(FRAME).evaluate(_SIZE_TOLD)
    before = polls.count
    for _ in range(5):
        page.clock.fast_forward(60_000)
    assert polls.count == before
    with page.expect_request("**/cnc/models"):
        page.evaluate("location.hash = 'cnc'")
    expect(node(frame, "dense")).to_be_visible()


@pytest.fixture
def patient_page(browser: Browser) -> Iterator[Page]:
    """A page that may complain of a server that is away, and of nothing else."""
    with browser.new_page(viewport={"width": 1440, "height": 900}) as page:
        page.clock.install()
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        yield page
        assert errors == []


def test_a_server_that_was_away_is_found_again(tmp_path: Path, patient_page: Page) -> None:
    log_sweep(tmp_path)
    page = patient_page
    with ExitStack() as stack:
        with tensorboard_process("--logdir", str(tmp_path)) as first:
            url = first.url
            frame = open_tab(page, url)
            details = frame.get_by_label("Details of the selection")
            node(frame, "prune-50,").click()
            node(frame, "prune-90,").click(modifiers=["Shift"])
            expect(details).to_contain_text("differ in amount")
        page.clock.fast_forward(10_000)
        notice = frame.get_by_role("status").filter(has_text="TensorBoard does not respond.")
        expect(notice).to_contain_text("The page shows what was read last.")
        expect(frame.get_by_text("not live")).to_be_visible()
        node(frame, "prune-50-ft,").click(modifiers=["Shift"])
        expect(details).to_contain_text("TensorBoard does not respond.")
        port = str(urlsplit(url).port)
        stack.enter_context(tensorboard_process("--logdir", str(tmp_path), "--port", port))
        page.clock.fast_forward(10_000)
        expect(frame.get_by_text("TensorBoard answers again; it was away for")).to_be_visible()
        # What failed meanwhile is requested anew, though nothing new was logged.
        expect(details).to_contain_text("3 models differ in")
        expect(details).not_to_contain_text("does not respond")
        page.clock.fast_forward(20_000)
        expect(frame.get_by_text("TensorBoard answers again")).to_have_count(0)
        expect(frame.get_by_text("live", exact=True)).to_be_visible()


def hold(page: Page, pattern: str) -> None:
    """Leaves requests without an answer."""
    page.route(re.compile(pattern), lambda _: None)


def test_a_long_wait_can_be_cancelled(
    tmp_path: Path, page: Page, serve_process: ServeProcess
) -> None:
    log_sweep(tmp_path)
    page.clock.install()
    hold(page, "/cnc/differences")
    frame = open_tab(page, serve_process(tmp_path))
    details = frame.get_by_label("Details of the selection")
    with page.expect_request("**/cnc/differences?*"):
        node(frame, "prune-50,").click()
        node(frame, "prune-90,").click(modifiers=["Shift"])
    page.clock.fast_forward(10_000)
    expect(details).to_contain_text("Finding the differences…")
    with page.expect_event("requestfailed") as given_up:
        details.get_by_role("button", name="Cancel").click()
    assert "differences" in given_up.value.url
    expect(details).to_contain_text("Cancelled.")
    page.unroute_all()
    details.get_by_role("button", name="Try again").click()
    expect(details).to_contain_text("differ in amount")


def test_a_place_that_is_left_gives_its_requests_up(
    tmp_path: Path, page: Page, serve_process: ServeProcess
) -> None:
    log_sweep(tmp_path)
    hold(page, "/cnc/(behaviors|layers)")
    frame = open_tab(page, serve_process(tmp_path))
    for name, route in (("Behaviors", "behaviors"), ("Layers", "layers")):
        with page.expect_request(f"**/cnc/{route}?*") as asked:
            place(frame, name).click()
        with page.expect_event("requestfailed") as given_up:
            place(frame, "Overview").click()
        assert given_up.value.url == asked.value.url
