"""What limits a comparison, in words."""

from __future__ import annotations

from tensorboard_cnc import wire
from tensorboard_cnc.plugin.behaviors.comparison import Comparison


def remarks(comparison: Comparison) -> list[wire.BehaviorNote]:
    """What limits the comparison, model by model."""
    kind = comparison.truth.kind
    found: list[wire.BehaviorNote] = []
    if comparison.instances.dataset is None:
        found.append(
            {
                "message": "No run has logged this data set; instances are compared by id.",
                "remedy": "Log it once with cnc_summary.dataset(writer, name, ids, labels=…).",
            }
        )
    for key, record in comparison.records.items():
        if contradicted := comparison.evaluations[key].contradicted:
            found.append(
                {
                    "message": f"{contradicted:,} of its {len(record.ids):,} answers were logged "
                    "as right or wrong by other labels than those of the data set, which count "
                    "here.",
                    "remedy": "Pass ids and labels in the same order, or log its predictions under "
                    "another data set's name.",
                    "model": key,
                }
            )
        if record.kind not in (kind, "scores"):
            found.append(
                {
                    "message": f"Its answers are {record.kind}, not {kind}; only its scores count.",
                    "remedy": "Log its predictions in the same form as those of the others.",
                    "model": key,
                }
            )
        elif record.dropped:
            what = ", ".join(record.dropped)
            found.append(
                {
                    "message": f"Its predictions lack what did not fit into max_bytes: {what}.",
                    "remedy": "Log with a larger max_bytes= to keep them.",
                    "model": key,
                }
            )
    return found
