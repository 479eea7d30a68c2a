"""The stories there are to tell, by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from demo.digits.logbook import digits_story
from demo.language.logbook import language_story
from demo.story import Story

_STORIES: dict[str, Callable[..., Story[Any]]] = {
    "digits": digits_story,
    "language": language_story,
}


def story_of(name: str, *, quick: bool) -> Story[Any]:
    """With `quick`, all models and their lineage, but after an epoch of training only."""
    make = _STORIES[name]
    return make(epochs=1, tuning_epochs=1) if quick else make()
