"""Known weaknesses of the packages that we stand on, where a registry can be asked."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.size import Size
from benchmarks.trust.outcome import Outcome

ROOT = Path(__file__).parents[2]
_AUDIT = (sys.executable, "-m", "pip_audit", "-r", "constraints.txt", "--disable-pip", "--no-deps")
_PATIENCE_SECONDS = 600


def attack(_: Size) -> list[Outcome]:
    """One outcome for each registry that answered, one word for each that did not."""
    return [*python_packages(), *node_packages()]


def python_packages() -> list[Outcome]:
    """Those of constraints.txt: what users, tests and builds get."""
    found = _json([*_AUDIT, "--format", "json", "--progress-spinner", "off"], ROOT)
    # Of what is skipped the registry said nothing.
    packages = [each for each in found.get("dependencies", ()) if "skip_reason" not in each]
    if not packages:
        return _not_tried("Python")
    bad = [each["name"] for each in packages if each.get("vulns")]
    return [Outcome("Python packages have no known weakness", len(packages), len(bad), _few(bad))]


def node_packages() -> list[Outcome]:
    """Those of package-lock.json: what builds the panel, of which some is in it."""
    found = _json([sys.executable, "scripts/node.py", "audit", "--json"], ROOT)
    if "metadata" not in found:
        return _not_tried("npm")
    count = found["metadata"]["dependencies"]["total"]
    bad = sorted(found.get("vulnerabilities", {}))
    return [Outcome("npm packages have no known weakness", count, len(bad), _few(bad))]


def _json(command: Sequence[str], cwd: Path) -> dict[str, Any]:
    """What it prints; nothing where it could not ask."""
    try:
        done = subprocess.run(
            command,
            cwd=cwd,
            capture_output=True,
            text=True,
            check=False,
            timeout=_PATIENCE_SECONDS,
        )
        found: dict[str, Any] = json.loads(done.stdout[done.stdout.index("{") :])
    except (subprocess.TimeoutExpired, ValueError):
        return {}
    return found


def _not_tried(registry: str) -> list[Outcome]:
    print(f"{registry}: not tried, no registry answered", file=sys.stderr)
    return []


def _few(names: list[str]) -> str:
    return ", ".join(names[:5])
