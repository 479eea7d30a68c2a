"""Which run was made from which, as far as their names suggest it."""

from __future__ import annotations

import re
from collections.abc import Iterable

_SEPARATORS = "-_./ +"
# What toolkits end the names of repeated runs with.
_VERSION = re.compile(r"[/\\]version_\d+\Z")
# What tells repetitions apart, and no step from one model to another.
_REPETITION = re.compile(r"(seed|run|rep|replicate|trial|fold|version|v)?[-_ ]?\d+", re.IGNORECASE)


def guessed_parents(names: Iterable[str]) -> dict[str, str]:
    """By name the longest other name that it continues: "dense-int8" comes from "dense".

    Names that differ in a number at the end are repetitions, none of which comes from another.
    """
    stems = {name: _VERSION.sub("", name) for name in names}
    by_stem: dict[str, list[str]] = {}
    for name, stem in stems.items():
        by_stem.setdefault(stem, []).append(name)
    found = {}
    for name, stem in stems.items():
        for end in range(len(stem) - 1, 0, -1):
            rest = stem[end + 1 :]
            if stem[end] not in _SEPARATORS or stem[:end] not in by_stem:
                continue
            if not _REPETITION.fullmatch(rest):
                found[name] = _of_version(by_stem[stem[:end]], name)
            break
    return found


def _of_version(parents: list[str], child: str) -> str:
    """The one of the child's version, else the first."""
    version = _VERSION.search(child)
    same = [name for name in parents if version and name.endswith(version[0])]
    return (same or sorted(parents))[0]
