import { exactMetric, metricFormat } from "../format/metric_format";
import type { Metric, MetricSpec } from "../wire.gen";

/** "3 measurements, 8.00 to 8.30 ms", or null where there is one. */
export function repeatsText(metric: Metric | undefined, spec: MetricSpec): string | null {
  if (!metric || metric.repeats.length < 2) return null;
  const finite = metric.repeats.filter((value) => value !== null);
  const count = `median of ${metric.repeats.length}`;
  if (finite.length === 0) return count;
  const { bare, full } = metricFormat(spec);
  const lost = metric.repeats.length - finite.length;
  const range = `${count}, ${bare(Math.min(...finite))} to ${full(Math.max(...finite))}`;
  return lost ? `${range}, ${lost} not finite` : range;
}

/** Where and when one metric was measured: "step 5, lab-3, run eval, scalar val/accuracy". */
export function measurementText(metric: Metric): string {
  return [
    metric.step === null ? "" : `step ${metric.step}`,
    metric.host ?? "",
    metric.run ? `run ${metric.run}` : "",
    metric.scalar ? `scalar ${metric.scalar}` : "",
  ]
    .filter(Boolean)
    .join(", ");
}

/** What `measurementText` says of all `metrics` alike; null where they differ or it is empty. */
export function sharedMeasurement(metrics: readonly Metric[]): string | null {
  const [first, ...others] = new Set(metrics.map(measurementText));
  return first && others.length === 0 ? first : null;
}

/** For a tooltip: the number, under which conditions it was measured, and what else to know. */
export function measurementTip(
  metric: Metric | undefined,
  spec: MetricSpec,
  digits?: number,
): string {
  const conditions = Object.entries(metric?.conditions ?? {});
  const lines = conditions.map(([name, value]) => `${name}: ${value}`);
  return [exactMetric(metric, spec, digits), ...lines, metric?.note ?? ""]
    .filter(Boolean)
    .join("\n");
}
