"""What an earlier process has logged of the same model's sensitivity, read from its directory."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from tensorboard_cnc.errors import CncError
from tensorboard_cnc.event_files.local_directory import LocalDirectory
from tensorboard_cnc.event_files.tag_values import tag_values
from tensorboard_cnc.format import sensitivity
from tensorboard_cnc.format.tags import sensitivity_tag, shown_run
from tensorboard_cnc.records.sensitivity import Sensitivity


def logged_before(directory: str | None, model_id: str) -> Sensitivity | None:
    """The newest record in the run of this directory; None where there is none to be read."""
    if directory is None or "://" in directory:
        return None
    tag = sensitivity_tag(model_id)
    newest: tuple[int, Sensitivity] | None = None
    with suppress(CncError):
        for file in LocalDirectory(Path(directory)).event_files():
            if shown_run(file.run) != ".":
                continue
            for step, chunks in tag_values(file, tag):
                if newest is None or step >= newest[0]:
                    with suppress(CncError):
                        newest = step, sensitivity.decode(chunks)
    return None if newest is None else newest[1]
