import type { Goal } from "../metrics/goal";

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
