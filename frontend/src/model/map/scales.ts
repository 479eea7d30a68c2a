import { openWords } from "../claims/changes";
import type { Noise } from "../metrics/known";
import { quantileSorted } from "d3-array";

import { changeBetween, changeText, type Change } from "../format/change";
import type { RampKind } from "../colour/palette";
import { metricFormat } from "../format/metric_format";
import {
  isCrowdedAtBest,
  nearBestShare,
  nearBestValue,
  type BetterEnd,
  type Resolution,
} from "../tradeoffs/near_best";
import type { MetricSpec, Model } from "../wire.gen";

/** Values of one metric, or their changes against the parents, to strength of colour. */
export interface ColourScale {
  readonly kind: RampKind;
  readonly spec: MetricSpec;
  /** Null where there is none, or no finite one. */
  readonly valueOf: (model: Model) => number | null;
  /** A value as it is written. */
  readonly text: (value: number) => string;
  readonly low: number;
  readonly high: number;
  /** Whether values beyond an end exist and share its colour. */
  readonly clampedLow: boolean;
  readonly clampedHigh: boolean;
  readonly better: BetterEnd;
  /**
   * 0 (pale) … 1 (strong). The better end is strong; without direction the high end is. Of changes,
   * ½ is none.
   */
  readonly strength: (value: number) => number;
  /** How the colours share out the range; null where that cannot be chosen. */
  readonly resolution: Resolution | null;
  /** Values inside the range that a legend gives, where they are not evenly spread. */
  readonly ticks: readonly number[];
}

/** Values of one metric to node radius, by area. */
export interface SizeScale {
  readonly spec: MetricSpec;
  /** Radius in px at zoom 1. */
  readonly radius: (value: number) => number;
  /** Two or three round values, ascending, for a legend. */
  readonly examples: readonly number[];
}

/** The finite value of a metric; null where it was not logged or is not finite. */
export function metricValue(model: Model, metric: string): number | null {
  return model.metrics[metric]?.value ?? null;
}

/** All finite values of a metric, ascending. */
export function metricValues(models: readonly Model[], metric: string): number[] {
  const values = models.map((model) => metricValue(model, metric));
  return values.filter((value) => value !== null).sort((a, b) => a - b);
}

/**
 * Ends of `sorted` without far outliers: values more than three interquartile ranges beyond the
 * quartiles (Tukey's "far out") would flatten all other differences.
 */
export function robustDomain(sorted: number[]): [number, number] {
  const low = sorted[0] ?? 0;
  const high = sorted[sorted.length - 1] ?? low;
  if (sorted.length < 5) return [low, high];
  const first = quantileSorted(sorted, 0.25) ?? low;
  const third = quantileSorted(sorted, 0.75) ?? high;
  const reach = 3 * (third - first);
  if (reach === 0) return [low, high];
  const inside = sorted.filter((value) => value >= first - reach && value <= third + reach);
  const outside = sorted.length - inside.length;
  // More than a few are no outliers but the other half of the story.
  if (outside > Math.max(1, sorted.length / 10)) return [low, high];
  return [inside[0] ?? low, inside[inside.length - 1] ?? high];
}

/** Strengths of which a legend gives the values, where they are not evenly spread. */
const TICKS = [0.25, 0.5, 0.75];

/**
 * Null where no model has a finite value. By itself ("auto") it is finer near the best where many
 * values are crowded there.
 */
export function colourScale(
  models: readonly Model[],
  spec: MetricSpec,
  chosen: Resolution | "auto" = "even",
): ColourScale | null {
  const sorted = metricValues(models, spec.name);
  if (sorted.length === 0) return null;
  const [low, high] = robustDomain(sorted);
  const better = betterEnd(spec);
  const crowded = () => isCrowdedAtBest(sorted, low, high, better);
  const isFiner = chosen === "best" || (chosen === "auto" && crowded());
  const resolution =
    better && Number.isFinite(high - low) && high > low ? (isFiner ? "best" : "even") : null;
  const finer = resolution === "best" ? better : null;
  const strength = (value: number): number => {
    if (finer) return nearBestShare(value, low, high, finer);
    const share = high > low ? shareOf(value, low, high) : 0.6;
    return better === "low" && high > low ? 1 - share : share;
  };
  return {
    kind: "value",
    spec,
    valueOf: (model) => metricValue(model, spec.name),
    text: (value) => metricFormat(spec).full(value),
    low,
    high,
    clampedLow: sorted[0]! < low,
    clampedHigh: sorted[sorted.length - 1]! > high,
    better,
    strength,
    resolution,
    ticks: finer ? TICKS.map((share) => nearBestValue(share, low, high, finer)) : [],
  };
}

