import { changeText } from "../format/change";
import { metricFormat, NOT_LOGGED } from "../format/metric_format";
import { measureSpec } from "../metrics/measure";
import type { BehaviorMeasure } from "../wire.gen";

/** A mean of the measure: "95.1 %", "0.124 nats". */
export function meanText(value: number | null | undefined, measure: BehaviorMeasure): string {
  return value == null ? NOT_LOGGED : metricFormat(measureSpec(measure)).full(value);
}

/** "−7.0 pt" of a rate, "+0.31 nats" of anything else. */
export function differenceText(change: number | null, measure: BehaviorMeasure): string {
  if (change === null) return NOT_LOGGED;
  const [kind, amount] = measure.rate
    ? (["points", change * 100] as const)
    : (["absolute", change] as const);
  return changeText({ kind, amount, verdict: null }, measureSpec(measure));
}
