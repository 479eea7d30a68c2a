"""The errors of bytes that are no record of this version."""

from __future__ import annotations

from tensorboard_cnc.errors import DamagedRecordError, FutureRecordError


def damaged(detail: str) -> DamagedRecordError:
    """The error for bytes that are not what was written."""
    return DamagedRecordError(
        f"A record is damaged: {detail}",
        "",
        "Log it again; the other records of the run are shown",
    )


def future(detail: str) -> FutureRecordError:
    """The error for what only a newer version can have written."""
    return FutureRecordError(
        f"A record was written by a newer tensorboard-cnc: {detail}",
        "",
        "Upgrade where TensorBoard runs: pip install -U tensorboard-cnc",
    )
