/** Which end of a metric is better; null where the metric has no direction. */
export type BetterEnd = "low" | "high" | null;

/** Whether colours share a range out evenly, or are finer near the best. */
export type Resolution = "even" | "best";

/** Half of the values within a tenth of the range of the best look alike in even colours. */
const CROWDED = { share: 0.5, within: 0.1, least: 5 };

/** Whether so many of the values (ascending) are near the best end that even colours hide them. */
export function isCrowdedAtBest(
  sorted: readonly number[],
  low: number,
  high: number,
  better: BetterEnd,
): boolean {
  if (better === null || sorted.length < CROWDED.least || !(high > low)) return false;
  const reach = (high - low) * CROWDED.within;
  const near = sorted.filter((value) => bestDistance(value, low, high, better) <= reach);
  return near.length >= sorted.length * CROWDED.share && near.at(0) !== near.at(-1);
}

/** Distances below this share of the range are told apart as well as the range itself. */
const FINEST = 0.01;
const FULL = Math.log1p(1 / FINEST);

/** 1 at the best end, 0 at the other, by the logarithm of the distance to the best. */
export function nearBestShare(
  value: number,
  low: number,
  high: number,
  better: "low" | "high",
): number {
  const away = bestDistance(value, low, high, better) / (high - low);
  return 1 - Math.log1p(Math.min(1, Math.max(0, away)) / FINEST) / FULL;
}

/** The value at a share. */
export function nearBestValue(
  share: number,
  low: number,
  high: number,
  better: "low" | "high",
): number {
  const away = (high - low) * FINEST * Math.expm1((1 - share) * FULL);
  return better === "high" ? high - away : low + away;
}

/** How far a value is from the best end of a range. */
export function bestDistance(
  value: number,
  low: number,
  high: number,
  better: "low" | "high",
): number {
  return better === "high" ? high - value : value - low;
}
