"""Checks what is said of a model afterwards: its note, tags, display name, status."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, get_args

from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.format.bounds import NOTE_CHARACTERS, TAG_CHARACTERS, TAGS
from tensorboard_cnc.records.models import CardField, Status
from tensorboard_cnc.wording import shown, storable, type_name
from tensorboard_cnc.writer.endings import reason_text
from tensorboard_cnc.writer.journal import now_us
from tensorboard_cnc.writer.model_card import LEFT_OUT, LeftOut
from tensorboard_cnc.writer.naming import checked_name
from tensorboard_cnc.writer.policy import Report, tolerate

_STATUSES = get_args(Status)


def checked_annotations(
    note: Any, tags: Any, hidden: Any, renamed: Any, *, report: Report
) -> dict[CardField, Any]:
    """What is said by field; what cannot be logged is reported and left out."""
    checked: dict[CardField, Any] = {
        "note": _checked_note(note, report),
        "tags": _checked_tags(tags, report),
        "hidden": _checked_hidden(hidden, report),
        "renamed": _checked_display_name(renamed, report),
    }
    return {field: value for field, value in checked.items() if value is not LEFT_OUT}


def checked_status(status: Any, reason: Any, report: Report) -> dict[str, Any]:
    """The fields of a card that a status is said with; none where it is left out.

    Raises:
      ArgumentError: a reason is given for another status than "failed".
    """
    if status != "failed" and reason:
        raise ArgumentError(
            f"reason= is {shown(reason)}, and status= is {shown(status)}",
            "A reason says why a model failed",
            'Pass status="failed" with it, or leave it out; note= takes any text',
        )
    if isinstance(status, LeftOut):
        return {}
    with tolerate(report):
        if status not in _STATUSES:
            raise ArgumentError(
                f"status= is {shown(status)}",
                f"A model is {', '.join(_STATUSES[:-1])} or {_STATUSES[-1]}",
                'Write status="failed" with reason="diverged", say',
            )
        return {
            "status": status,
            "reason": reason_text(reason) if reason else "",
            "closed_us": None if status == "running" else now_us(),
        }
    return {}


def _checked_note(note: Any, report: Report) -> str | LeftOut:
    if isinstance(note, LeftOut):
        return note
    with tolerate(report):
        text = "" if note is None else note
        if not isinstance(text, str):
            raise ArgumentError(
                f"The note is {shown(note)} of type {type_name(note)}",
                "A note is a text",
                "Convert it with str(...)",
            )
        if len(stored := storable(text)) > NOTE_CHARACTERS:
            raise ArgumentError(
                f"The note has {len(stored):,} characters",
                f"It has at most {NOTE_CHARACTERS:,}",
                "Shorten it, or link to where the rest is",
            )
        return stored
    return LEFT_OUT


def _checked_tags(tags: Any, report: Report) -> tuple[str, ...] | LeftOut:
    if isinstance(tags, LeftOut):
        return tags
    given = () if tags is None else (tags,) if isinstance(tags, str) else tags
    with tolerate(report):
        if not isinstance(given, Iterable):
            raise ArgumentError(
                f"tags= is {shown(tags)} of type {type_name(tags)}",
                "Tags are texts",
                'Write tags=["baseline", "paper"]; they replace those that were there',
            )
        items = sorted(given) if isinstance(given, set | frozenset) else list(given)
        found: dict[str, None] = {}
        for tag in items:
            with tolerate(report):
                found[_checked_tag(tag)] = None
        if len(found) > TAGS:
            raise ArgumentError(
                f"There are {len(found):,} tags", f"A model has at most {TAGS}", "Leave some out"
            )
        return tuple(found) if found or not items else LEFT_OUT
    return LEFT_OUT


def _checked_tag(tag: Any) -> str:
    name = checked_name(tag, "tag")
    if len(name) > TAG_CHARACTERS:
        raise ArgumentError(
            f"The tag {shown(name)} has {len(name):,} characters",
            f"It has at most {TAG_CHARACTERS}",
            "Shorten it; longer text belongs in note=",
        )
    return name


def _checked_hidden(hidden: Any, report: Report) -> bool | LeftOut:
    if isinstance(hidden, bool | LeftOut):
        return hidden
    with tolerate(report):
        raise ArgumentError(
            f"hidden= is {shown(hidden)} of type {type_name(hidden)}",
            "A model is hidden or it is not",
            "Pass True or False",
        )
    return LEFT_OUT


def _checked_display_name(renamed: Any, report: Report) -> str | LeftOut:
    if isinstance(renamed, LeftOut):
        return renamed
    with tolerate(report):
        return "" if renamed in (None, "") else checked_name(renamed, "name in renamed=")
    return LEFT_OUT
