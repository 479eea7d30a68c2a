import { difference, type Known } from "../metrics/known";
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
  /** Which replicates it is one of; its key where it has none. */
  readonly group: string;
  readonly onX: Known;
  readonly onY: Known;
}

/** Behind the front by its numbers, but not known to be beaten. */
export type OpenStanding = "tied" | "unknown";

/**
 * How those of `points` stand that are not on the `front`, as far as they are not known to be
 * beaten: by a model on the front that is better on one axis and better or the same on the other.
 * Both axes must be beyond noise (an intersection-union test, Berger 1982), each at 95 % of all
 * pairs of models together, because the front is made of the luckiest (Bonferroni).
 */
export function openStandings(
  points: readonly KnownPoint[],
  front: ReadonlySet<string>,
  xGoal: Goal,
  yGoal: Goal,
): Map<string, OpenStanding> {
  const best = points.filter(({ key }) => front.has(key));
  const groups = new Set(points.map(({ group }) => group)).size;
  const pairs = (groups * (groups - 1)) / 2;
  const standings = new Map<string, OpenStanding>();
  for (const point of points) {
    if (front.has(point.key)) continue;
    const ahead = best.filter((other) => isAhead(other, point, xGoal, yGoal));
    const seen = ahead.map((other) => leadOf(other, point, xGoal, yGoal, pairs));
    if (seen.includes("beaten")) continue;
    standings.set(point.key, seen.includes("unknown") ? "unknown" : "tied");
  }
  return standings;
}

/** Whether `a` is by its numbers at least as good as `b` on both axes. */
function isAhead(a: KnownPoint, b: KnownPoint, xGoal: Goal, yGoal: Goal): boolean {
  return ahead(a.onX.value, b.onX.value, xGoal) <= 0 && ahead(a.onY.value, b.onY.value, yGoal) <= 0;
}

/** What noise leaves of the lead of `a`, which is ahead of `b` by its numbers. */
function leadOf(
  a: KnownPoint,
  b: KnownPoint,
  xGoal: Goal,
  yGoal: Goal,
  pairs: number,
): "beaten" | OpenStanding {
  const seen = [
    [difference(a.onX, b.onX, pairs), xGoal],
    [difference(a.onY, b.onY, pairs), yGoal],
  ] as const;
  const isBetter = seen.map(([is, goal]) => is === (goal === "max" ? "larger" : "smaller"));
  const isOpen = seen.map(([is], at) => !isBetter[at] && is !== "same" && is !== "unknown");
  if (isOpen.includes(true)) return "tied";
  if (seen.some(([is]) => is === "unknown")) return "unknown";
  return isBetter.includes(true) ? "beaten" : "tied";
}
