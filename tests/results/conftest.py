from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import tensorboard_cnc
from tensorboard_cnc.results.runs import Runs
from tensorboard_cnc.writer.instances import task
from tests.results.story import log_story


@pytest.fixture(autouse=True)
def no_known_datasets() -> Iterator[None]:
    """A test's data sets are not known to the next one."""
    task._known.clear()
    yield
    task._known.clear()


@pytest.fixture(scope="session")
def story_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("story")
    log_story(folder)
    return folder


@pytest.fixture(scope="session")
def story(story_folder: Path) -> Runs:
    return tensorboard_cnc.read(story_folder)
