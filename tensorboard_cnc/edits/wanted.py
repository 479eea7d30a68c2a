"""What is to be said of models that are logged already, as a command line says it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.imports.checkpoints.add_model import typed_parameters
from tensorboard_cnc.records.models import ModelCard, Operation
from tensorboard_cnc.writer.annotations import checked_annotations, checked_status
from tensorboard_cnc.writer.model_card import LEFT_OUT, checked_origin
from tensorboard_cnc.writer.naming import checked_name
from tensorboard_cnc.writer.operation import operation
from tensorboard_cnc.writer.policy import unreported

# What says that there is none, by the name of the field.
NOTHING: Mapping[str, Any] = {
    "parents": (),
    "operation": None,
    "description": "",
    "checkpoint": "",
    "replicate_of": "",
    "note": "",
    "tags": (),
    "renamed": "",
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """One change of one or more models: `said` by field, and what is done to tags and metrics."""

    said: Mapping[str, Any] = field(default_factory=dict)
    tags: Sequence[str] = ()
    without_tags: Sequence[str] = ()
    withdrawn: Sequence[str] = ()
    reason: str = ""

    def of(self, card: ModelCard) -> dict[str, Any]:
        """The fields that are to be said of a model, checked; those that say nothing new too.

        Raises:
          ArgumentError: one cannot be logged.
        """
        said = dict(self.said)
        if self.tags or self.without_tags:
            kept = said.get("tags", card.tags)
            wanted = dict.fromkeys((*kept, *self.tags))
            said["tags"] = tuple(tag for tag in wanted if tag not in self.without_tags)

        def given(*names: str) -> list[Any]:
            return [said.get(name, LEFT_OUT) for name in names]

        origin = given("parents", "operation", "description", "checkpoint", "replicate_of")
        words = given("note", "tags", "hidden", "renamed")
        ending = checked_status(said.get("status", LEFT_OUT), self.reason, unreported)
        # When it ended is what the log says.
        ending.pop("closed_us", None)
        found: list[tuple[str, Any]] = [
            *checked_origin(card.id, *origin, report=unreported).items(),
            *checked_annotations(*words, report=unreported).items(),
            *ending.items(),
        ]
        return dict(found)

    def metrics(self) -> list[str]:
        """The names of the metrics that are withdrawn, each once.

        Raises:
          ArgumentError: one is no name.
        """
        return [checked_name(name, "metric name") for name in dict.fromkeys(self.withdrawn)]


def without(said: Mapping[str, Any], cleared: Sequence[str]) -> dict[str, Any]:
    """`said`, and of the `cleared` fields that there is none.

    Raises:
      ArgumentError: a field is both said and cleared.
    """
    for name in cleared:
        if name in said:
            raise ArgumentError(
                f"--clear {name} was given, and a value for it", "A field has one value", "Drop one"
            )
    return {**said, **{name: NOTHING[name] for name in cleared}}


def parsed_operation(words: Sequence[str]) -> Operation:
    """Of "prune amount=0.5" the operation.

    Raises:
      ArgumentError: a word has no "=", or a name comes twice.
    """
    name, *parameters = words
    return operation(name, **typed_parameters(parameters))
