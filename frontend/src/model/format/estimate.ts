import { deviation, median } from "d3-array";

import { studentT975 } from "./student_t";
import type { Model } from "../wire.gen";

/** A value that was measured more than once, and how well it is known. */
export interface Estimate {
  /** Median of the repeats; for replicates, of the replicates' values. */
  value: number;
  /** The 95 % interval around `value`. */
  low: number;
  high: number;
  /** Standard error of `value`. */
  error: number;
  /** How many repeats or replicates it is made of, from 2. */
  n: number;
  source: "repeats" | "replicates";
}

/** A normal sample's median varies at most √(π/2) times as much as its mean. */
const MEDIAN_TO_MEAN = Math.sqrt(Math.PI / 2);

/**
 * The estimate of `model`'s `metric`: from `group`, all its replicates and itself, where at least
 * two of them have a finite value, because reruns vary in whatever repeats vary, and more; else
 * from the repeats. Null where the model has no finite value or it was measured once.
 *
 * The interval is value ± t · √(π/2) · s / √n with n − 1 degrees of freedom: Student's, around the
 * median. Of two measurements median and mean are one, and the factor √(π/2) is left out.
 */
export function estimateOf(
  model: Model,
  metric: string,
  group: readonly Model[] = [],
): Estimate | null {
  const measured = model.metrics[metric];
  if (measured?.value == null) return null;
  const values = group.flatMap((replicate) => replicate.metrics[metric]?.value ?? []);
  if (values.length > 1) return sampleEstimate(values, "replicates");
  const repeats = measured.repeats.filter((value) => value !== null);
  return sampleEstimate(repeats, "repeats");
}

/** The estimate of a sample's median; null of fewer than two values. */
export function sampleEstimate(
  values: readonly number[],
  source: Estimate["source"],
): Estimate | null {
  const n = values.length;
  if (n < 2) return null;
  const value = median(values) ?? NaN;
  const error = ((deviation(values) ?? NaN) / Math.sqrt(n)) * (n > 2 ? MEDIAN_TO_MEAN : 1);
  // Squares of finite numbers may be beyond all numbers.
  if (!Number.isFinite(error)) return null;
  const reach = studentT975(n - 1) * error;
  return { value, low: value - reach, high: value + reach, error, n, source };
}
