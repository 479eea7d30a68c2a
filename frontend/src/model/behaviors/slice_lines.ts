import type { SliceCells, SliceTable } from "../wire.gen";

/** A model along the ordered levels; what has no value is missing. */
export interface SliceLine {
  readonly key: string;
  readonly points: readonly LinePoint[];
}

export interface LinePoint {
  /** The level's place among those shown. */
  readonly at: number;
  readonly value: number;
  /** The 95 % interval; null without. */
  readonly low: number | null;
  readonly high: number | null;
}

/** A line for each model over the slices of a table, means or changes; in the order of levels. */
export function sliceLines(table: SliceTable, change: boolean): SliceLine[] {
  const order = table.levels.map((level, row) => ({ level: level[0] ?? 0, row }));
  order.sort((a, b) => a.level - b.level);
  return table.models
    .map((cells) => ({
      key: cells.key,
      points: order.flatMap(({ row }, at) => pointOf(cells, row, at, change)),
    }))
    .filter(({ points }) => points.length > 0);
}

function pointOf(cells: SliceCells, row: number, at: number, change: boolean): LinePoint[] {
  const value = (change ? cells.change : cells.value)[row] ?? null;
  if (value === null) return [];
  const [low, high] = change ? [cells.change_low, cells.change_high] : [cells.low, cells.high];
  return [{ at, value, low: low[row] ?? null, high: high[row] ?? null }];
}

/** What stands along the axis: the levels' texts, in their order. */
export function levelTexts({ levels, texts }: SliceTable): string[] {
  const order = levels.map((level, row) => ({ level: level[0] ?? 0, row }));
  order.sort((a, b) => a.level - b.level);
  return order.map(({ row }) => texts[row]?.[0] ?? "");
}

/** All numbers that the lines and the bands of these models reach. */
export function reached(lines: readonly SliceLine[], banded: ReadonlySet<string>): number[] {
  return lines.flatMap(({ key, points }) =>
    points.flatMap(({ value, low, high }) =>
      banded.has(key) && low !== null && high !== null ? [value, low, high] : [value],
    ),
  );
}

/** The most models of which each has a band. */
const MOST_BANDS = 3;

/** Whose bands are drawn: all while they are few, else the base's and the lead's. */
export function banded(lines: readonly SliceLine[], base: string, lead: string): Set<string> {
  const keys = lines.map(({ key }) => key);
  return new Set(keys.length <= MOST_BANDS + 1 ? keys : [base, lead]);
}

/** Bands of consecutive points that have an interval, as paths. */
export function bandPath(
  points: readonly LinePoint[],
  x: (at: number) => number,
  y: (value: number) => number,
): string {
  const runs: LinePoint[][] = [];
  for (const point of points) {
    if (point.low === null || point.high === null) continue;
    const run = runs.at(-1);
    if (run?.at(-1)?.at === point.at - 1) run.push(point);
    else runs.push([point]);
  }
  const corner = (at: number, value: number | null) => `${x(at)},${y(value ?? 0)}`;
  return runs
    .filter((run) => run.length > 1)
    .map((run) => {
      const there = run.map(({ at, high }) => corner(at, high));
      const back = [...run].reverse().map(({ at, low }) => corner(at, low));
      return `M${[...there, ...back].join("L")}Z`;
    })
    .join("");
}

/** The line through the points, broken where a level has no value. */
export function linePath(
  points: readonly LinePoint[],
  x: (at: number) => number,
  y: (value: number) => number,
): string {
  return points
    .map(({ at, value }, index) => {
      const joined = index > 0 && points[index - 1]?.at === at - 1;
      return `${joined ? "L" : "M"}${x(at)},${y(value)}`;
    })
    .join("");
}
