"""The HTML of a report: the panel's script, and what it reads, in one file without addresses."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from pathlib import Path
from typing import Any

from tensorboard_cnc.errors import ReadError
from tensorboard_cnc.wire.report import Report

_SCRIPT = Path(__file__).parent.parent / "static" / "report.js"
# By which a report is known among other files.
MARK = '<meta name="generator" content="tensorboard-cnc report'


def panel_script() -> str:
    """The panel as one script, fit to stand in HTML.

    Raises:
      ReadError: it was not built into this installation.
    """
    try:
        script = _SCRIPT.read_text(encoding="utf-8")
    except OSError as error:
        raise ReadError(
            "The panel has not been built into this installation",
            f"A report takes it from {_SCRIPT}",
            "In a checkout run: pip install . (or make dev); otherwise reinstall tensorboard-cnc",
        ) from error
    # Only in texts of the script, where an escape is the same character.
    return re.sub(r"<(?=/?script)", r"\\x3c", script, flags=re.IGNORECASE).replace("\r\n", "\n")


def report_page(report: Report, answers: dict[str, Any], script: str) -> str:
    """The whole file; whatever comes from logs stands in it as data."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; "
        "img-src data: blob:; base-uri 'none'; form-action 'none'"
    )
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
{MARK} {html.escape(report["version"])}">
<meta name="viewport" content="width=device-width">
<meta name="referrer" content="no-referrer">
<title>{html.escape(report["title"])}</title>
</head>
<body>
<noscript>This report is drawn by the script inside it: allow scripts to see it.</noscript>
<script type="application/json" id="cnc-report">{_data(report)}</script>
<script type="application/json" id="cnc-answers">{_data(answers)}</script>
<script type="module">{script}</script>
</body>
</html>
"""


def _data(value: object) -> str:
    """JSON that no parser of HTML takes for markup."""
    text = json.dumps(value, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
