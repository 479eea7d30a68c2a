"""Parameters of a query string: what each may be is said once, beside the field that it fills.

A question is a frozen dataclass whose fields are annotated with a kind of parameter::

    limit: Annotated[int, Whole("how many rows", most=500)] = 100

`read` makes it from a query string, and docs/openapi.yaml is generated from the same kinds. A
parameter with an empty value counts as left out, but for texts and lists of keys that may be empty.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from typing import Any, Protocol, TypeVar, get_args, get_type_hints

from werkzeug import Request

from tensorboard_cnc.plugin.responses import BadRequestError
from tensorboard_cnc.plugin.typed_json import MalformedError, check, parsed, shown

# The longest request line that TensorBoard's server takes; it bounds how many keys a request names.
MOST_CHARACTERS = 1 << 16

Q = TypeVar("Q")


class Kind(Protocol):
    """What a parameter may be; `says` completes "give …"."""

    @property
    def says(self) -> str: ...

    @property
    def may_be_empty(self) -> bool:
        """Whether an empty text is a value, and not as good as none."""
        ...

    def read(self, text: str) -> Any:
        """The value; raises MalformedError with what the text "is not"."""
        ...

    def schema(self) -> dict[str, Any]:
        """The same as a JSON schema."""
        ...


@dataclass(frozen=True, slots=True)
class Text:
    """Any text."""

    says: str
    may_be_empty: bool = False

    def read(self, text: str) -> str:
        return text

    def schema(self) -> dict[str, Any]:
        return {"type": "string"}


@dataclass(frozen=True, slots=True)
class Keys:
    """Keys of models, separated by commas; each counts once."""

    says: str
    may_be_empty: bool = True

    def read(self, text: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(key for key in text.split(",") if key))

    def schema(self) -> dict[str, Any]:
        return {"type": "array", "items": {"type": "string"}}


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of a few words."""

    says: str
    words: tuple[str, ...]
    may_be_empty: bool = False

    def read(self, text: str) -> str:
        if text not in self.words:
            raise MalformedError(f"is not one of {', '.join(self.words)}")
        return text

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "enum": list(self.words)}


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number from 0 on."""

    says: str
    most: int
    may_be_empty: bool = False

    def read(self, text: str) -> int:
        plain = text.isascii() and text.isdigit() and len(text) < 17
        if not plain or int(text) > self.most:
            raise MalformedError(f"is not a whole number from 0 to {self.most:,}")
        return int(text)

    def schema(self) -> dict[str, Any]:
        return {"type": "integer", "minimum": 0, "maximum": self.most}


@dataclass(frozen=True, slots=True)
class JsonList:
    """A JSON list of texts, or of a type of `wire` that goes by `name`."""

    says: str
    most: int
    of: Any = str
    name: str = ""
    may_be_empty: bool = False

    def read(self, text: str) -> tuple[Any, ...]:
        try:
            found = parsed(text)
        except ValueError as error:
            raise MalformedError(f"is not a JSON list ({error})") from None
        if not isinstance(found, list):
            raise MalformedError("is not a JSON list")
        if len(found) > self.most:
            raise MalformedError(f"holds {len(found):,} entries, more than {self.most:,}")
        for entry in found:
            try:
                check(entry, self.of)
            except MalformedError as rule:
                raise MalformedError(f"is malformed: {rule}") from None
        return tuple(found)

    def schema(self) -> dict[str, Any]:
        of = {"$ref": f"#/components/schemas/{self.name}"} if self.name else {"type": "string"}
        return {"type": "array", "maxItems": self.most, "items": of}


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a question; `default` is None where the choice is left open."""

    name: str
    field: str
    kind: Kind
    required: bool
    default: Any


def parameters_of(question: Any) -> Mapping[str, Parameter]:
    """The parameters of a kind of question, by name."""
    hints = get_type_hints(question, include_extras=True)
    found = {}
    for field in fields(question):
        _, kind = get_args(hints[field.name])
        # A parameter may have the name of a keyword of Python.
        name = field.name.rstrip("_")
        required = field.default is MISSING
        default = None if required else field.default
        found[name] = Parameter(name, field.name, kind, required, default)
    return found


def arguments_of(request: Request) -> dict[str, str]:
    """The query string of a request, each parameter once.

    Raises:
      BadRequestError: 414, it is too long; 400, a parameter is there twice.
    """
    if (length := len(request.query_string)) > MOST_CHARACTERS:
        raise BadRequestError(
            414,
            f"The query string has {length:,} characters, more than {MOST_CHARACTERS:,}: name "
            "fewer models (differences takes except= too)",
        )
    for name, values in request.args.lists():
        if len(values) > 1:
            times = f"{len(values):,} times"
            raise BadRequestError(400, f"{shown(name)} is there {times}; give it once")
    return request.args.to_dict()


def read(question: type[Q], arguments: Mapping[str, str]) -> Q:
    """The question in a query string.

    Raises:
      BadRequestError: 400, with the parameter that is unknown, missing or malformed, and what it
        may be.
    """
    parameters = parameters_of(question)
    for name in arguments:
        if name not in parameters:
            known = ", ".join(parameters) or "none at all"
            raise BadRequestError(400, f"There is no parameter {shown(name)} here, but {known}")
    values = {
        each.field: _value(each, arguments[name])
        for name, each in parameters.items()
        if name in arguments and (arguments[name] or each.kind.may_be_empty)
    }
    for name, each in parameters.items():
        if each.required and each.field not in values:
            raise missing(name, each.kind.says)
    return question(**values)


def missing(name: str, says: str) -> BadRequestError:
    """A parameter is needed and not there."""
    return BadRequestError(400, f"{name} is missing: give {says}")


def _value(parameter: Parameter, text: str) -> Any:
    name = parameter.name
    try:
        return parameter.kind.read(text)
    except MalformedError as rule:
        raise BadRequestError(400, f"{name}={shown(text)} {rule}") from None
    except RecursionError:
        raise BadRequestError(400, f"{name}={shown(text)} is nested too deeply") from None
