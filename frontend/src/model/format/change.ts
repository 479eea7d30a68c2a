import { format as d3Format } from "d3-format";

import { verdictOf, type Verdict } from "../claims/changes";
import { caveatOf } from "../metrics/conditions";
import { metricFormat } from "./metric_format";
import { difference, exactly, knownOf, ONE_PAIR, type Known, type Noise } from "../metrics/known";
import type { MetricSpec, Model } from "../wire.gen";

export interface Change {
  /** Whether `amount` is in percentage points, per cent of the reference, or the metric's unit. */
  kind: "points" | "relative" | "absolute";
  amount: number;
  /** Null where the metric has no goal, and where the two should not be compared. */
  verdict: Verdict | null;
  /** Why the two should not be compared, where that is so. */
  caveat?: string;
}

/**
 * How `model` differs from `reference`: in points for shares and percentages, relative for
 * everything else on one side of zero; null where one of the two lacks a finite value, or units are mixed.
 */
export function changeBetween(
  model: Model,
  reference: Model | null | undefined,
  spec: MetricSpec,
  { replicates, comparisons }: Noise = ONE_PAIR,
): Change | null {
  if (!reference) return null;
  const [value, from] = [model, reference].map((one) =>
    knownOf(one, spec, replicates.get(one.key)),
  );
  if (!value || !from || spec.mixed) return null;
  const change = changeOfKnown(value, from, spec, comparisons);
  const caveat = caveatOf(model.metrics[spec.name], reference.metrics[spec.name], spec);
  return caveat ? { ...change, verdict: null, caveat } : change;
}

/** The change from one number to another, both exact. */
export function changeOfNumbers(value: number, from: number, spec: MetricSpec): Change {
  return changeOfKnown(exactly(value), exactly(from), spec, 1);
}

function changeOfKnown(a: Known, b: Known, spec: MetricSpec, comparisons: number): Change {
  const [value, from] = [a.value, b.value];
  const by = Math.abs(value - from) <= noiseOf(value, from) ? 0 : value - from;
  const verdict = judged(by, a, b, spec, comparisons);
  if (isShare(spec)) {
    return { kind: "points", amount: by * (usesPercentUnit(spec) ? 1 : 100), verdict };
  }
  // Of zero, and across it, a share says nothing.
  const isAcross = from === 0 || Math.sign(value) === -Math.sign(from);
  if (isAcross) return { kind: "absolute", amount: by, verdict };
  return { kind: "relative", amount: (by / Math.abs(from)) * 100, verdict };
}

/** "−7.0 pt", "−83 %", "×12", "±0": signed, two or three digits. */
export function changeText(change: Change, spec: MetricSpec): string {
  const { kind, amount } = change;
  if (amount === 0) return "±0";
  // The difference of two finite numbers may be beyond all numbers.
  if (!Number.isFinite(amount)) return amount > 0 ? "+∞" : "−∞";
  if (kind === "absolute") {
    const text = metricFormat(spec).full(amount);
    return amount > 0 ? `+${text}` : text;
  }
  // Only a negative number can fall by more than itself.
  if (kind === "relative" && Math.abs(amount) >= 900)
    return `×${factor(Math.abs(amount) / 100 + 1)}`;
  return `${signed(amount)}\u202f${kind === "points" ? "pt" : "%"}`;
}

/** What two ways of computing the same number may differ by. */
function noiseOf(a: number, b: number): number {
  return 1e-12 * Math.max(Math.abs(a), Math.abs(b));
}

function judged(
  by: number,
  a: Known,
  b: Known,
  { goal }: MetricSpec,
  comparisons: number,
): Verdict | null {
  const isBound = a.bound !== null || b.bound !== null;
  const seen = by === 0 || goal === null ? "same" : difference(a, b, comparisons);
  return verdictOf({ by, goal, seen, isBound });
}

function isShare(spec: MetricSpec): boolean {
  return usesPercentUnit(spec) || metricFormat(spec).unit === "%" || isUnitRange(spec);
}

function usesPercentUnit(spec: MetricSpec): boolean {
  return spec.unit.trim() === "%" && !spec.format.endsWith("%");
}

function isUnitRange(spec: MetricSpec): boolean {
  return spec.low === 0 && spec.high === 1;
}

/** Beyond this, digits are harder to count than to read as an exponent. */
const LARGE = 1e6;

function factor(times: number): string {
  return d3Format(times >= LARGE ? ".1e" : times >= 1000 ? ",.0f" : ".3~r")(times);
}

function signed(amount: number): string {
  const size = Math.abs(amount);
  if (size >= LARGE) return d3Format("+.1e")(amount);
  if (size < 0.0005) return "≈0";
  return d3Format(size < 0.01 ? "+.1r" : size < 1 ? "+.2r" : "+.3r")(amount);
}
