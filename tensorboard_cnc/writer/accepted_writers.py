"""What a user may pass as writer, for type checkers; `open_sink` says it again at run time."""

from __future__ import annotations

import os
from typing import Any, Protocol, TypeAlias


class SummaryWriterLike(Protocol):
    """A SummaryWriter of torch or tensorboardX, such as Lightning's ``logger.experiment``."""

    def add_scalar(self, *args: Any, **kwargs: Any) -> Any: ...
    def flush(self) -> None: ...
    def close(self) -> None: ...


class TfSummaryWriterLike(Protocol):
    """A writer of ``tf.summary.create_file_writer``."""

    def as_default(self, *args: Any, **kwargs: Any) -> Any: ...
    def flush(self) -> Any: ...
    def close(self) -> Any: ...


# None only on the ranks of a distributed job that do not write.
Writer: TypeAlias = str | os.PathLike[str] | SummaryWriterLike | TfSummaryWriterLike | None
