import { metricFormat } from "./metric_format";
import type { MetricSpec } from "../wire.gen";

/** "higher is better"; null without a goal. */
export function goalWords({ goal }: Pick<MetricSpec, "goal">): string | null {
  return goal && (goal === "max" ? "higher is better" : "lower is better");
}

/** What a tooltip says of a metric: its name as logged, what it measures, its unit, what is better. */
export function metricTip(spec: MetricSpec): string {
  const unit = metricFormat(spec).unit || spec.unit;
  const goal = goalWords(spec);
  return [
    spec.name,
    spec.description,
    unit && `unit: ${unit}`,
    goal ? goal + (spec.guessed ? " (guessed from the name)" : "") : "no goal",
  ]
    .filter(Boolean)
    .join("\n");
}
