"""TensorBoard's entry point.

An exception while this module is imported, or in `fix_flags`, would stop all of TensorBoard.
So nothing that can fail is imported here, and a backend that cannot be loaded becomes a tab
that says so.
"""

from __future__ import annotations

import argparse
import contextlib
import logging
import re

from tensorboard.plugins import base_plugin

from tensorboard_cnc.fallback_panel import FallbackPlugin

_SAMPLES_PER_TAG = 1

logger = logging.getLogger(__name__)


class CncLoader(base_plugin.TBLoader):  # type: ignore[misc]
    """Loads the Compress & Compare plugin."""

    def define_flags(self, parser: argparse.ArgumentParser) -> None:
        """Adds our own flags; one that another plugin has already is left to it."""
        with contextlib.suppress(argparse.ArgumentError):
            parser.add_argument_group("Compress & Compare").add_argument(
                "--cnc_cache_mb",
                metavar="MB",
                type=_whole_megabytes,
                help="memory for records and comparisons that were read, of all experiments "
                "together, in MiB (default: 768)",
            )

    def fix_flags(self, flags: argparse.Namespace) -> None:
        """Keeps the latest record of each tag only, and makes room for many event files."""
        with contextlib.suppress(Exception):
            own = {"cnc": _SAMPLES_PER_TAG}
            flags.samples_per_plugin = {**own, **(flags.samples_per_plugin or {})}
        with contextlib.suppress(Exception):
            _raise_open_file_limit()

    def load(self, context: base_plugin.TBContext) -> base_plugin.TBPlugin:
        """The plugin, or a stand-in whose tab tells why it could not be loaded."""
        try:
            from tensorboard_cnc.plugin.backend import CncPlugin

            return CncPlugin(context)
        except Exception as error:
            reason = f"{type(error).__name__}: {error}"
            logger.error("Compress & Compare could not be loaded. %s", reason)
            return FallbackPlugin(context, reason)


def _whole_megabytes(text: str) -> int:
    if not re.fullmatch("[1-9][0-9]{0,8}", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of MiB, from 1 on")
    return int(text)


def _raise_open_file_limit() -> None:
    # TensorBoard's data server keeps a descriptor per event file and shows no run at all
    # once they run out.
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
