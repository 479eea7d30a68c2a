import { deviation } from "d3-array";

import { studentT975 } from "./student_t";
import type { Metric } from "../wire.gen";

/** How much single repeats of one measurement vary. */
interface Spread {
  readonly variance: number;
  readonly freedom: number;
}

/**
 * Whether two values differ by no more than single repeats of them do, at 95 %: |a − b| ≤
 * t · √(s² + s²), with Welch's degrees of freedom. The repeats of one process share what differs
 * from process to process, so that the mean of many would promise too much. A value that was
 * measured once is taken to vary as the other does; where neither was repeated nothing is known.
 */
export function withinSpread(a: Metric, b: Metric): boolean {
  if (a.value === null || b.value === null) return false;
  const [known, other] = [spreadOf(a), spreadOf(b)];
  const [one, two] = [known ?? other, other ?? known];
  if (!one || !two) return false;
  const variance = one.variance + two.variance;
  if (variance === 0) return false;
  const freedom =
    variance ** 2 / (one.variance ** 2 / one.freedom + two.variance ** 2 / two.freedom);
  return Math.abs(a.value - b.value) <= studentT975(freedom) * Math.sqrt(variance);
}

function spreadOf({ repeats }: Metric): Spread | null {
  const values = repeats.filter((value) => value !== null);
  const variance = (deviation(values) ?? NaN) ** 2;
  return Number.isFinite(variance) ? { variance, freedom: values.length - 1 } : null;
}
