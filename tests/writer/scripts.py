"""Training scripts, run as processes of their own."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

_SECONDS = 120


def start_script(code: str, where: Path, *arguments: str) -> subprocess.Popen[str]:
    """Starts `code`, saved beside `where`, which is its first argument."""
    script = where.parent / f"{where.name}-script.py"
    text = textwrap.dedent(code)
    # Not written again under a process that is just starting to read it.
    if not script.exists() or script.read_text() != text:
        script.write_text(text)
    where.mkdir(exist_ok=True)
    command = [sys.executable, str(script), str(where), *arguments]
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def run_script(code: str, where: Path, *arguments: str, exit_code: int = 0) -> str:
    """Runs `code` and returns what it wrote on stderr."""
    process = start_script(code, where, *arguments)
    _, errors = process.communicate(timeout=_SECONDS)
    assert process.returncode == exit_code, errors
    return errors
