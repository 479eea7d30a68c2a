"""Models that look like replicates, and that nobody said are: the page says how to say it."""

from __future__ import annotations

from tensorboard_cnc.analysis.catalog import build_catalog, members_of
from tensorboard_cnc.analysis.differences.replicates import RecipeClasses
from tensorboard_cnc.analysis.differences.suggestions import Suggestion, suggestions_for
from tensorboard_cnc.plugin.models_response import models_response
from tensorboard_cnc.records.identity import model_key
from tensorboard_cnc.records.models import ModelCard, Operation, Stored
from tests.analysis.differences.selections import Sweep


def found(sweep: Sweep) -> list[Suggestion]:
    catalog = sweep.catalog()
    return suggestions_for(catalog, RecipeClasses(catalog))


def test_siblings_of_equal_recipes() -> None:
    sweep = Sweep()
    sweep.add("dense")
    for name in ("int8", "int4"):
        sweep.add(name, "dense", "quantize")
    sweep.add("ft", "int8", "fine-tune")
    answer = models_response(sweep.catalog(), [])
    assert answer["suggestions"] == [
        {
            "message": 'Nothing that was logged tells "int8" and "int4" apart: they were made by '
            '"quantize" without parameters, from the same. They are not taken for replicates.',
            "remedy": "Log what differs as parameters of the operation. Where that is only chance, "
            'log its seed=, or say model(..., replicate_of="int8") in the others.',
            "models": [model_key("r", "int8"), model_key("r", "int4")],
        }
    ]


def test_roots_that_look_alike() -> None:
    sweep = Sweep()
    for number in range(1, 6):
        sweep.add(f"dense-seed{number}")
    sweep.add("teacher")
    (suggestion,) = found(sweep)
    assert suggestion.message.startswith(
        'The ids of "dense-seed1", "dense-seed2", "dense-seed3" and 2 more differ by a number'
    )
    assert 'replicate_of="dense-seed1"' in suggestion.remedy
    assert len(suggestion.models) == 5


def test_what_was_said_is_not_suggested() -> None:
    sweep = Sweep()
    sweep.add("run1")
    sweep.add("run2", replicate_of="run1")
    for seed in (1, 2):
        sweep.add(f"a{seed}", (), "train", seed=seed)
        sweep.add(f"p{seed}", "run1", "prune", amount=seed / 10)
    assert found(sweep) == []


def test_there_are_few_of_them() -> None:
    sweep = Sweep()
    for kind in range(9):
        for number in range(3 + kind):
            sweep.add(f"{'abcdefghi'[kind]}{number}")
    for number in range(500):
        sweep.add(f"q{number}", "a0", "quantize")
    first, *others = found(sweep)
    assert len(others) == 4
    assert "and 497 more" in first.message
    assert len(first.models) == 20
    assert 'The ids of "i0"' in others[0].message


def test_one_id_in_several_runs() -> None:
    for operation in (None, Operation("train", {"seed": 0})):
        entries = [
            Stored(run, "t", at, ModelCard("dense", (), operation, created_us=at))
            for at, run in enumerate("abc")
        ]
        catalog = build_catalog(entries, members_of(entries), {})
        (suggestion,) = suggestions_for(catalog, RecipeClasses(catalog))
        assert suggestion.message.startswith('3 runs have a model "dense", and nothing')
        assert "replicate_of" not in suggestion.remedy
