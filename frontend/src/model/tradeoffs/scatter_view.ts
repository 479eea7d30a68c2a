import { extent } from "d3-array";

import { suitsLog } from "../charts/axis";
import type { ScatterZoom } from "../link/tradeoffs";
import type { Goal } from "../metrics/metric_choice";
import { bestDistance, isCrowdedAtBest } from "./near_best";

interface Point {
  readonly key: string;
  readonly x: number;
  readonly y: number;
}

/** Empty room around what a view is made for, as a share of it. */
const ROOM = 0.08;

/**
 * The part of the plane where most models are, near the best y, where the rest of the axis would
 * press them into one line; null where they are not crowded there, or where one of the keys
 * `wanted` would be out of view.
 */
export function crowdView(
  points: readonly Point[],
  yGoal: Goal | null,
  wanted: Iterable<string>,
): ScatterZoom | null {
  const better = yGoal === null ? null : yGoal === "max" ? "high" : "low";
  const sorted = points.map(({ y }) => y).sort((a, b) => a - b);
  const [low, high] = [sorted[0] ?? 0, sorted.at(-1) ?? 0];
  if (better === null || !isCrowdedAtBest(sorted, low, high, better)) return null;
  const reach = (high - low) * NEAR;
  const inside = points.filter(({ y }) => bestDistance(y, low, high, better) <= reach);
  const keys = new Set(inside.map(({ key }) => key));
  const known = new Set(points.map(({ key }) => key));
  if ([...wanted].some((key) => known.has(key) && !keys.has(key))) return null;
  return viewOf(inside);
}

/** As many of the models as are within this share of the range of y count as near. */
const NEAR = 0.1;

/** A view of `points` with some room around them; null where there are none. */
export function viewOf(points: readonly Point[]): ScatterZoom | null {
  const [left, right] = extent(points, ({ x }) => x);
  const [bottom, top] = extent(points, ({ y }) => y);
  if (left === undefined || bottom === undefined) return null;
  return [...withRoom(left, right), ...withRoom(bottom, top)];
}

function withRoom(low: number, high: number): [number, number] {
  if (suitsLog(low, high)) {
    const times = (high / low) ** ROOM;
    return [low / times, high * times];
  }
  const room = (high - low) * ROOM || Math.abs(low) * ROOM || 1;
  return [low - room, high + room];
}

/** How many points a view leaves out. */
export function countOutside(points: readonly Point[], zoom: ScatterZoom | null): number {
  if (!zoom) return 0;
  const [left, right, bottom, top] = zoom;
  const inside = ({ x, y }: Point) => x >= left && x <= right && y >= bottom && y <= top;
  return points.filter((point) => !inside(point)).length;
}
