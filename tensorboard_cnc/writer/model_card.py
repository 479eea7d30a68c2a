"""Checks what a handle says about its model."""

from __future__ import annotations

import os
from collections.abc import Iterable
from enum import Enum
from typing import Any, Final

from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.records.models import CardField, ModelCard, Operation
from tensorboard_cnc.wording import shown, storable, type_name
from tensorboard_cnc.writer.journal import now_us
from tensorboard_cnc.writer.model_handle import ModelHandle
from tensorboard_cnc.writer.naming import checked_name
from tensorboard_cnc.writer.operation import checked_operation
from tensorboard_cnc.writer.policy import Report, tolerate
from tensorboard_cnc.writer.texts import MOST_CHARACTERS, cut_at


class LeftOut(Enum):
    """Marks an argument that was left out, where None and an empty one say that there is none."""

    LEFT_OUT = "left out"

    def __repr__(self) -> str:
        return self.name


LEFT_OUT: Final = LeftOut.LEFT_OUT


def checked_card(
    model_id: Any,
    parents: Any,
    operation: Any,
    description: Any,
    checkpoint: Any,
    replicate_of: Any,
    *,
    report: Report,
) -> ModelCard:
    """The card of a handle that is opened now; what cannot be logged is reported and left out.

    Raises:
      ArgumentError: the id cannot be logged.
    """
    checked_id = checked_name(model_id, "model id")
    said = checked_origin(
        checked_id, parents, operation, description, checkpoint, replicate_of, report=report
    )
    return ModelCard(
        id=checked_id,
        **said,
        created_us=now_us(),
        says=frozenset({*said, "status"}),
    )


def checked_origin(
    model_id: str,
    parents: Any,
    operation: Any,
    description: Any,
    checkpoint: Any,
    replicate_of: Any,
    *,
    report: Report,
) -> dict[CardField, Any]:
    """What is said of where the model `model_id` came from; what cannot be logged is reported."""
    checked: dict[CardField, Any] = {
        "parents": _checked_parents(parents, model_id, report),
        "operation": _checked_operation(operation, report),
        "description": _checked_text(description, "description", report),
        "checkpoint": _checked_text(_path_text(checkpoint), "checkpoint", report),
        "replicate_of": _checked_twin(replicate_of, model_id, report),
    }
    return {field: value for field, value in checked.items() if value is not LEFT_OUT}


def _checked_parents(parents: Any, model_id: str, report: Report) -> tuple[str, ...] | LeftOut:
    if isinstance(parents, LeftOut):
        return parents
    if parents is None:
        return ()
    if isinstance(parents, str | ModelHandle):
        parents = [parents]
    with tolerate(report):
        if not isinstance(parents, Iterable):
            raise _no_parents(parents)
        # Not Set, which dict.keys() is too, and these have an order.
        if isinstance(parents, set | frozenset):
            raise ArgumentError(
                f"The parents are {shown(parents)} of type {type_name(parents)}",
                "Their order says which is the main one, and a set has none",
                'Write parents=["student-init", "teacher"], the main one first',
            )
        given = list(parents)
        found: dict[str, None] = {}
        for parent in given:
            with tolerate(report):
                found[_checked_parent(parent, model_id)] = None
        return tuple(found) if found or not given else LEFT_OUT
    return LEFT_OUT


def _checked_parent(parent: Any, model_id: str) -> str:
    name = parent.id if isinstance(parent, ModelHandle) else parent
    if not isinstance(name, str):
        raise _no_parents(parent)
    if name == model_id:
        raise ArgumentError(
            f'The model "{model_id}" names itself as its parent',
            "A model is made from other models",
            "Give the new model an id of its own",
        )
    return checked_name(name, "parent's id")


def _checked_twin(twin: Any, model_id: str, report: Report) -> str | LeftOut:
    if twin is None:
        return ""
    if isinstance(twin, LeftOut):
        return twin
    with tolerate(report):
        name = twin.id if isinstance(twin, ModelHandle) else twin
        if not isinstance(name, str):
            raise ArgumentError(
                f"replicate_of= is {shown(twin)} of type {type_name(twin)}",
                "It is the id of one model, or its handle",
                'Write replicate_of="dense" in each of its replicates',
            )
        if name == model_id:
            raise ArgumentError(
                f'The model "{model_id}" is said to be a replicate of itself',
                "A replicate is another model, and models are named by their ids",
                "Give replicates ids of their own, and name the first in each of the others",
            )
        return checked_name(name, "id in replicate_of=")
    return LEFT_OUT


def _checked_operation(operation: Any, report: Report) -> Operation | LeftOut | None:
    with tolerate(report):
        if operation is None or isinstance(operation, LeftOut):
            return operation
        return checked_operation(operation, report)
    return LEFT_OUT


def _checked_text(text: Any, what: str, report: Report) -> str | LeftOut:
    if isinstance(text, LeftOut):
        return text
    with tolerate(report):
        if isinstance(text, str):
            # Every visitor of the page gets it.
            return cut_at(storable(text), MOST_CHARACTERS)
        raise ArgumentError(
            f"The {what} is {shown(text)} of type {type_name(text)}",
            f"A {what} is a text",
            "Convert it with str(...)",
        )
    return LEFT_OUT


def _path_text(path: Any) -> Any:
    if path is None:
        return ""
    return os.fspath(path) if isinstance(path, os.PathLike) else path


def _no_parents(given: Any) -> ArgumentError:
    return ArgumentError(
        f"A parent is {shown(given)} of type {type_name(given)}",
        "A parent is the id of a model, or its handle",
        'Write parents="dense", or parents=["student-init", "teacher"] for several',
    )
