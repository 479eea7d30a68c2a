"""The call of a handle that measures what each layer of its network bears."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal

from tensorboard_cnc.format import sensitivity as sensitivity_format
from tensorboard_cnc.format.tags import sensitivity_tag
from tensorboard_cnc.records.sensitivity import Method, Sensitivity
from tensorboard_cnc.writer.open_handle import OpenHandle
from tensorboard_cnc.writer.sensitivity.measuring import measured, requested
from tensorboard_cnc.writer.sensitivity.resuming import logged_before


class SensitiveHandle(OpenHandle):
    """Logs the damage that compressing each weight alone does."""

    def sensitivity(
        self,
        net: Any,
        inputs: Any,
        *,
        candidates: Sequence[str] | Mapping[str, Any] | str | None = None,
        layers: Iterable[str] | str | None = None,
        score: Callable[..., Any] | Literal["kl", "squared error"] | None = None,
        labels: Any = None,
        mask: Any = None,
        groups: Any = None,
        method: Method = "exact",
        max_seconds: float | None = None,
        progress: Callable[[int, int, float], None] | bool | None = None,
    ) -> Mapping[str, str]:
        """Measures which layers bear compression, and logs it; a later call replaces it.

        For each weight and each candidate only that weight is compressed, and the outputs are
        compared with those of the network as it is. The network is left bit for bit as it was,
        also on error and Ctrl-C; what was measured until then is logged. A further call on the
        same network and inputs, in any process that logs into the same directory, goes on where
        the last one ended. Some whole allocations are measured too, to see whether damages add up.

        Args:
          net: a ``torch.nn.Module``, not sharded.
          inputs: what it runs on, as for `activations`: some hundred instances.
          candidates: names of built-in candidates ("int8", "int4", "int3-g64", "fp8", "mxfp4",
            "nvfp4", "prune-50", "2:4", "rank-25", …), or a mapping of names to functions that
            take a weight and return one of the same shape, or that and its bytes.
          layers: names or patterns ("encoder.*") of modules or weights; None: all weights with
            two dimensions or more.
          score: "kl", the divergence of probabilities (nats) for logits or probabilities;
            "squared error", relative to the mean square of the outputs; or a function of what the
            network gives for a batch, and its `labels`, that returns one number for each instance
            (n,), the higher the better: the damage is what that loses. None: KL for outputs called
            logits, for probabilities, next tokens, and where there are labels; else squared error.
          labels: right answers (n,), handed to `score` batch by batch.
          mask: which tokens count, as for `activations`.
          groups: what each instance was sampled in (n,), as for `dataset`: scans of one image, say,
            or prompts of one document. Intervals and tests then are of these.
          method: "exact", or "gradient": one backward pass over the probe and one pass over the
            weights for each candidate, for networks with too many layers to be run for each.
          max_seconds: when to stop; the largest layers come first then.
          progress: a function of runs done, of all, and seconds left; by default a bar in a
            terminal.

        Returns:
          The names of weights that were left out, and why.

        Raises:
          ArgumentError: the network fails on the inputs, or an argument breaks a rule. Cells that
            cannot be measured are left out, and the page says why.
          ClosedError: the handle or its writer has been closed.
          KeyboardInterrupt: Ctrl-C was pressed; what was measured is logged.
        """
        refused: dict[str, str] = {}

        def log() -> None:
            request = requested(
                net,
                inputs,
                candidates=candidates,
                layers=layers,
                score=score,
                labels=labels,
                mask=mask,
                groups=groups,
                method=method,
                max_seconds=max_seconds,
                progress=progress,
            )
            refused.update(request.refused)
            before = logged_before(self._journal.directory, self._id)
            record = measured(self._id, request, before, self._keep_sensitivity)
            if record is not None:
                self._keep_sensitivity(record)

        self._call(log)
        return refused

    def _keep_sensitivity(self, record: Sensitivity) -> None:
        self._journal.write_chunks(sensitivity_tag(self._id), sensitivity_format.encode(record))
