"""The commands that `›_` shows are copied, pasted into a shell and into Python, and run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import numpy as np
import pytest
from playwright.sync_api import FrameLocator, Page, expect

import tensorboard_cnc
from tensorboard_cnc import cnc_summary
from tests.browser.conftest import open_tab

N = 600
# What a shell, argparse and Python would take for something else.
HOSTILE = (
    "it's \"$(touch pwned)\" `touch pwned`; touch pwned & $HOME \\ 'q'",
    "--force",
    "-x*?[a]!{b,c}~#%",
    "é ü → 50 %",
    "</script><script>alert(1)</script>",
    "twin",
)
COPIED = """() => {
  window.copied = [];
  navigator.clipboard.writeText = async text => { window.copied.push(text); };
}"""


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    """In a directory whose name is no plainer than the ids."""
    folder = tmp_path / "my 'logs' $(touch pwned)"
    scan = ["sharp" if n % 3 else "faint" for n in range(N)]
    labels = np.arange(N) % 2
    cnc_summary.dataset(folder / "data", "it's", range(N), labels=labels, attributes={"scan": scan})
    for place, name in enumerate(("dense", *HOSTILE, "twin")):
        operation = cnc_summary.operation("prune", n=place) if place else None
        parents = "dense" if place else ()
        run = folder / f"run {place}"
        with cnc_summary.model(run, name, parents=parents, operation=operation) as m:
            m.metrics({"accuracy": 0.9 - place / 100, "size_bytes": 1000 - place})
            wrong = np.arange(N) % (9 + place) == 0
            m.predictions("it's", range(N), predicted=np.where(wrong, 1 - labels, labels))
            m.weights({"fc.weight": np.ones((4, 4)) * (1 + place)})
    return folder


def copied(frame: FrameLocator) -> list[str]:
    """Opens the form, and presses each button of it that copies."""
    frame.get_by_role("button", name="The command for this view").click()
    heading = frame.get_by_role("heading", name="The command for this view")
    expect(heading).to_be_visible()
    blocks = heading.locator("xpath=..").locator("pre")
    expect(blocks.first).to_contain_text("my ")
    heading.evaluate(COPIED)
    for block in blocks.all():
        block.locator("xpath=following-sibling::button").click()
    found: list[str] = heading.evaluate("() => window.copied")
    assert found == blocks.all_inner_texts()
    return found


def pasted(line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Runs a line of a shell where `tensorboard-cnc` and `python` are ours."""
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    return subprocess.run(
        ["sh", "-c", line],
        cwd=folder,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )


def test_they_run_as_pasted(
    logs: Path, tmp_path: Path, page: Page, serve_process: Callable[..., str]
) -> None:
    models = tensorboard_cnc.read(logs).models
    keys = [model.key for model in models if model.id != "dense"]
    url = serve_process(logs)
    for place in ("overview", "behaviors", "layers"):
        base, selected = models["dense"].key, ",".join(keys)
        page.goto("about:blank")
        frame = open_tab(page, url, f"&p.cnc.at={place}&p.cnc.base={base}&p.cnc.sel={selected}")
        expect(frame.get_by_role("group", name="Selected models")).to_contain_text("+")
        report, check, python = copied(frame)
        last = python.splitlines()[-1]
        done = subprocess.run(
            [sys.executable, "-c", f"{python}\nassert ({last}) is not None"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr

    done = pasted(report, tmp_path)
    assert done.returncode == 0, done.stderr
    assert f"models: {len(keys)}\n" in done.stdout
    assert (tmp_path / "report.html").is_file()

    done = pasted(check, tmp_path)
    assert done.returncode in (0, 1, 3), done.stderr
    asked = [line for line in done.stdout.splitlines() if "no harm on it's" in line]
    assert len(asked) == len(keys)
    assert not [*tmp_path.rglob("pwned")]


def test_budgets_of_the_page_are_required(
    logs: Path, tmp_path: Path, page: Page, serve_process: Callable[..., str]
) -> None:
    models = tensorboard_cnc.read(logs).models
    child = models[HOSTILE[0]].key
    budgets = quote(json.dumps([["accuracy", ">+", -0.05]]))
    selection = f"&p.cnc.base={models['dense'].key}&p.cnc.sel={child}&p.cnc.bud={budgets}"
    frame = open_tab(page, serve_process(logs), selection)
    _, check, _ = copied(frame)
    done = pasted(check, tmp_path)
    assert "accuracy >= base - 0.05: 0.89 against ≥ 0.85" in done.stdout, (check, done.stderr)
