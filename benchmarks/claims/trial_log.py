"""One log directory that holds many comparisons, written and read as a user's would be."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc import cnc_summary
from tensorboard_cnc.records.identity import model_key
from tests.tensorboard_host import InProcessTensorBoard, Loader, serve_in_process

_RUN = "run"
_ROUTES = "/data/plugin/cnc"
Codes = Mapping[str, NDArray[np.int64]]


class TrialLog:
    """The directory; models are named by ids, each once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._models: list[str] = []

    def dataset(self, name: str, n: int, *, codes: Codes | None = None, **given: Any) -> None:
        """Logs n instances; `codes` are attributes (n,) of which every code is a category."""
        if codes:
            given["attributes"] = {k: [f"{k} {c}" for c in v.tolist()] for k, v in codes.items()}
        cnc_summary.dataset(self.folder / "data", name, np.arange(n), **given)

    @contextmanager
    def model(self, model_id: str, **card: Any) -> Iterator[cnc_summary.ModelHandle]:
        """Logs a model: what it was made of and what it gives."""
        self._models.append(model_id)
        with cnc_summary.model(self.folder / _RUN, model_id, **card) as handle:
            yield handle

    def answers(
        self, model_id: str, dataset: str, predicted: NDArray[np.int64], **card: Any
    ) -> None:
        """Logs a model with the classes (n,) that it answers."""
        with self.model(model_id, **card) as handle:
            handle.predictions(dataset, np.arange(len(predicted)), predicted=predicted)

    @contextmanager
    def served(self, loader: Loader = "python") -> Iterator[Routes]:
        """The routes, once they list all that was logged."""
        with serve_in_process(self.folder, loader) as tensorboard:
            tensorboard.models_when(
                lambda answer: (
                    len(answer["models"]) == len(self._models)
                    and all(model["status"] == "finished" for model in answer["models"])
                )
            )
            yield Routes(tensorboard)


class Routes:
    """What the page asks for; models are named by their ids."""

    def __init__(self, tensorboard: InProcessTensorBoard) -> None:
        self._tensorboard = tensorboard

    def behaviors(self, level: str, base: str, models: Sequence[str], **query: Any) -> Any:
        """The ``behaviors`` route; lists in `query` are sent as JSON."""
        texts = {k: v if isinstance(v, str) else json.dumps(v) for k, v in query.items()}
        return self._get("behaviors", level=level, **_of(base, models), **texts)

    def layers(self, base: str, models: Sequence[str], **query: str) -> Any:
        """The ``layers`` route."""
        return self._get("layers", **_of(base, models), **query)

    def differences(self, models: Sequence[str]) -> Any:
        """The ``differences`` route."""
        return self._get("differences", models=",".join(map(key_of, models)))

    def models(self) -> Any:
        """The ``models`` route."""
        return self._get("models")

    def _get(self, route: str, **query: str) -> Any:
        response = self._tensorboard.client.get(f"{_ROUTES}/{route}", query_string=query)
        assert response.status_code == 200, response.text
        return response.get_json()


def quantized(base: str) -> dict[str, Any]:
    """How a model is made of the `base` without training: no seed tells the two apart."""
    return {"parents": base, "operation": cnc_summary.operation("quantize", bits=8)}


def key_of(model_id: str) -> str:
    """The key of a model of a trial log."""
    return model_key(_RUN, model_id)


@contextmanager
def trial_log() -> Iterator[TrialLog]:
    """An empty log directory, which is deleted at the end."""
    with tempfile.TemporaryDirectory(prefix="claims-") as folder:
        yield TrialLog(Path(folder))


def _of(base: str, models: Sequence[str]) -> dict[str, str]:
    return {"base": key_of(base), "models": ",".join(map(key_of, models))}
