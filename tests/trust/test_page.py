"""A share of the hostile texts in the real page; ``make trust`` tries all of them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_no_text_of_a_log_does_anything() -> None:
    # A process of its own: Playwright runs once in each, and browser tests may be in this one.
    command = [sys.executable, "-m", "benchmarks.trust", "page", "--share", ".06"]
    path = os.pathsep.join([str(ROOT / "scripts"), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    tried = [int(line.replace(",", "")) for line in re.findall(r"\| ([\d,]+) \| 0 \|", done.stdout)]
    assert len(tried) == 5, done.stdout
    # Of pictures those that can be saved without opening a menu.
    assert min(tried) >= 3, done.stdout
