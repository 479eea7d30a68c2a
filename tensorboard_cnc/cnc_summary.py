"""Logs compressed models into event files; the Compress & Compare tab shows them.

::

    from tensorboard_cnc import cnc_summary

    prune = cnc_summary.operation("magnitude prune", amount=0.5)
    with cnc_summary.model(writer, "prune-50", parents="dense", operation=prune) as m:
        m.metrics({"accuracy": 0.913, "latency_ms": [8.1, 8.3, 8.0]}, step=epoch)
"""

from tensorboard_cnc.writer.metric import metric
from tensorboard_cnc.writer.model_handle import ModelHandle
from tensorboard_cnc.writer.models import attach, define_metrics, model
from tensorboard_cnc.writer.operation import operation
from tensorboard_cnc.writer.policy import on_error

__all__ = [
    "ModelHandle",
    "attach",
    "define_metrics",
    "metric",
    "model",
    "on_error",
    "operation",
]
