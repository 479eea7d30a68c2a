"""A value of an experiment table with the key path that leads to it, for errors that say where."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tensorboard_cnc.errors import TableError
from tensorboard_cnc.format.bounds import NAME_CHARACTERS
from tensorboard_cnc.wording import quoted, shortened

_MAX_TEXT_LENGTH = 1_000_000
_SURROGATE = re.compile("[\ud800-\udfff]")
_KINDS = {dict: "an object", list: "a list", str: "text", bool: "true or false", type(None): "null"}


@dataclass(frozen=True, slots=True)
class TableField:
    """`value` as JSON gave it, None where it is null or missing; `key` as in ``models[3].id``.

    Raises:
      TableError: by each way to read it, where the value is of another kind; it names the key.
    """

    value: Any
    key: str = ""

    def __getitem__(self, name: str) -> TableField:
        """The member `name` of this object."""
        return TableField(self.value.get(name), f"{self.key}.{name}".lstrip("."))

    def object(self) -> TableField:
        """This field, which must be an object."""
        if not isinstance(self.value, dict):
            raise self.refused("It must be an object", "Write it as {…}")
        return self

    def members(self) -> Iterator[tuple[str, TableField]]:
        """Name and field of every member of an object; none where it is null or missing."""
        if self.value is None:
            return
        for name, value in self.object().value.items():
            key = f"{self.key}[{quoted(name)}]"
            yield TableField(name, key).name(), TableField(value, key)

    def items(self) -> list[TableField]:
        """The fields of a list; none where it is null or missing."""
        if self.value is None:
            return []
        if not isinstance(self.value, list):
            raise self.refused("It must be a list", "Write it as […]")
        return [TableField(value, f"{self.key}[{i}]") for i, value in enumerate(self.value)]

    def text(self) -> str:
        """A text that is not empty."""
        if not self.optional_text():
            raise self.refused("It must be a text that is not empty", "Give it a name")
        return str(self.value)

    def name(self) -> str:
        """A text that may be the id of a model or the name of something."""
        name = self.text()
        if len(name) > NAME_CHARACTERS or not name.isprintable():
            rule = f"It must have 1 to {NAME_CHARACTERS:,} printable characters"
            raise self.refused(rule, "Shorten it, or remove its control characters")
        return name

    def optional_text(self, max_length: int = _MAX_TEXT_LENGTH) -> str:
        """A text, "" where it is null or missing."""
        if self.value is None:
            return ""
        if not isinstance(self.value, str):
            raise self.refused("It must be a text", 'Write it in "quotes"')
        if len(self.value) > max_length:
            rule = f"It must have at most {max_length:,} characters"
            raise self.refused(rule, "Shorten it, or keep it in a file and give its path")
        if _SURROGATE.search(self.value):
            raise self.refused(
                "It contains an unpaired surrogate, which is not a character", "Remove it"
            )
        return self.value

    def optional_number(self) -> float | None:
        """A number, None where it is null or missing. Infinite and NaN pass."""
        if self.value is None:
            return None
        if isinstance(self.value, bool) or not isinstance(self.value, int | float):
            raise self.refused("It must be a number or null", "Write null where there is no value")
        try:
            return float(self.value)
        except OverflowError as error:
            raise self.refused("It must fit into 64 bits", "Write a smaller number") from error

    def optional_flag(self, default: bool) -> bool:
        """True or false, `default` where it is null or missing."""
        if self.value is None:
            return default
        if not isinstance(self.value, bool):
            raise self.refused(
                "It must be true or false", f"Leave it out for {str(default).lower()}"
            )
        return bool(self.value)

    def refused(self, rule: str, remedy: str) -> TableError:
        """The error that this value breaks `rule`."""
        seen = f"{self.key} is {self._kind()}" if self.key else f"The table is {self._kind()}"
        return TableError(seen, rule, remedy)

    def _kind(self) -> str:
        if self.value is None:
            return "missing or null"
        if isinstance(self.value, int | float) and not isinstance(self.value, bool):
            return f"the number {shortened(str(self.value))}"
        if isinstance(self.value, str):
            return _text_kind(self.value)
        return _KINDS[type(self.value)]


def _text_kind(text: str) -> str:
    if not text:
        return "an empty text"
    length = "" if shortened(text) == text else f" of {len(text):,} characters"
    return f"the text {quoted(text)}{length}"
