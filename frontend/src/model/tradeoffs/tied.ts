import type { Estimate } from "../format/estimate";
import type { Goal } from "../metrics/goal";
import { studentT975 } from "../format/student_t";

/** What is known of one model on one axis: an estimate, or one value that counts as exact. */
export type Known = Estimate | number;

/** One model on both axes. */
export interface KnownPoint {
  readonly key: string;
  readonly x: Known;
  readonly y: Known;
}

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
  const varianceA = varianceOf(a);
  const varianceB = varianceOf(b);
  const variance = varianceA + varianceB;
  if (variance === 0) return null;
  const freedom = variance ** 2 / (varianceA ** 2 / freedomOf(a) + varianceB ** 2 / freedomOf(b));
  return studentT975(freedom) * Math.sqrt(variance);
}

/**
 * Keys of those of `points` that are tied with the `front` within noise: no model on the front is
 * beyond noise at least as good on both axes and better on one. (Each axis is tested at 95 %, and
 * both must be beyond noise: an intersection-union test, Berger 1982.)
 */
export function tiedWithFront(
  points: readonly KnownPoint[],
  front: ReadonlySet<string>,
  xGoal: Goal,
  yGoal: Goal,
): Set<string> {
  const best = points.filter(({ key }) => front.has(key));
  const beaten = (point: KnownPoint): boolean =>
    best.some((other) => {
      const x = verdict(difference(other.x, point.x), xGoal);
      return x !== null && beats(x, verdict(difference(other.y, point.y), yGoal));
    });
  const others = points.filter(({ key }) => !front.has(key));
  return new Set(others.filter((point) => !beaten(point)).map(({ key }) => key));
}

/** 1 better, 0 the same, null worse or unknown. */
function verdict(seen: Difference, goal: Goal): 1 | 0 | null {
  if (seen === "same") return 0;
  return seen === (goal === "max" ? "larger" : "smaller") ? 1 : null;
}

function beats(x: 0 | 1, y: 0 | 1 | null): boolean {
  return y !== null && x + y > 0;
}

/** The value itself. */
export function valueOf(known: Known): number {
  return typeof known === "number" ? known : known.value;
}

function varianceOf(known: Known): number {
  return typeof known === "number" ? 0 : known.error ** 2;
}

function freedomOf(known: Known): number {
  return typeof known === "number" ? Infinity : known.n - 1;
}
