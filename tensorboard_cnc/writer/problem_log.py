"""The data errors that were let pass while one model was logged."""

from __future__ import annotations

from tensorboard_cnc.errors import CncError
from tensorboard_cnc.format.tags import problems_tag
from tensorboard_cnc.records.models import LoggedProblem, Problems
from tensorboard_cnc.writer.journal import Journal, now_us
from tensorboard_cnc.writer.wording import storable

# A loop may fail in a new way each time; the page needs no more to tell the tale.
_MOST = 100


class ProblemLog:
    """Collects each problem once, and writes them when there are new ones."""

    def __init__(self) -> None:
        self._problems: dict[str, LoggedProblem] = {}
        self._written = 0

    def note(self, error: CncError) -> None:
        if error.message not in self._problems and len(self._problems) < _MOST:
            self._problems[error.message] = LoggedProblem(
                storable(error.message), storable(error.remedy), now_us()
            )

    def write(self, journal: Journal, model_id: str) -> None:
        if len(self._problems) > self._written:
            record = Problems(model_id, tuple(self._problems.values()))
            journal.write(problems_tag(model_id, journal.handle), record)
            self._written = len(self._problems)
