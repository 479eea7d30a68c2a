"""A log directory with a given text in every field that a record can hold."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.trust.hostile_texts import HOST
from tensorboard_cnc import cnc_summary
from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.wording import printable

_LONGEST = 150


class HostileLogs:
    """Logs models that carry `texts`; counts what was taken and what the writer refused."""

    def __init__(self, logdir: Path, texts: Sequence[str]) -> None:
        self.taken = 0
        self.refused = 0
        self._logdir = logdir
        self._texts = texts
        # Names are short, printable and different; as contents the texts are whole.
        self._names = [f"{printable(text[:_LONGEST])} {at}" for at, text in enumerate(texts)]

    def write(self) -> None:
        """Two models for each text, and one data set that all have predictions on."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with cnc_summary.model(self._logdir / "root", "root") as root:
                root.metrics({"accuracy": 0.9})
                self._bulk(root, 0)
            self._dataset()
            for at, (name, text) in enumerate(zip(self._names, self._texts, strict=True)):
                self._model(at, name, text)

    def _try(self, call: Callable[[], object], texts: int = 1) -> bool:
        try:
            call()
        except ArgumentError:
            self.refused += texts
            return False
        self.taken += texts
        return True

    def _dataset(self) -> None:
        n = len(self._texts)
        self._try(
            lambda: cnc_summary.dataset(
                self._logdir / "data",
                self._names[0],
                self._names,
                labels=np.arange(n),
                classes=self._names,
                texts=self._texts,
                attributes={self._names[0]: self._names, self._names[-1]: self._names},
                groups=self._names,
            ),
            5 * n,
        )

    def _model(self, at: int, name: str, text: str) -> None:
        run = self._logdir / f"run-{at:03}"
        model: list[cnc_summary.Model] = []

        def opened() -> None:
            model.append(
                cnc_summary.model(
                    run,
                    name,
                    parents=["root", f"{name}, of nobody"],
                    operation=cnc_summary.operation(name, **{name: text, "amount": at}),
                    description=text,
                    checkpoint=text,
                    metrics=[cnc_summary.metric(name, goal="max", unit="s", description=text)],
                )
            )

        if not self._try(opened, 7):
            model.append(cnc_summary.model(run, f"model {at}", parents="root"))
        (m,) = model
        for hostile in (text, f"{text}, attached"):
            self._try(partial(_attach, run, hostile))
        self._try(lambda: m.metrics({name: at + 0.5, "accuracy": 0.5}))
        self._bulk(m, at)
        if at % 2:
            m.failed(text)
        m.close()
        self._edit(run, m.id, name, text, at)

    def _edit(self, run: Path, model_id: str, name: str, text: str, at: int) -> None:
        link = f"https://{HOST}/{text}"
        self._try(lambda: cnc_summary.edit(run, model_id, note=f"{text} {link}"[:10_000]))
        self._try(lambda: cnc_summary.edit(run, model_id, tags=[text[:100], name[:100]]), 2)
        # The others are shown by their ids.
        if at % 3 == 0:
            self._try(lambda: cnc_summary.edit(run, model_id, renamed=f"{name}, renamed"))
            self._try(lambda: cnc_summary.edit(run, model_id, renamed=text))

    def _bulk(self, m: cnc_summary.Model, at: int) -> None:
        n = len(self._texts)
        wrong = np.arange(n)
        wrong[: at + 1] = (wrong[: at + 1] + 1) % n
        self._try(
            lambda: m.predictions(
                self._names[0],
                self._names,
                predicted=wrong,
                classes=self._names,
                scores={name: np.linspace(0, 1, n) for name in self._names[:3]},
            ),
            n,
        )
        rng = np.random.default_rng(at)
        layers = {f"{i}.{name}": rng.normal(size=(4, 4)) for i, name in enumerate(self._names)}
        self._try(lambda: m.weights(layers), n)


def _attach(run: Path, model_id: str) -> None:
    cnc_summary.attach(run, model_id).close()
