import { isBytes, isPercent } from "../format/metric_format";
import type { MetricSpec } from "../wire.gen";

/** Names of metrics that are shares of one, or of a hundred where some value is above one. */
const SHARE = /(^|[^a-z])(acc|accuracy|f1|precision|recall|auc|auroc|iou|dice|sparsity)([^a-z]|$)/i;
const TIME = /^(n|µ|u|m)?s(ec(onds?)?)?$/;

/**
 * The ends of what a metric can be, as far as its spec or its name says; values beyond them show
 * that it says nothing.
 */
export function possibleRange(spec: MetricSpec, values: readonly number[]): [number, number] {
  const [low, high] = saidRange(spec, values);
  return values.every((value) => value >= low && value <= high)
    ? [low, high]
    : [-Infinity, Infinity];
}

function saidRange(spec: MetricSpec, values: readonly number[]): [number, number] {
  const { low, high } = spec;
  if (low !== null || high !== null) return [low ?? -Infinity, high ?? Infinity];
  if (isPercent(spec)) return [0, 1];
  if (SHARE.test(spec.name)) return [0, values.some((value) => value > 1) ? 100 : 1];
  if (isBytes(spec) || TIME.test(spec.unit.trim())) return [0, Infinity];
  return [-Infinity, Infinity];
}
