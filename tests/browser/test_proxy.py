"""The page behind a reverse proxy, as docs/guides/team-server.md says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tensorboard_cnc import cnc_summary
from tests.browser.conftest import open_tab
from tests.browser.reverse_proxy import reverse_proxy

ServeProcess = Callable[..., str]


@pytest.mark.parametrize("strips", [False, True], ids=["whole path", "prefix stripped"])
def test_it_shows_what_is_logged_meanwhile(
    strips: bool, tmp_path: Path, page: Page, serve_process: ServeProcess
) -> None:
    with cnc_summary.model(tmp_path / "dense", "dense") as m:
        m.metrics({"accuracy": 0.95})
    flags = [] if strips else ["--path_prefix=/team/tb"]
    url = serve_process(tmp_path, "--reload_interval=1", *flags)
    with reverse_proxy(url, "/team/tb", strips=strips) as outside:
        frame = open_tab(page, outside)
        expect(frame.get_by_role("row", name="dense")).to_be_visible()
        with cnc_summary.model(tmp_path / "int8", "int8", parents="dense") as m:
            m.metrics({"accuracy": 0.94})
        expect(frame.get_by_role("row", name="int8")).to_be_visible()
        # No request must be left when the proxy goes.
        page.goto("about:blank")
