"""A story that is broken off goes on where it stopped."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import islice
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import pytest
import torch

import demo.checkpoints
import tensorboard_cnc
from demo.checkpoints import Checkpoints
from demo.digits.logbook import DATA_RUN, digits_story
from demo.language.logbook import language_story
from demo.logdir import prepare
from demo.story import Story
from tests.tensorboard_host import LOADERS, Loader, serve_in_process

WANTED = {
    "digits": ("dense", "one-shot-90", "one-shot-90-ft-too-hot", "rank-35", "rank-35-ft"),
    "language": ("dense", "all-10", "all-10-norms", "all-10-norms-int8"),
}


def short(name: str) -> Story[Any]:
    make: Any = {"digits": digits_story, "language": language_story}[name]
    story: Story[Any] = make(epochs=1, tuning_epochs=2)
    steps = tuple(step for step in story.steps if step.id in WANTED[name])
    return replace(story, steps=steps)


def events(folder: Path, run: str) -> list[Path]:
    return sorted((folder / run).glob("events*"))


@pytest.mark.parametrize("name", ["digits", "language"])
def test_what_is_finished_is_not_made_again(tmp_path: Path, name: str) -> None:
    torch.set_num_threads(1)
    story = short(name)
    assert story.kept(tmp_path) == frozenset()
    prepare(tmp_path, story.runs)
    # The last one is told and not yet kept up to the next: what was told is finished.
    first = list(islice(story.tell(tmp_path), 2))
    assert story.kept(tmp_path) == {told.id for told in first}
    before = {told.id: events(tmp_path, told.id) for told in first}

    again = short(name)
    prepare(tmp_path, again.runs, again.kept(tmp_path))
    told = list(again.tell(tmp_path))
    assert [each.id for each in told] == [step.id for step in story.steps]
    assert [each.summary for each in told[:2]] == ["made before"] * 2
    assert "made before" not in {each.summary for each in told[2:]}
    assert {run: events(tmp_path, run) for run in before} == before
    assert again.kept(tmp_path) == {step.id for step in story.steps}
    assert {each.summary for each in short(name).tell(tmp_path)} == {"made before"}


@pytest.mark.parametrize("loader", LOADERS)
def test_going_on_changes_nothing(tmp_path: Path, loader: Loader) -> None:
    """What was made from networks of a checkpoint is what would have been made at once."""
    torch.set_num_threads(1)
    for folder, broken_off in ((tmp_path / "a", True), (tmp_path / "b", False)):
        story = short("digits")
        prepare(folder, story.runs)
        if broken_off:
            list(islice(story.tell(folder), 2))
        list(short("digits").tell(folder))
    answers, steps = [], len(short("digits").steps)
    for folder in (tmp_path / "a", tmp_path / "b"):
        with serve_in_process(folder, loader) as host:
            answer = host.models_when(
                lambda found: len(found["models"]) == steps and not found["problems"]
            )
        assert json.loads(json.dumps(tensorboard_cnc.read(folder).contents.models)) == answer
        assert answer["datasets"] == [DATA_RUN]
        found = {
            model["id"]: (model["status"], model["metrics"].get("accuracy", {}).get("value"))
            for model in answer["models"]
        }
        answers.append(found)
    assert answers[0] == answers[1]
    assert answers[0]["one-shot-90-ft-too-hot"][0] == "failed"
    assert answers[0]["rank-35-ft"][0] == "finished"


def test_another_recipe_is_another_checkpoint(tmp_path: Path) -> None:
    paths = []
    for epochs in (1, 2):
        story = digits_story(epochs=epochs, tuning_epochs=1)
        kept = Checkpoints(tmp_path, story.steps, story.modules)
        paths.append({kept.path(step) for step in story.steps})
    assert len(paths[0]) == len(story.steps)
    # All come from the dense one, but for the student's beginning.
    both = {path.name.rsplit("-", 1)[0] for path in paths[0] & paths[1]}
    assert both == {"small-init"}


def test_changed_sources_are_another_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    story = short("digits")
    kept = Checkpoints(tmp_path, story.steps, story.modules)
    before = kept.path(story.steps[0])
    monkeypatch.setattr(demo.checkpoints, "_versions", lambda: "other sources")
    assert kept.path(story.steps[0]) != before


def test_a_run_without_its_events_is_made_again(tmp_path: Path) -> None:
    story = short("digits")
    story = replace(story, steps=story.steps[:1])
    list(story.tell(tmp_path))
    assert story.kept(tmp_path) == {"dense"}
    for path in events(tmp_path, "dense"):
        path.unlink()
    assert story.kept(tmp_path) == frozenset()


def test_a_checkpoint_holds_nothing_but_layers(tmp_path: Path) -> None:
    story = short("digits")
    kept = Checkpoints(tmp_path, story.steps, story.modules)
    (tmp_path / ".checkpoints").mkdir()
    torch.save(Path("not a layer"), kept.path(story.steps[0]))
    with pytest.raises(UnpicklingError, match="pathlib"):
        kept.network(story.steps[0])
