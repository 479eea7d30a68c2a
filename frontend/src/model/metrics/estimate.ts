import { deviation, group as groupBy, median } from "d3-array";

import type { Metric, Model } from "../wire.gen";
import { studentT975 } from "./student";

/** A value with an interval, and how well it is known. */
export interface Estimate {
  /** Median of the repeats; for replicates, of the replicates' values. */
  readonly value: number;
  /** The 95 % interval around `value`. */
  readonly low: number;
  readonly high: number;
  /** Standard error of `value`, and its degrees of freedom. */
  readonly error: number;
  readonly freedom: number;
  /** How much one measurement varies; of a logged interval, as much as the value itself. */
  readonly single: Spread;
  /** How many repeats or replicates it is made of, from 2; 1 where the interval was logged. */
  readonly n: number;
  readonly source: "repeats" | "replicates" | "interval";
}

/** A variance, and the degrees of freedom with which it is known. */
export interface Spread {
  readonly variance: number;
  readonly freedom: number;
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

/**
 * The estimate of a metric: from its finite values in all replicates, itself among them, where
 * there are two or more, because reruns vary in whatever else varies, and more; else as it was
 * logged; else from the repeats. Null where there is one value, or none that is finite.
 */
export function estimateOf(metric: Metric, replicates: readonly number[] = []): Estimate | null {
  if (metric.value === null) return null;
  if (replicates.length > 1) return sampleEstimate(replicates, "replicates");
  return loggedEstimate(metric) ?? sampleEstimate(finiteRepeats(metric), "repeats");
}

function finiteRepeats({ repeats }: Metric): number[] {
  return repeats.filter((value) => value !== null);
}

/** What 97.5 % of a normal distribution are below. */
const NORMAL_975 = 1.959964;
/** How far an interval of a level reaches, in standard errors, for the levels that are in use. */
const REACHES: readonly (readonly [level: number, reach: number])[] = [
  [0.5, 0.67449],
  [0.68, 0.994458],
  [0.8, 1.281552],
  [0.9, 1.644854],
  [0.95, NORMAL_975],
  [0.98, 2.326348],
  [0.99, 2.575829],
  [0.999, 3.290527],
];

/** The interval that was logged, at 95 %; its longer side counts for both. */
function loggedEstimate({ value, interval }: Metric): Estimate | null {
  if (value === null || !interval) return null;
  const { low, high, level } = interval;
  // Of a level between two known ones the shorter reach counts, which widens.
  const reach = REACHES.findLast(([known]) => known <= level + 1e-9)?.[1] ?? REACHES[0]![1];
  const error = Math.max(value - low, high - value) / reach;
  if (!Number.isFinite(error) || error < 0) return null;
  const single = { variance: error ** 2, freedom: Infinity };
  const times = NORMAL_975 / reach;
  return {
    value,
    low: value - (value - low) * times,
    high: value + (high - value) * times,
    error,
    freedom: Infinity,
    single,
    n: 1,
    source: "interval",
  };
}

/** From so many values on, ranks alone give an interval of the median at 95 %. */
const RANKED = 6;

/**
 * The estimate of a sample's median; null of fewer than two values.
 *
 * From six values on the interval lies between two ranks that hold the median at 95 % whatever the
 * distribution, so that an outlier moves nothing (binomial; David & Nagaraja, Order Statistics,
 * 7.1). Of fewer it is median ± t · √(π/2) · s / √n, Student's; of two the median is the mean.
 */
export function sampleEstimate(
  values: readonly number[],
  source: "repeats" | "replicates",
): Estimate | null {
  const n = values.length;
  if (n < 2) return null;
  const estimate = n < RANKED ? ofFew(values) : ofRanks(values);
  return Number.isFinite(estimate.error) ? { ...estimate, n, source } : null;
}

type Sampled = Omit<Estimate, "n" | "source">;

/** A normal sample's median varies at most √(π/2) times as much as its mean. */
const MEDIAN_TO_MEAN = Math.sqrt(Math.PI / 2);

function ofFew(values: readonly number[]): Sampled {
  const n = values.length;
  const value = median(values) ?? NaN;
  const single = spreadOf(values) ?? { variance: NaN, freedom: 0 };
  const error = Math.sqrt(single.variance / n) * (n > 2 ? MEDIAN_TO_MEAN : 1);
  const reach = studentT975(n - 1) * error;
  return { value, low: value - reach, high: value + reach, error, freedom: n - 1, single };
}

function ofRanks(values: readonly number[]): Sampled {
  const sorted = [...values].sort((a, b) => a - b);
  const n = sorted.length;
  const rank = medianRank(n);
  const value = median(values) ?? NaN;
  const [low, high] = [sorted[rank] ?? NaN, sorted[n - 1 - rank] ?? NaN];
  const error = Math.max(value - low, high - value) / studentT975(n - 1);
  const single = spreadOf(values) ?? { variance: NaN, freedom: 0 };
  return { value, low, high, error, freedom: n - 1, single };
}

/** From the median of so many on, the normal approximation is as good as the sum. */
const SUMMED = 200;

/** The rank, from 0, above which of `n` values, and below which from the top, the median is at 95 %. */
function medianRank(n: number): number {
  if (n > SUMMED) return Math.floor(n / 2 - (NORMAL_975 / 2) * Math.sqrt(n)) - 1;
  let term = 0.5 ** n;
  let below = term;
  let rank = 0;
  while (below + (term * (n - rank)) / (rank + 1) <= 0.025) {
    term *= (n - rank) / (rank + 1);
    below += term;
    rank++;
  }
  return rank;
}

/** The median of absolute deviations of a normal distribution is so many times below its s. */
const NORMAL_MAD = 1.4826;
/** It knows s as well as so large a part of the values would. */
const MAD_EFFICIENCY = 0.37;

/**
 * How much single ones of `values` vary: from six on by the median of their absolute deviations,
 * which an outlier does not move; null of fewer than two, and beyond all numbers.
 */
export function spreadOf(values: readonly number[]): Spread | null {
  const n = values.length;
  if (n < RANKED) {
    const variance = (deviation(values) ?? NaN) ** 2;
    return Number.isFinite(variance) ? { variance, freedom: n - 1 } : null;
  }
  const middle = median(values) ?? NaN;
  const away = median(values, (value) => Math.abs(value - middle)) ?? NaN;
  const variance = (away * NORMAL_MAD * (n / (n - 0.8))) ** 2;
  return Number.isFinite(variance) ? { variance, freedom: MAD_EFFICIENCY * (n - 1) } : null;
}
