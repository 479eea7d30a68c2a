"""A base and other models, compared by the code of the page's routes."""

from __future__ import annotations

from functools import cached_property

from tensorboard_cnc import wire
from tensorboard_cnc.errors import ReadError
from tensorboard_cnc.plugin.differences_response import differences_response
from tensorboard_cnc.results.behaviors import Behaviors, behaviors_on
from tensorboard_cnc.results.contents import Contents
from tensorboard_cnc.results.layers import Layers
from tensorboard_cnc.results.models import Model
from tensorboard_cnc.wording import quoted


class Comparison:
    """A base and other models. What is asked for is computed, and kept."""

    def __init__(
        self, contents: Contents, base: Model, models: tuple[Model, ...], data: str | None
    ) -> None:
        self.base = base
        self.models = models
        self._contents = contents
        self._data = data

    @cached_property
    def differences(self) -> wire.Differences:
        """Why the models differ: what varies among their recipes, and what that moves.

        Raises:
          ReadError: the base is compared with nothing.
        """
        if not self.models:
            raise ReadError(
                f"{quoted(self.base.id)} is compared with no other model",
                "Two models or more can differ",
                "Name the others: runs.compare(base, models)",
            )
        keys = [model.key for model in (self.base, *self.models)]
        return differences_response(self._contents.catalog, keys)

    @cached_property
    def behaviors(self) -> Behaviors:
        """What the models predict, instance by instance, on one data set.

        Raises:
          ReadError: none of the models has predictions on the data set that was named.
        """
        return behaviors_on(self._data, self._contents, self.base, self.models)

    @cached_property
    def layers(self) -> Layers:
        """Their weights and activations, along one module tree."""
        return Layers(self._contents, self.base, self.models)

    def __repr__(self) -> str:
        return f"<Comparison: {self.base.id} and {len(self.models):,} others>"
