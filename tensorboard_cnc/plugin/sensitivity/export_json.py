"""An allocation of the front as text for a toolkit."""

from __future__ import annotations

from tensorboard_cnc import wire
from tensorboard_cnc.analysis.sensitivity.exports import exported
from tensorboard_cnc.analysis.sensitivity.profile import Profile
from tensorboard_cnc.plugin.questions import SensitivityQuestion
from tensorboard_cnc.plugin.responses import BadRequestError
from tensorboard_cnc.records.sensitivity import KEPT


def export_json(question: SensitivityQuestion, profile: Profile) -> wire.SensitivityExport:
    """The text after so many steps.

    Raises:
      BadRequestError: 404, the front has fewer.
    """
    steps = len(profile.front.steps)
    if question.steps > steps:
        raise BadRequestError(404, f"The front has {steps:,} steps, fewer than {question.steps:,}")
    chosen = profile.front.after(question.steps)
    allocation = {
        layer.name: profile.record.candidates[candidate].name
        for layer, candidate in zip(profile.record.layers, chosen.tolist(), strict=True)
        if candidate != KEPT
    }
    return {"format": question.format, "text": exported(allocation, question.format)}
