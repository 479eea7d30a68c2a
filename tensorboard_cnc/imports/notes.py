"""What in a source is unusual but imported all the same, counted and said in plain words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from tensorboard_cnc.wording import plain, quoted

_SHOWN = 5


class ImportNotes:
    """Collects notes by kind, each with what it concerns and how often."""

    def __init__(self) -> None:
        self._subjects: dict[str, Counter[str]] = {}

    def note(self, kind: str, subject: str) -> None:
        """Counts one more `kind` (a sentence that also says what was done) at `subject`."""
        self._subjects.setdefault(kind, Counter())[subject] += 1

    def note_unknown_keys(self, keys: Iterable[str], known: Sequence[str]) -> None:
        """Counts the keys of an object that are not `known`."""
        for name in keys:
            if name not in known:
                self.note("Unknown key, ignored", quoted(name))

    def sentences(self) -> tuple[str, ...]:
        """One line per kind, in the order in which they were first met."""
        return tuple(f"{kind}: {_listed(found)}" for kind, found in self._subjects.items())


def _listed(found: Counter[str]) -> str:
    shown = [
        plain(subject) if times == 1 else f"{plain(subject)} (×{times})"
        for subject, times in found.most_common(_SHOWN)
    ]
    hidden = len(found) - len(shown)
    return ", ".join(shown) + (f" and {hidden} more" if hidden else "")
