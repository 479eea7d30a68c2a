"""The id that somebody meant who named one that is not there."""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property

# A person mends the first ones first.
_MOST_SUGGESTIONS = 20
# Characters that are compared, ids that are compared with one, and of how many a part tells little.
_COMPARED, _CANDIDATES, _COMMON = 100, 50, 1000
_PART = 3


class NearIds:
    """Looks among ids for similar ones: those that share rare parts are compared."""

    def __init__(self, ids: Iterable[str]) -> None:
        self._ids = dict.fromkeys(ids)
        self._left = _MOST_SUGGESTIONS

    def near(self, sought: str) -> list[str]:
        """The most similar id, if one is similar; none once it was asked often."""
        self._left -= 1
        if self._left < 0:
            return []
        sought = sought[:_COMPARED]
        return difflib.get_close_matches(sought, self._candidates(sought), n=1, cutoff=0.7)

    @cached_property
    def _with_part(self) -> dict[str, list[str]]:
        """Ids by each of their parts."""
        found: dict[str, list[str]] = defaultdict(list)
        for each in self._ids:
            for part in set(_parts(each[:_COMPARED])):
                found[part].append(each)
        return found

    def _candidates(self, sought: str) -> list[str]:
        """The ids that share most parts, rare ones first; all where there are few."""
        if len(self._ids) <= _CANDIDATES:
            return list(self._ids)
        shared = [self._with_part[part] for part in set(_parts(sought)) if part in self._with_part]
        counts: dict[str, int] = defaultdict(int)
        for ids in sorted(shared, key=len):
            if len(ids) > _COMMON and counts:
                break
            for each in ids[:_COMMON]:
                counts[each] += 1
        # In the order of the ids where they share as many, so that one answer is always the same.
        return sorted(counts, key=lambda each: (-counts[each], each))[:_CANDIDATES]


def _parts(text: str) -> Iterator[str]:
    """Its neighbouring characters, three at a time, and its ends."""
    framed = f"\0{text}\0"
    return (framed[at : at + _PART] for at in range(max(len(framed) - _PART + 1, 1)))
