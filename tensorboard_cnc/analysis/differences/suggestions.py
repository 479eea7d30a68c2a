"""What a person might say of models that look like replicates, which nobody said they are."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from tensorboard_cnc.analysis.catalog import Catalog
from tensorboard_cnc.analysis.differences.replicates import RecipeClasses
from tensorboard_cnc.records.models import Operation
from tensorboard_cnc.wording import shortened

_MOST = 5
_MOST_MODELS = 20
_NAMED = 3
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What was found, what to log, and the first of the models (keys) it is about."""

    message: str
    remedy: str
    models: tuple[str, ...]


def suggestions_for(catalog: Catalog, classes: RecipeClasses) -> list[Suggestion]:
    """At most five: of models with wholly equal recipes, and of roots that look alike.

    Those of the most models come first.
    """
    cards = {key: member.card for key, member in catalog.by_key.items()}
    found = [
        (keys, _of_equal_recipes([cards[key].id for key in keys], cards[keys[0]].operation))
        for keys in classes.equal.values()
    ]
    found += [
        (keys, _of_roots([cards[key].id for key in keys]))
        for keys in _roots_alike(catalog, classes)
    ]
    found.sort(key=lambda each: -len(each[0]))
    return [
        Suggestion(message, remedy, tuple(keys[:_MOST_MODELS]))
        for keys, (message, remedy) in found[:_MOST]
    ]


def _roots_alike(catalog: Catalog, classes: RecipeClasses) -> Iterator[list[str]]:
    """Roots of which nobody said how they were made, and whose ids are equal but for numbers."""
    alike: dict[str, list[str]] = defaultdict(list)
    for member in catalog.members:
        if member.card.operation is None and not catalog.lineage.parents[member.key]:
            alike[_NUMBER.sub("#", member.card.id)].append(member.key)
    for keys in alike.values():
        replicated = sum(len(group) - 1 for group in classes.groups(keys))
        if len(keys) - replicated > 1:
            yield keys


def _of_equal_recipes(ids: list[str], operation: Operation | None) -> tuple[str, str]:
    if len(set(ids)) == 1:
        return _of_one_id(ids)
    made = f'"{shortened(operation.name)}"' if operation else "the same step"
    if operation is not None and not operation.parameters:
        made += " without parameters"
    return (
        f"Nothing that was logged tells {_listed(ids)} apart: they were made by {made}, from the "
        "same. They are not taken for replicates.",
        "Log what differs as parameters of the operation. Where that is only chance, log its "
        f"seed=, or say model(..., replicate_of={_quoted(ids[0])}) in the others.",
    )


def _of_roots(ids: list[str]) -> tuple[str, str]:
    if len(set(ids)) == 1:
        return _of_one_id(ids)
    return (
        f"The ids of {_listed(ids)} differ by a number, and nobody said how these models were "
        "made. They are not taken for replicates.",
        "If nothing but chance tells them apart, say "
        f"model(..., replicate_of={_quoted(ids[0])}) in the others, or log how they were made "
        'with its seed: operation=cnc_summary.operation("train", seed=1).',
    )


def _of_one_id(ids: list[str]) -> tuple[str, str]:
    return (
        f"{len(ids):,} runs have a model {_quoted(ids[0])}, and nothing that was logged tells "
        "them apart. They are not taken for replicates.",
        "If it is one model, log it in one run. If nothing but chance tells them apart, log how "
        'they were made with its seed: operation=cnc_summary.operation("train", seed=1).',
    )


def _listed(ids: list[str]) -> str:
    # Runs that are repeated have models of one id.
    names = list(dict.fromkeys(ids))
    more = len(ids) - len(names[:_NAMED])
    shown = [_quoted(name) for name in names[:_NAMED]] + ([f"{more:,} more"] if more else [])
    return ", ".join(shown[:-1]) + f" and {shown[-1]}" if len(shown) > 1 else shown[0]


def _quoted(model_id: str) -> str:
    return f'"{shortened(model_id)}"'
