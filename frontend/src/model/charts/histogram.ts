import { axisScale, type AxisScale } from "./axis_scale";

/** Counts of values in bins of equal width on a linear or logarithmic axis. */
export interface Histogram {
  readonly axis: AxisScale;
  /** Counts from the low end to the high end; they add up to the number of values. */
  readonly counts: readonly number[];
  readonly largest: number;
}

/** The histogram of `values` in `bins` bins; `axis` gives the same bins for part of the values. */
export function histogram(
  values: readonly number[],
  bins: number,
  axis: AxisScale = axisScale(values, "auto", 3),
): Histogram {
  const counts = new Array<number>(bins).fill(0);
  for (const value of values) {
    const bin = Math.floor(axis.share(value) * bins);
    const inside = Math.min(Math.max(bin, 0), bins - 1);
    counts[inside] = (counts[inside] ?? 0) + 1;
  }
  return { axis, counts, largest: Math.max(1, ...counts) };
}
