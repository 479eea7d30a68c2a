"""What is said where TensorBoard itself could not list or read."""

from __future__ import annotations

from tensorboard_cnc.errors import RecordError


def listing_failed(error: Exception) -> RecordError:
    """The error for a failed request for the list of all records."""
    return RecordError(
        f"TensorBoard could not list the records ({_first_line(error)})",
        "",
        "Look at TensorBoard's own log; what was read before is still shown",
    )


def reading_failed(error: Exception) -> RecordError:
    """The error for a failed request for what one record holds."""
    return RecordError(
        f"TensorBoard could not read the record ({_first_line(error)})",
        "",
        "The event file may be damaged there; log it again",
    )


def _first_line(error: Exception) -> str:
    text = str(error).strip().split("\n")[0][:200]
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
