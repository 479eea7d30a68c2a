import { difference, type Difference, type Known } from "../metrics/estimate";
import type { Goal } from "../metrics/metric_choice";

/** A model with a finite value on both axes. */
export interface Candidate {
  readonly key: string;
  readonly x: number;
  readonly y: number;
}

/**
 * The Pareto front of `points`, from the best x to the best y: all of which no other is at least as
 * good on both axes and better on one. Models with the same two values stay together.
 */
export function paretoFront<Point extends Candidate>(
  points: readonly Point[],
  xGoal: Goal,
  yGoal: Goal,
): Point[] {
  const sorted = [...points].sort(
    (a, b) => ahead(a.x, b.x, xGoal) || ahead(a.y, b.y, yGoal) || byKey(a, b),
  );
  const front: Point[] = [];
  for (const point of sorted) {
    const last = front.at(-1);
    const better = !last || ahead(point.y, last.y, yGoal) < 0;
    if (better || (point.x === last.x && point.y === last.y)) front.push(point);
  }
  return front;
}

/** Negative where `a` is better, positive where `b` is, 0 where they are the same. */
export function ahead(a: number, b: number, goal: Goal): number {
  if (a === b) return 0;
  return a > b === (goal === "max") ? -1 : 1;
}

function byKey(a: Candidate, b: Candidate): number {
  return a.key < b.key ? -1 : 1;
}

/** One model on both axes. */
export interface KnownPoint {
  readonly key: string;
  readonly x: Known;
  readonly y: Known;
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
