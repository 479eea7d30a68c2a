import type { Lineage } from "../lineage/lineage";
import { fullMetric, metricLabel } from "../format/metric_format";
import { spokenOperation } from "../format/operation_words";
import { standingText } from "../labels/standing";
import type { MetricSpec, Model } from "../wire.gen";

/** Ids that more than one model has. */
export function ambiguousIds(models: readonly Model[]): Set<string> {
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const { id } of models) (seen.has(id) ? twice : seen).add(id);
  return twice;
}

/** "prune-50, magnitude prune amount 0.5, accuracy 0.91, child of dense", for screen readers. */
export function spokenModel(
  model: Model,
  lineage: Lineage,
  metric: MetricSpec | null,
  ambiguous: ReadonlySet<string>,
): string {
  const value = metric ? model.metrics[metric.name] : undefined;
  const parts = [
    model.id,
    ambiguous.has(model.id) && model.run !== null ? `run ${model.run}` : "",
    spokenOperation(model.operation),
    standingText(model, Date.now()),
    metric && value ? `${metricLabel(metric)} ${fullMetric(value, metric)}` : "",
    parentsText(model, lineage),
  ];
  return parts.filter((part) => part !== "").join(", ");
}

/** "child of dense and small (assumed)"; "" for roots. */
export function parentsText(model: Model, lineage: Lineage): string {
  const names = model.parents.flatMap((key) => {
    const parent = lineage.nodes.get(key)?.model;
    if (!parent) return [];
    return [model.assumed?.includes(key) ? `${parent.id} (assumed)` : parent.id];
  });
  return names.length > 0 ? `child of ${names.join(" and ")}` : "";
}
