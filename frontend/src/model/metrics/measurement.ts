import { exactMetric, metricFormat } from "../format/metric_format";
import { TIP_DIGITS } from "../format/numbers";
import type { Metric, MetricSpec, Model } from "../wire.gen";

/** "[69.0–73.0]", the interval that was logged with a number; "" where there is none. */
export function intervalText(metric: Metric | undefined, spec: MetricSpec): string {
  if (!metric?.interval) return "";
  const { bare } = metricFormat(spec);
  return `[${bare(metric.interval.low)}–${bare(metric.interval.high)}]`;
}

/** "95 %: 69.0 to 73.0 %" of a logged interval, and what a bound is; "" where there is neither. */
export function uncertaintyText(metric: Metric | undefined, spec: MetricSpec): string {
  const { bare, full } = metricFormat(spec);
  const { interval, bound } = metric ?? {};
  const percent = interval && Number((interval.level * 100).toPrecision(3));
  return [
    interval && `${percent}\u202f%: ${bare(interval.low)} to ${full(interval.high)}`,
    bound && `a bound: the true value is ${bound === "≥" ? "at least" : "at most"} this`,
  ]
    .filter(Boolean)
    .join(", ");
}

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

/** "best of the scalar val/acc, step 400"; "" of what was logged itself. */
export function scalarText(metric: Metric | undefined, spec: MetricSpec): string {
  if (!metric?.scalar) return "";
  const { scalar, step } = metric;
  if (spec.summary?.startsWith("at:")) return `the scalar ${scalar} at step ${step}`;
  return `${spec.summary ?? "last"} of the scalar ${scalar}${step === null ? "" : `, step ${step}`}`;
}

/** For a tooltip: the number, under which conditions it was measured, and what else to know. */
export function measurementTip(
  metric: Metric | undefined,
  spec: MetricSpec,
  digits?: number,
): string {
  const conditions = Object.entries(metric?.conditions ?? {});
  const lines = conditions.map(([name, value]) => `${name}: ${value}`);
  const uncertain = uncertaintyText(metric, spec);
  const value = exactMetric(metric, spec, digits);
  return [value, uncertain, scalarText(metric, spec), ...lines, metric?.note ?? ""]
    .filter(Boolean)
    .join("\n");
}

/** Values that differ by less than this share differ by how they were computed. */
const NOISE_DIGITS = 12;

/** How many digits a tooltip needs so that different ones of `values` look different. */
export function distinguishingDigits(values: readonly number[]): number {
  const different = new Set(values.map((value) => value.toPrecision(NOISE_DIGITS))).size;
  let digits = TIP_DIGITS;
  while (digits < NOISE_DIGITS) {
    if (new Set(values.map((value) => value.toPrecision(digits))).size === different) break;
    digits++;
  }
  return digits;
}

const known = new WeakMap<readonly Model[], Map<string, number>>();

/** As many digits as tell the values of `metric` of these models apart. */
export function digitsAmong(models: readonly Model[], metric: string): number {
  let digits = known.get(models);
  if (!digits) known.set(models, (digits = new Map<string, number>()));
  let own = digits.get(metric);
  if (own === undefined) {
    own = distinguishingDigits(models.flatMap(({ metrics }) => metrics[metric]?.value ?? []));
    digits.set(metric, own);
  }
  return own;
}

/** Which way is better, in words and beside an axis. */
export const GOAL_WORDS = { max: "higher is better", min: "lower is better" } as const;
export const GOAL_MARKS = { max: "↑ better", min: "↓ better" } as const;
/** Of an axis that points away from the goal. */
export const AWAY = "worse the higher up";

/** "higher is better"; null without a goal. */
export function goalWords({ goal }: Pick<MetricSpec, "goal">): string | null {
  return goal && GOAL_WORDS[goal];
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
