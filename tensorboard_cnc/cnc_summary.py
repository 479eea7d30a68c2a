"""Logs models for the *Compress & Compare* tab: everything that a training script calls.

::

    from tensorboard_cnc import cnc_summary

    prune = cnc_summary.operation("magnitude prune", amount=0.5, scope="global")
    with cnc_summary.model(writer, "prune-50", parents="dense", operation=prune) as m:
        m.metrics({"accuracy": 0.913, "latency_ms": [8.1, 8.3, 8.0]}, step=epoch)

Annotate with `Model`, `MetricSpec`, `Operation`, `Writer`: ``def train(m: cnc_summary.Model)``.
docs/logging.md has the details. Whatever goes wrong raises a `tensorboard_cnc.errors.CncError`.
"""

from tensorboard_cnc.efficiency.efficiency import Efficiency
from tensorboard_cnc.efficiency.measuring import measure
from tensorboard_cnc.records.models import MetricSpec, Operation
from tensorboard_cnc.writer.accepted_writers import Writer
from tensorboard_cnc.writer.edit import edit
from tensorboard_cnc.writer.instances.dataset import dataset
from tensorboard_cnc.writer.instances.evaluation import Evaluation
from tensorboard_cnc.writer.metric import define_metrics, metric
from tensorboard_cnc.writer.model import attach, model
from tensorboard_cnc.writer.model_handle import ModelHandle
from tensorboard_cnc.writer.operation import operation
from tensorboard_cnc.writer.policy import on_error
from tensorboard_cnc.writer.sensitivity.network_damage import damage
from tensorboard_cnc.writer.uncertain_value import UncertainValue, value

Model = ModelHandle

__all__ = [
    "Efficiency",
    "Evaluation",
    "MetricSpec",
    "Model",
    "ModelHandle",
    "Operation",
    "UncertainValue",
    "Writer",
    "attach",
    "damage",
    "dataset",
    "define_metrics",
    "edit",
    "measure",
    "metric",
    "model",
    "on_error",
    "operation",
    "value",
]
