"""Where commands write."""

from __future__ import annotations

import argparse
from pathlib import Path


def local_logs(name: str) -> Path:
    """A log directory of which runs are changed, for argparse.

    Raises:
      argparse.ArgumentTypeError: it is an address.
    """
    if "://" in name:
        raise argparse.ArgumentTypeError(
            f"{name} is not on this machine, and only local directories are written into. Copy "
            "the runs here, change the copy, and copy the new event files back."
        )
    return Path(name)
