"""A story as seen on a terminal (a bar below the finished models) or in a file (lines)."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import torch
from tqdm import tqdm  # type: ignore[import-untyped]

from demo.story import Story


def make_and_tell(story: Story[Any], folder: Path) -> None:
    """Makes all models and prints a line for each.

    One thread: it is as fast for networks of this size, gives the same numbers on every run,
    and leaves a core to TensorBoard.
    """
    torch.set_num_threads(1)
    started = time.monotonic()
    width = max(len(step.id) for step in story.steps)
    # disable=None: no bar where the output is not a terminal.
    with tqdm(total=len(story.steps), unit="model", disable=None, leave=False) as bar:
        for told in story.tell(folder):
            bar.write(f"{told.id:{width}}  {told.summary}", file=sys.stdout)
            sys.stdout.flush()
            bar.update()
    seconds = time.monotonic() - started
    print(f"{len(story.steps)} models in {folder}, made in {seconds:.0f} s.", flush=True)
