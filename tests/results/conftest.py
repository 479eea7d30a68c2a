from __future__ import annotations

from pathlib import Path

import pytest

import tensorboard_cnc
from tensorboard_cnc.results.runs import Runs
from tests.results.story import log_story


@pytest.fixture(scope="session")
def story_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("story")
    log_story(folder)
    return folder


@pytest.fixture(scope="session")
def story(story_folder: Path) -> Runs:
    return tensorboard_cnc.read(story_folder)
