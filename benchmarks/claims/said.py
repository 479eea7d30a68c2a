"""Which field of an answer is a claim: the one place that knows the routes' words."""

from __future__ import annotations

from typing import Any, NamedTuple

_SURE = 0.05


class Interval(NamedTuple):
    """Both ends of an interval that is shown."""

    low: float
    high: float

    def holds(self, truth: float) -> bool:
        """Whether the truth is within, rounding of what is sent apart."""
        slack = 1e-9 * max(abs(truth), abs(self.low), abs(self.high))
        return self.low - slack <= truth <= self.high + slack


def is_harmed(row: Any) -> bool:
    """Whether a row of the level "harmed", a slice or a pair, is called harmed."""
    return bool(row["harmed"] if "harmed" in row else row["q"] < _SURE)


def harmed(answer: Any, rows: str, model: str | None = None) -> list[Any]:
    """The `rows` ("slices" or "pairs") that are called harmed; of one model (key) or all."""
    return [
        row for row in answer[rows] if is_harmed(row) and (model is None or row["model"] == model)
    ]


def verdict_missing(answer: Any, model: str) -> bool:
    """Whether the answer says why it has no verdict on a model (key)."""
    return bool(answer["reason"] or _of_model(answer, model).get("reason"))


def could_see(answer: Any, model: str, n: int) -> float | None:
    """The smallest extra share broken in a slice of n that would have been found, if it is said."""
    said = {each["n"]: each["share"] for each in _of_model(answer, model).get("could_see", [])}
    share = said.get(n)
    return None if share is None else float(share)


def changed(change: Any) -> bool:
    """Whether a change is called one."""
    return change is not None and change["p"] is not None and bool(change["p"] < _SURE)


def tested(change: Any) -> bool:
    """Whether a change carries a test at all."""
    return change is not None and change["p"] is not None


def interval(estimate: Any) -> Interval | None:
    """The interval of an estimate or a change, where one is shown."""
    if estimate is None or estimate["low"] is None or estimate["high"] is None:
        return None
    return Interval(estimate["low"], estimate["high"])


def contradicted(change: Any) -> bool:
    """Whether a change's p and its interval do not say the same."""
    shown = interval(change)
    return shown is not None and tested(change) and changed(change) == shown.holds(0)


def reason(estimate: Any) -> str:
    """Why there is no interval; "" where nothing is said."""
    return (estimate or {}).get("reason") or ""


def ratio(model: Any) -> tuple[float, Interval | None]:
    """A model's value over the base's in a summary with form=ratio, and its interval."""
    shown = (model["change"] or {}).get("ratio") or model["value"]
    return shown["value"], interval(shown)


def miscalibrated(calibration: Any) -> bool:
    """Whether an ECE is more than what chance makes of it for a calibrated model."""
    return bool(calibration["ece"] > calibration["chance_high"])


def default_chart(answer: Any, metric: str) -> list[str]:
    """Names of the variables by which the ``differences`` route shows a metric."""
    shown = answer.get("metrics", {}).get(metric, answer)
    names = {each["id"]: each["name"] for each in answer["variables"]}
    return [names[shown[place]] for place in ("x", "colour") if shown[place]]


def held(answer: Any, variable: str, metric: str = "accuracy") -> float | None:
    """What a variable does to a metric while all others are held, if it is told."""
    ids = {each["name"]: each["id"] for each in answer["variables"]}
    effects = answer.get("metrics", {}).get(metric, {}).get("effects", [])
    return next((each["change"] for each in effects if each["variable"] == ids[variable]), None)


def effect(answer: Any, variable: str, metric: str) -> Any:
    """The effect of a variable of two levels over matched pairs."""
    ids = {each["name"]: each["id"] for each in answer["variables"]}
    (found,) = (each for each in answer["pairs"] if each["variable"] == ids[variable])
    return found["effects"][metric]


def effect_claimed(effect: Any) -> bool:
    """Whether an effect is called one: its interval leaves out "no change"."""
    shown = interval(effect)
    return shown is not None and not shown.holds(0)


def _of_model(answer: Any, model: str) -> Any:
    return next((each for each in answer.get("models", []) if each["model"] == model), {})
