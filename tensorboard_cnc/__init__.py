"""Compress & Compare: lineage and comparison of compressed models in TensorBoard.

Log with `tensorboard_cnc.cnc_summary`; look with ``tensorboard --logdir``; get the numbers
back with `read`. Importing the package imports neither torch, nor any part of TensorBoard's
backend.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import os

    from tensorboard_cnc.results.runs import Runs

__version__ = "0.1.0"


def read(*sources: str | os.PathLike[str]) -> Runs:
    """Reads what was logged, without TensorBoard: the numbers are those of its page.

    ::

        runs = tensorboard_cnc.read("runs")
        runs.models.to_pandas()
        runs.compare("dense", ["prune-50"]).behaviors.harmed

    Args:
      *sources: a log directory, or an address of fsspec such as ``s3://bucket/runs`` (extra
        ``remote``). Of several, each run's name begins with the directory's.

    Returns:
      What they held at this moment. Models and metrics are read at once, predictions and sketches
      when they are asked for; events of others are skipped unread.

    Raises:
      ReadError: a source is no directory, or cannot be reached. What cannot be read within one is
        listed in ``problems`` of the result.
    """
    from tensorboard_cnc.results.runs import read as read_runs

    return read_runs(sources)
