"""Errors name what was seen, the rule, and the remedy."""

from __future__ import annotations

import pytest

from tensorboard_cnc import errors


def test_message_and_remedy_are_sentences() -> None:
    error = errors.CncError("The id is empty", "Ids have 1 to 1,000 characters", "Name the model")
    assert error.message == "The id is empty. Ids have 1 to 1,000 characters."
    assert error.remedy == "Name the model."
    assert str(error) == f"{error.message} {error.remedy}"


def test_a_rule_that_goes_without_saying_is_left_out() -> None:
    assert errors.CncError("It broke", "", "Try again").message == "It broke."


@pytest.mark.parametrize(
    ("error", "base"),
    [
        (errors.WriterError, TypeError),
        (errors.ArgumentError, ValueError),
        (errors.TableError, ValueError),
        (errors.DamagedRecordError, errors.RecordError),
        (errors.FutureRecordError, errors.RecordError),
    ],
)
def test_each_is_caught_as_ours_and_as_python_s(
    error: type[errors.CncError], base: type[Exception]
) -> None:
    assert issubclass(error, errors.CncError)
    assert issubclass(error, base)


def test_the_tree_in_the_docstring_is_complete() -> None:
    defined = [value for value in vars(errors).values() if isinstance(value, type)]
    ours = [value.__name__ for value in defined if issubclass(value, errors.CncError)]
    assert len(ours) >= 8
    assert errors.__doc__ is not None
    assert all(name in errors.__doc__ for name in ours)
