import { deviation, group as groupBy, median } from "d3-array";

import { STUDENT_T_975, type Metric, type Model } from "../wire.gen";

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

/** The replicates of each model that has some, itself among them; as the server finds them. */
export type Replicates = ReadonlyMap<string, readonly Model[]>;

export function replicatesOf(models: readonly Model[]): Replicates {
  const groups = groupBy(models, (model) => model.replicate_group);
  return new Map(
    models.flatMap(({ key, replicate_group: group }) =>
      group === undefined ? [] : [[key, groups.get(group) ?? []]],
    ),
  );
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

/** What is known of a value: an estimate, or one number that counts as exact. */
export type Known = Estimate | number;

/** Whether the difference of two values is beyond noise, and if so which is larger. */
export type Difference = "larger" | "smaller" | "same" | "cannot tell";

/**
 * `a` against `b` by Welch's test at 95 %, two-sided. Two values without an estimate are exact:
 * they differ or are the same. Source: Welch (1947), https://doi.org/10.1093/biomet/34.1-2.28
 */
export function difference(a: Known, b: Known): Difference {
  const by = valueOf(a) - valueOf(b);
  const reach = differenceReach(a, b);
  if (reach === null) return by === 0 ? "same" : by > 0 ? "larger" : "smaller";
  if (Math.abs(by) <= reach) return "cannot tell";
  return by > 0 ? "larger" : "smaller";
}

/** Half the width of Welch's 95 % interval of `a` − `b`; null where both count as exact. */
export function differenceReach(a: Known, b: Known): number | null {
  return welchReach(spreadOfKnown(a), spreadOfKnown(b));
}

/** The value itself. */
export function valueOf(known: Known): number {
  return typeof known === "number" ? known : known.value;
}

/**
 * Whether two values differ by no more than single repeats of them do, at 95 %: |a − b| ≤
 * t · √(s² + s²), with Welch's degrees of freedom. The repeats of one process share what differs
 * from process to process, so that the mean of many would promise too much. A value that was
 * measured once is taken to vary as the other does; where neither was repeated nothing is known.
 */
export function withinSpread(a: Metric, b: Metric): boolean {
  if (a.value === null || b.value === null) return false;
  const [known, other] = [spreadOfRepeats(a), spreadOfRepeats(b)];
  const [one, two] = [known ?? other, other ?? known];
  const reach = one && two && welchReach(one, two);
  return reach !== null && Math.abs(a.value - b.value) <= reach;
}

/** A variance, and the degrees of freedom with which it is known. */
interface Spread {
  readonly variance: number;
  readonly freedom: number;
}

function spreadOfKnown(known: Known): Spread {
  return typeof known === "number"
    ? { variance: 0, freedom: Infinity }
    : { variance: known.error ** 2, freedom: known.n - 1 };
}

function spreadOfRepeats({ repeats }: Metric): Spread | null {
  const values = repeats.filter((value) => value !== null);
  const variance = (deviation(values) ?? NaN) ** 2;
  return Number.isFinite(variance) ? { variance, freedom: values.length - 1 } : null;
}

/** t · √(variance of the difference), by Welch and Satterthwaite; null where nothing varies. */
function welchReach(a: Spread, b: Spread): number | null {
  const variance = a.variance + b.variance;
  if (variance === 0) return null;
  const freedom = variance ** 2 / (a.variance ** 2 / a.freedom + b.variance ** 2 / b.freedom);
  return studentT975(freedom) * Math.sqrt(variance);
}

/**
 * What 2.5 % of Student's t exceed. Degrees of freedom count from 1; a broken number, as Welch's
 * test gives, is rounded down, and what is beyond the table is its end: both widen.
 */
export function studentT975(degreesOfFreedom: number): number {
  const place = Math.floor(Math.min(degreesOfFreedom, STUDENT_T_975.length));
  return STUDENT_T_975[Math.max(1, place) - 1] ?? NaN;
}
