"""What the accessibility checker axe finds in the tab's frame."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

AXE = Path(__file__).resolve().parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
SERIOUS = {"serious", "critical"}


def serious_violations(page: Page) -> list[str]:
    """Each serious or critical violation with the elements it was found on."""
    frame = next(frame for frame in page.frames if "name=cnc" in frame.url)
    frame.evaluate(AXE.read_text(encoding="utf-8"))
    found: dict[str, Any] = frame.evaluate("axe.run(document, { resultTypes: ['violations'] })")
    assert found["passes"], "axe looked at nothing"
    return [
        f"{violation['id']}: {violation['help']}: {node['html'][:200]} {node['failureSummary']}"
        for violation in found["violations"]
        if violation["impact"] in SERIOUS
        for node in violation["nodes"]
    ]
