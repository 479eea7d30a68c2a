"""Parameters that several routes have, checked alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tensorboard_cnc.analysis.catalog import Catalog
from tensorboard_cnc.plugin.http import BadRequestError


def one_of(arguments: Mapping[str, str], name: str, choices: tuple[Any, ...]) -> Any:
    """The parameter's value, by default the first of `choices`; None among them is no name.

    Raises:
        BadRequestError: 400, it is none of them.
    """
    value = arguments.get(name) or choices[0]
    if value not in choices:
        told = ", ".join(choice for choice in choices if choice)
        raise BadRequestError(400, f"{name}={value[:80]} is none of {told}")
    return value


def check_models(catalog: Catalog, keys: Iterable[str]) -> None:
    """Refuses keys that stand for no model.

    Raises:
        BadRequestError: 404, with the first of them.
    """
    known = {*(member.key for member in catalog.members), *catalog.lineage.ghosts}
    unknown = next((key for key in keys if key not in known), None)
    if unknown is not None:
        raise BadRequestError(
            404,
            f"There is no model with the key {unknown[:40]}; the models route lists the keys of "
            f"all {len(known)} models",
        )
