import { format as d3Format } from "d3-format";

import { caveatOf } from "../metrics/conditions";
import { metricFormat } from "./metric_format";
import { withinSpread } from "../metrics/estimate";
import type { Metric, MetricSpec } from "../wire.gen";

/** "within spread": single repeats of the two vary as much, see `withinSpread`. */
export type Verdict = "better" | "worse" | "same" | "within spread";

export interface Change {
  /** Whether `amount` is in percentage points, per cent of the reference, or the metric's unit. */
  kind: "points" | "relative" | "absolute";
  amount: number;
  /** Null where the metric has no goal. */
  verdict: Verdict | null;
  /** Why the two should not be compared, where that is so. */
  caveat?: string;
}

/**
 * How `metric` differs from `reference`: in points for shares and percentages, relative for
 * everything else; null where one of the two is missing or not finite.
 */
export function changeOf(
  metric: Metric | undefined,
  reference: Metric | undefined,
  spec: MetricSpec,
): Change | null {
  const change = plainChange(metric, reference, spec);
  const caveat = change && caveatOf(metric, reference, spec);
  return caveat ? { ...change, caveat } : change;
}

function plainChange(
  metric: Metric | undefined,
  reference: Metric | undefined,
  spec: MetricSpec,
): Change | null {
  const value = metric?.value;
  const from = reference?.value;
  if (!metric || !reference || value == null || from == null) return null;
  const difference = Math.abs(value - from) <= noiseOf(value, from) ? 0 : value - from;
  const sure = verdictOf(difference, spec);
  const unsure = sure !== null && sure !== "same" && withinSpread(metric, reference);
  const verdict = unsure ? "within spread" : sure;
  if (isShare(spec)) {
    const scale = usesPercentUnit(spec) ? 1 : 100;
    return { kind: "points", amount: difference * scale, verdict };
  }
  if (from === 0) return { kind: "absolute", amount: difference, verdict };
  return { kind: "relative", amount: (difference / Math.abs(from)) * 100, verdict };
}

/** "−7.0 pt", "−83 %", "×12", "±0": signed, two or three digits. */
export function changeText(change: Change, spec: MetricSpec): string {
  const { kind, amount } = change;
  if (amount === 0) return "±0";
  if (kind === "absolute") {
    const text = metricFormat(spec).full(amount);
    return amount > 0 ? `+${text}` : text;
  }
  // The difference of two finite numbers may be beyond all numbers.
  if (!Number.isFinite(amount)) return amount > 0 ? "+∞" : "−∞";
  if (kind === "relative" && amount >= 900) return `×${factor(amount / 100 + 1)}`;
  return `${signed(amount)}\u202f${kind === "points" ? "pt" : "%"}`;
}

/** What two ways of computing the same number may differ by. */
function noiseOf(a: number, b: number): number {
  return 1e-12 * Math.max(Math.abs(a), Math.abs(b));
}

function verdictOf(difference: number, spec: MetricSpec): Verdict | null {
  if (difference === 0) return "same";
  if (spec.goal === null) return null;
  return difference > 0 === (spec.goal === "max") ? "better" : "worse";
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
  return d3Format(times >= LARGE ? ".1e" : ".3~r")(times);
}

function signed(amount: number): string {
  const size = Math.abs(amount);
  if (size >= LARGE) return d3Format("+.1e")(amount);
  if (size < 0.0005) return "≈0";
  return d3Format(size < 0.01 ? "+.1r" : size < 1 ? "+.2r" : "+.3r")(amount);
}
