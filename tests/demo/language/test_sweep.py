"""The language story, briefly trained: what is logged, and that it goes on where it stopped."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import pytest

from demo.language.checkpoints import checkpoint_of
from demo.language.logbook import TEXT_RUN, finished, run_sweep
from demo.language.sweep import language_sweep
from demo.logdir import prepare
from tests.tensorboard_host import LOADERS, serve_in_process

STEPS = language_sweep(epochs=1, tuning_epochs=1)


def test_parents_come_before_children_and_ids_are_unique() -> None:
    seen: set[str] = set()
    for step in language_sweep():
        assert step.id not in seen
        assert seen.issuperset(step.parents)
        seen.add(step.id)
    assert len(seen) == 24


def test_another_recipe_is_another_checkpoint() -> None:
    folder, others = Path("x"), language_sweep(epochs=2, tuning_epochs=1)
    mine = {checkpoint_of(step, STEPS, folder) for step in STEPS}
    assert len(mine) == len(STEPS)
    assert mine.isdisjoint(checkpoint_of(step, others, folder) for step in others)


@pytest.fixture(scope="module")
def logdir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sweep that was broken off after three models and then made to the end."""
    folder = tmp_path_factory.mktemp("language")
    started = list(islice(run_sweep(STEPS, folder), 3))
    assert [outcome.step.id for outcome in started] == ["dense", "all-10", "all-10-norms"]
    kept = {step.id for step in STEPS if finished(step, STEPS, folder)}
    # The last was yielded and is finished; it had been kept before.
    assert kept == {"dense", "all-10", "all-10-norms"}
    (folder / "all-10-norms" / "note").write_text("kept")
    events = sorted((folder / "dense").glob("events*"))
    outcomes = list(run_sweep(STEPS, folder))
    assert [outcome.summary() for outcome in outcomes[:3]] == ["made before"] * 3
    assert all(outcome.answers for outcome in outcomes[3:])
    assert sorted((folder / "dense").glob("events*")) == events
    return folder


@pytest.mark.parametrize("loader", LOADERS)
def test_all_models_are_logged_with_everything(logdir: Path, loader: str) -> None:
    with serve_in_process(logdir, loader) as served:  # type: ignore[arg-type]
        answer = served.models()
    assert answer["problems"] == []
    assert answer["datasets"] == [TEXT_RUN]
    models = {model["id"]: model for model in answer["models"]}
    assert list(models) == [step.id for step in STEPS]
    for step in STEPS:
        model = models[step.id]
        assert model["status"] == "finished"
        assert [models[parent]["key"] for parent in step.parents] == model["parents"]
        assert model["operation"]["parameters"] == step.recipe.parameters
        assert model["logged"] == {
            "predictions": [TEXT_RUN],
            "weights": True,
            "activations": True,
        }
        assert {"F1", "exact_match", "loss", "latency_ms", "macs"} <= model["metrics"].keys()
    sparsity = models["all-10"]["metrics"]["sparsity"]["value"]
    assert sparsity == pytest.approx(0.1, abs=0.005)
    sizes = [models[name]["metrics"]["size_bytes"]["value"] for name in ("dense", "dense-int8")]
    assert sizes[1] < sizes[0] / 2


def test_what_is_finished_is_not_replaced(tmp_path: Path) -> None:
    prepare(tmp_path, ["dense", "all-10"])
    for run in ("dense", "all-10"):
        (tmp_path / run).mkdir()
        (tmp_path / run / "events.out.tfevents.1.host").write_bytes(b"")
    assert prepare(tmp_path, ["dense", "all-10"], {"dense"}) == 1
    assert [path.name for path in sorted(tmp_path.iterdir()) if path.is_dir()] == ["dense"]