/**
 * Changes against the main parent, as far to one side of none as to the other; null where there are
 * none. What noise may have made is none. They are in points or per cent; where a parent has 0 there is no percentage.
 */
export function changeScale(
  models: readonly Model[],
  spec: MetricSpec,
  parentOf: (model: Model) => Model | undefined,
  noise: Noise,
): ColourScale | null {
  const changes = new Map<Model, Change>();
  for (const model of models) {
    const change = changeBetween(model, parentOf(model), spec, noise);
    if (!change || !Number.isFinite(change.amount)) continue;
    // What noise may have made has the colour of no change.
    const isOpen = change.verdict !== null && openWords(change.verdict) !== "";
    changes.set(model, isOpen ? { ...change, amount: 0 } : change);
  }
  const [first] = changes.values();
  if (!first) return null;
  const kind =
    [...changes.values()].find((change) => change.kind !== "absolute")?.kind ?? first.kind;
  const known = [...changes].filter(([, change]) => change.kind === kind);
  const sorted = known.map(([, { amount }]) => amount).sort((a, b) => a - b);
  const [least, most] = robustDomain(sorted);
  const reach = Math.max(Math.abs(least), Math.abs(most));
  const better = betterEnd(spec);
  const amounts = new Map(known.map(([model, { amount }]) => [model, amount]));
  return {
    kind: "change",
    spec,
    valueOf: (model) => amounts.get(model) ?? null,
    text: (amount) => changeText({ kind, amount, verdict: null }, spec),
    low: -reach,
    high: reach,
    clampedLow: (sorted[0] ?? 0) < -reach,
    clampedHigh: (sorted[sorted.length - 1] ?? 0) > reach,
    better,
    strength: (amount) => {
      const share = reach > 0 ? shareOf(amount, -reach, reach) : 0.5;
      return better === "low" ? 1 - share : share;
    },
    resolution: null,
    ticks: [],
  };
}

function betterEnd({ goal }: MetricSpec): BetterEnd {
  return goal === "max" ? "high" : goal === "min" ? "low" : null;
}

/** Where `value` lies between `low` (0) and `high` (1). */
function shareOf(value: number, low: number, high: number): number {
  // The distance between two finite numbers may be beyond all numbers; between halves it is not.
  const scale = Number.isFinite(high - low) ? 1 : 0.5;
  const share = (value * scale - low * scale) / (high * scale - low * scale);
  return Math.min(1, Math.max(0, share));
}

/** Smallest radius, as a share of the largest and in px at zoom 1: a node never vanishes. */
const LEAST = 0.32;
const LEAST_PX = 2.2;

/** Null where no model has a finite value. */
export function sizeScale(
  models: readonly Model[],
  spec: MetricSpec,
  largest: number,
): SizeScale | null {
  const sorted = metricValues(models, spec.name);
  if (sorted.length === 0) return null;
  const [low, high] = robustDomain(sorted);
  // Areas are read from zero; values below zero have none, so there the range itself is shown.
  const zero = low < 0 ? low : 0;
  const radius = (value: number): number => {
    const share = high > zero ? shareOf(value, zero, high) : 1;
    return Math.max(largest * Math.max(LEAST, Math.sqrt(share)), Math.min(largest, LEAST_PX));
  };
  return { spec, radius, examples: roundExamples(low, high, zero) };
}

function roundExamples(low: number, high: number, zero: number): number[] {
  if (zero < 0 || high <= 0) return low < high ? [low, high] : [high];
  const large = roundDown(high);
  const least = Math.max(low, high * LEAST * LEAST);
  const small = roundDown(Math.max(least, large / 10) * 1.0001);
  const middle = roundDown(Math.sqrt(small * large));
  return [...new Set([small, middle, large])].filter((value) => value > 0);
}

/** The largest of 1, 2, 5 × 10ⁿ that is not above `value`. */
function roundDown(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  const lead = value / power;
  return (lead >= 5 ? 5 : lead >= 2 ? 2 : 1) * power;
}
