"""The handle through which one model is logged."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from tensorboard_cnc.efficiency.efficiency import Efficiency
from tensorboard_cnc.efficiency.measuring import measure
from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.format import instances as instance_format
from tensorboard_cnc.format import sketches as sketch_format
from tensorboard_cnc.format.tags import activations_tag, metrics_tag, predictions_tag, weights_tag
from tensorboard_cnc.records.instances import Predictions
from tensorboard_cnc.records.models import Measurement, Metrics, ModelCard
from tensorboard_cnc.writer.activations import activations_record
from tensorboard_cnc.writer.efficiency_entry import efficiency_measurements, suggested_specs
from tensorboard_cnc.writer.instances.evaluation import Evaluation
from tensorboard_cnc.writer.instances.predictions import (
    DEFAULT_BYTES,
    fitted,
    in_order,
    predictions_of,
)
from tensorboard_cnc.writer.instances.task import GivenPredictions, known_dataset
from tensorboard_cnc.writer.journal import Journal, ProblemLog, now_us
from tensorboard_cnc.writer.measurement import measurements
from tensorboard_cnc.writer.metric_spec import write_specs
from tensorboard_cnc.writer.sensitive_handle import SensitiveHandle
from tensorboard_cnc.writer.weights import weights_record


class ModelHandle(SensitiveHandle):
    """Logs one model; made by `model` and `attach`, and usable from several threads.

    As a context manager it is closed at the end of the block, and an exception in the block
    marks the model as failed. A handle that was not closed is closed when Python exits.
    """

    def __init__(
        self, model_id: str, journal: Journal, problems: ProblemLog, card: ModelCard | None
    ) -> None:
        """`card` is None for a model that is logged elsewhere."""
        self._measured: dict[str, Measurement] = {}
        super().__init__(model_id, journal, problems, card)

    def metrics(self, values: Mapping[str, Any], *, step: int | None = None) -> None:
        """Adds measurements of the model; a name that was logged before gets the new value.

        Args:
          values: numbers by metric name. A list or one-dimensional array holds repeated
            measurements of the same thing, in the order they were made. Scalars and arrays of
            NumPy, torch and others are fine. NaN and infinities are kept as they are. `value`
            makes a number with an interval, or one that is only a bound. None withdraws a metric:
            whatever was logged of it before, by any handle, counts as not logged.
          step: the training step at which they were measured.

        Raises:
          ArgumentError: a name or a value cannot be logged; then nothing is.
          ClosedError: the handle or its writer has been closed.
        """
        self._call(lambda: self._measure(values, step))

    def predictions(
        self,
        dataset: str,
        ids: Any,
        *,
        probabilities: Any = None,
        logits: Any = None,
        predicted: Any = None,
        outputs: Any = None,
        scores: Mapping[str, Any] | None = None,
        labels: Any = None,
        classes: Sequence[Any] | None = None,
        multilabel: bool = False,
        unknown_label: int | str | None = None,
        max_bytes: int = DEFAULT_BYTES,
    ) -> None:
        """Logs the model's predictions on instances of a data set; a later call replaces them.

        They are one of `probabilities`, `logits`, `predicted` and `outputs`; `scores` may come with
        it or alone. Arrays and tensors of any library and device, or lists. Rows
        that are not finite are kept, counted, and left out of all comparisons.

        Args:
          dataset: the name of the data set, as in `cnc_summary.dataset`. Where it is not
            logged, models are compared by the ids all the same.
          ids: of the instances (n,), in the order of everything else here.
          probabilities: (n, C) that sum to 1, or (n,) of the second of two classes.
          logits: the same before the softmax (sigmoid for two classes or with `multilabel`).
          predicted: classes, as indices or names (n,); several for each instance with
            `multilabel`; or the numbers (n,) of a regression, as floats.
          outputs: generated texts.
          scores: one number for each instance by name, such as {"F1": f1}.
          labels: right classes, unless this process has logged the data set; if it has, they must
            not contradict it.
          classes: names of the C classes in the order of the columns, likewise; in whatever order
            the data set has them.
          multilabel: an instance may have several classes, each of its own probability.
          unknown_label: what marks an unknown label or class beside None, NaN and -100.
          max_bytes: compressed bytes that the record may take. Full vectors are dropped
            first, except for a random subset that is the same for all models; then top-k, then
            confidence.

        Raises:
          ArgumentError: an argument breaks a rule; the message names the row at fault.
          ClosedError: the handle or its writer has been closed.
        """
        given = GivenPredictions(
            probabilities=probabilities,
            logits=logits,
            predicted=predicted,
            outputs=outputs,
            scores=scores,
            labels=labels,
            classes=classes,
            multilabel=multilabel,
            unknown_label=unknown_label,
        )
        self._call(lambda: self._predict(dataset, ids, given, max_bytes))

    def efficiency(
        self,
        model: Any,
        example_inputs: Any = None,
        *,
        repeats: int = 30,
        warmup: int = 3,
        step: int | None = None,
    ) -> Efficiency | None:
        """Measures a torch model and logs its sizes, operations, latency and peak memory.

        Args:
          model: the module, or what `measure` returned for it.
          example_inputs: what one forward pass takes, as for `measure`.
          repeats: forward passes that are timed.
          warmup: forward passes before these.
          step: the training step at which it is measured.

        Returns:
          What was measured; None where ``on_error("warn")`` let an error pass.

        Raises:
          ArgumentError: an argument that cannot be measured or logged; then nothing is logged.
          ClosedError: the handle or its writer has been closed.
          Exception: what the model raises when it is called with `example_inputs`; a note on it
            names the module and the argument.
        """
        found: list[Efficiency] = []

        def log() -> None:
            measured = (
                model
                if isinstance(model, Efficiency)
                else measure(model, example_inputs, repeats=repeats, warmup=warmup)
            )
            new = efficiency_measurements(measured, step, self._problems.note)
            write_specs(self._journal, suggested_specs(new))
            self._add(new)
            found.append(measured)

        self._call(log)
        return found[0] if found else None

    def evaluation(
        self,
        dataset: str,
        *,
        classes: Sequence[Any] | None = None,
        multilabel: bool = False,
        unknown_label: int | str | None = None,
        sharded: bool = True,
        max_bytes: int = DEFAULT_BYTES,
    ) -> Evaluation:
        """Logs predictions batch by batch, for a ``with`` block around an evaluation loop.

        ::

            with m.evaluation("test") as evaluation:
                for ids, images, labels in loader:
                    evaluation.add(ids, logits=net(images), labels=labels)

        The record is written when the block ends. Memory holds a few numbers for each instance,
        and only as many full vectors as could fit into max_bytes.

        Args:
          dataset: as for `predictions`, like everything that is not described here.
          classes: names of the C classes.
          multilabel: an instance may have several classes.
          unknown_label: what marks an unknown label or class.
          sharded: in a ``torch.distributed`` job each rank adds its shard, all ranks end the block
            together, rank 0 writes them all, and an id that several have counts once. False
            where rank 0 evaluates alone.
          max_bytes: compressed bytes that the record may take.

        Returns:
          What takes the batches. Its block raises ArgumentError where shards do not fit together.
        """
        return Evaluation(
            self,
            dataset,
            known_dataset(dataset, self._journal.directory),
            classes=classes,
            multilabel=multilabel,
            unknown_label=unknown_label,
            sharded=sharded,
            max_bytes=max_bytes,
            remark=self._problems.note,
        )

    def weights(
        self,
        model: Any,
        inputs: Any = None,
        *,
        reference: Mapping[str, Any] | None = None,
        base: Any = None,
        max_bytes: int | None = None,
        progress: Callable[[str], None] | None = None,
    ) -> Mapping[str, str]:
        """Logs sketches of the weights, from which any two models can be compared.

        Pruned weights are multiplied by their masks, parametrized ones computed, quantized ones
        dequantized; their scheme and stored bytes are logged too. Tied weights count once. A later
        call replaces an earlier one.

        Args:
          model: a ``torch.nn.Module``, a state dict, a mapping of names to arrays of any library,
            or the path or address of a checkpoint (safetensors, GGUF, ONNX or torch; a file, an
            index, a directory), which is read piece by piece; or the directory of a LoRA adapter.
            With DTensors (FSDP2) all ranks make the call, each reads its part.
          inputs: what one forward pass of a module takes, as for `efficiency`. It runs once, and
            its weights are read as its products get them: the way to log quantization that a
            toolkit only simulates. State, hooks and random states are put back.
          reference: weights of other models, in any of these forms, by their ids. Tensors of the
            same name and shape are compared exactly; without it, comparisons are estimates.
          base: the weights that a LoRA adapter changes, in any of these forms.
          max_bytes: bytes that the sketches may take; None: 1 MB, or 3 kB for each tensor.
          progress: called with the name of each tensor before it is read.

        Returns:
          The names of tensors that were left out, and why: on the meta device, complex, codes
          whose scales are not understood. The page says so too, and how much of every total was
          compared.

        Raises:
          ArgumentError: no tensor can be logged, or an argument breaks a rule.
          ClosedError: the handle or its writer has been closed.
        """
        refused: dict[str, str] = {}

        def log() -> None:
            record = weights_record(
                self._id,
                model,
                inputs,
                reference=reference,
                base=base,
                max_bytes=max_bytes,
                watch=progress,
            )
            if record is not None:
                refused.update(record.refused)
                self._journal.write_chunks(weights_tag(self._id), sketch_format.encode(record))

        self._call(log)
        return refused

    def activations(
        self,
        net: Any,
        inputs: Any = None,
        layers: Iterable[str] | str | None = None,
        *,
        mask: Any = None,
        reference: Mapping[str, Any] | None = None,
        max_bytes: int | None = None,
    ) -> None:
        """Logs sketches of each layer's outputs for probe inputs; replaces earlier ones.

        The network runs in evaluation mode without gradients; mode, hooks, buffers and random
        states are put back, also on error. Models are compared if their probe is the same.

        Args:
          net: a ``torch.nn.Module``; or what was recorded elsewhere, a mapping of names to
            arrays (instances, …).
          inputs: a tensor, a tuple or mapping of the arguments of forward, or a list or loader of
            such batches; forward gets as many of their parts as it takes. Tensors are moved to
            the network's device and type. A few hundred instances are plenty.
          layers: names of modules or patterns ("encoder.*"), "" for the whole network; None: all
            modules that compute something themselves.
          mask: which tokens count, (instances, tokens) of 1 and 0, for all or one for each batch;
            or the name of the argument that says it. None: the argument ``attention_mask``, if
            there is one. Padded tokens are left out.
          reference: other networks by the ids of their models, such as the parent. Each runs too,
            and each layer of `net` is given the input that the one of its name gets there: what it
            then gives differs by the error of this layer alone.
          max_bytes: bytes that the sketches may take; None: 1 MB, or 3 kB for each layer.

        Raises:
          ArgumentError: the network fails on the inputs, or an argument breaks a rule. Outputs
            that cannot be logged are left out, and the page says why.
          ClosedError: the handle or its writer has been closed.
        """

        def log() -> None:
            record = activations_record(
                self._id,
                net,
                inputs,
                layers=layers,
                mask=mask,
                reference=reference,
                max_bytes=max_bytes,
            )
            if record is not None:
                self._journal.write_chunks(activations_tag(self._id), sketch_format.encode(record))

        self._call(log)

    def _measure(self, values: Mapping[str, Any], step: int | None) -> None:
        self._add(measurements(values, step, self._problems.note))

    def _add(self, new: Mapping[str, Measurement]) -> None:
        if not new:
            return
        before = {name: self._measured[name] for name in new if name in self._measured}
        # Kept first, and written until nothing is missing: a signal handler may add some as well.
        self._measured.update(new)
        written: tuple[Measurement, ...] = ()
        try:
            while written != (measured := tuple(self._measured.values())):
                record = Metrics(self._id, measured)
                self._journal.write(metrics_tag(self._id, self._journal.handle), record)
                written = measured
        except ArgumentError:
            # What no record can hold would keep out all that follows.
            for name in new:
                del self._measured[name]
            self._measured.update(before)
            raise

    def _predict(self, dataset: str, ids: Any, given: GivenPredictions, max_bytes: int) -> None:
        known = known_dataset(dataset, self._journal.directory)
        whole = predictions_of(
            self._id, dataset, ids, given, known, max_bytes, remark=self._problems.note
        )
        self._write_predictions(in_order(whole), max_bytes)

    def _write_predictions(self, record: Predictions, max_bytes: int) -> None:
        stored, packed = fitted(replace(record, logged_us=now_us()), max_bytes)
        tag = predictions_tag(self._id, stored.dataset)
        self._journal.write_chunks(tag, instance_format.encode(stored, packed))
