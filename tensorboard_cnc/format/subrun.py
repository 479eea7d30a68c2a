"""Where a directory writer puts its events: a sub-run of its own, shown as the directory.

No two processes may write event files into one run: TensorBoard's Python loader would
follow only one of the files. So the first process takes ``<path>/cnc`` and each further
one ``<path>/cnc/<handle>``.
"""

from __future__ import annotations

import re
import secrets

SUBRUN = "cnc"
_SUBRUN = re.compile(r"(?:^|[/\\])cnc(?:[/\\][0-9a-f]{8})?\Z")


def new_handle() -> str:
    """A few random characters that tell one handle's records from another's."""
    return secrets.token_hex(4)


def shown_run(run: str) -> str:
    """The run a reader shows for TensorBoard's `run`: without a directory writer's sub-run."""
    return _SUBRUN.sub("", run) or "."
