import { pairs } from "d3-array";

import { suitsLog } from "../charts/axis";
import { metricFormat } from "../format/metric_format";
import { difference, exactly, ofEstimate, type Known } from "../metrics/known";
import type { MetricSpec, Variable } from "../wire.gen";
import {
  differenceText,
  extentOf,
  hasNoise,
  levelText,
  type Cell,
  type FactorTable,
} from "./factors";

/**
 * How a table is drawn: a curve along a number; dots on an axis that may begin anywhere, where
 * intervals are known or all values are near one another; else bars from zero.
 */
export type ChartForm = "curve" | "dots" | "bars";

/** A curve needs so many levels. */
const FEWEST = 3;
/** Values that vary by a smaller share of the largest are not told apart as bars from zero. */
const NARROW = 0.4;
/** What an estimate is made of, in words. */
const SOURCES = {
  repeats: "repeats",
  replicates: "models with the same recipe",
  interval: "value with an interval",
} as const;

export function chartForm(table: FactorTable): ChartForm {
  if (numbersOf(table.x).length >= FEWEST) return "curve";
  const values = extentOf(table);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const near = low * high > 0 && high - low < NARROW * Math.max(Math.abs(low), Math.abs(high));
  return hasNoise(table) || near ? "dots" : "bars";
}

/** Indexes of the levels that are numbers; [] where the variable is none. */
function numbersOf({ numeric, levels }: Variable): number[] {
  if (!numeric) return [];
  return levels.flatMap(({ value }, index) => (typeof value === "number" ? index : []));
}

/** Room at both ends of a curve, and for a level that is no number, as shares of the width. */
const END = 0.05;
const WITHOUT = 0.14;

/**
 * Where each level stands across a chart, 0 to 1: on a curve by its value (its logarithm where the
 * largest is 30 times the smallest), with what is no number at the left; else one after another.
 */
export function levelPlaces(table: FactorTable): number[] {
  const { levels } = table.x;
  if (chartForm(table) !== "curve") return levels.map((_, index) => (index + 0.5) / levels.length);
  const numbers = numbersOf(table.x).map((index) => Number(levels[index]?.value));
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
  const into = suitsLog(low, high) ? Math.log : Number;
  const start = numbers.length < levels.length ? WITHOUT + END : END;
  const share = (value: number) => (into(value) - into(low)) / (into(high) - into(low) || 1);
  return levels.map(({ value }) =>
    typeof value === "number" ? start + share(value) * (1 - END - start) : WITHOUT / 2,
  );
}

/** The step of a curve at which the metric changes most. */
export interface CurveBreak {
  /** Which curve: a level of the colour. */
  readonly colour: number;
  readonly before: number;
  readonly after: number;
  readonly change: number;
}

/** A break is at least this share of all that its curve changes, and so much steeper than even. */
const BREAK = { share: 0.5, steeper: 1.5 };

/**
 * The largest step of any curve between neighbouring levels, where it is half of what the curve
 * spans or more, steeper than its whole, and beyond noise where that is known; null where no curve
 * has such a step.
 */
export function curveBreak(table: FactorTable): CurveBreak | null {
  if (chartForm(table) !== "curve") return null;
  const places = levelPlaces(table);
  const colours = table.colour?.levels ?? [null];
  const breaks = colours.flatMap((_, colour) => breaksOf(curveOf(table, colour), places, colour));
  return breaks.sort((a, b) => Math.abs(b.change) - Math.abs(a.change))[0] ?? null;
}

function breaksOf(
  points: readonly CurvePoint[],
  places: readonly number[],
  colour: number,
): CurveBreak[] {
  const values = points.map(({ cell }) => Number(cell.value));
  const span = Math.max(...values) - Math.min(...values);
  const placeOf = (point: CurvePoint) => places[point.level] ?? 0;
  const [first, last] = [points[0], points.at(-1)];
  if (points.length < FEWEST || span === 0 || !first || !last) return [];
  const width = placeOf(last) - placeOf(first);
  return pairs(points).flatMap(([before, after]): CurveBreak[] => {
    const change = Number(after.cell.value) - Number(before.cell.value);
    const share = Math.abs(change) / span;
    const across = (placeOf(after) - placeOf(before)) / width;
    if (share < BREAK.share || share < BREAK.steeper * across) return [];
    if (difference(known(after), known(before)) === "cannot tell") return [];
    return [{ colour, before: before.level, after: after.level, change }];
  });
}

function known({ cell }: CurvePoint): Known {
  return cell.estimate ? ofEstimate(cell.estimate) : exactly(Number(cell.value));
}

/** "80 % → 90 %: −64.9 pt"; "" where no step stands out. */
export function breakWords(table: FactorTable, spec: MetricSpec): string {
  const found = curveBreak(table);
  if (!found) return "";
  const [before, after] = [found.before, found.after].map((at) => levelText(table.x, at));
  return `${before} → ${after}: ${differenceText(found.change, spec, metricFormat(spec).full)}`;
}

/** A cell with a value, and its level of x. */
export interface CurvePoint {
  readonly level: number;
  readonly cell: Cell;
}

/** The points of one curve, in order of the number. */
export function curveOf(table: FactorTable, colour: number): CurvePoint[] {
  return numbersOf(table.x).flatMap((level) => {
    const cell = table.cells[level]?.[colour];
    return cell && cell.value !== null ? { level, cell } : [];
  });
}

/** All about a cell, a line for each thing. */
export function cellTip(
  table: FactorTable,
  cell: Cell,
  x: number,
  c: number,
  full: (value: number) => string,
): string {
  const names = [table.x, table.colour].flatMap((variable, index) =>
    variable ? `${variable.name}: ${levelText(variable, index ? c : x)}` : [],
  );
  const ids = cell.models.slice(0, 6).map(({ id }) => id);
  const more = cell.models.length - ids.length;
  const { estimate, value } = cell;
  const mean = cell.models.length > 1 ? "mean " : "";
  return [
    ...names,
    value === null ? "not logged" : mean + full(value),
    estimate
      ? `95 %: ${full(estimate.low)} to ${full(estimate.high)}, ${estimate.n} ${SOURCES[estimate.source]}`
      : "",
    ...ids,
    more > 0 ? `and ${more} more` : "",
  ]
    .filter(Boolean)
    .join("\n");
}

/** A text in a chart, centred on `x`, with its base line at `y`, in px. */
export interface ChartText {
  readonly x: number;
  readonly y: number;
  readonly text: string;
}

const CHARACTER_PX = 5.8;
const LINE_PX = 12;

/**
 * Those of `texts` between `from` and `end` that do not cover an earlier one; what matters most
 * comes first.
 */
export function textsThatFit<T extends ChartText>(texts: readonly T[], end: number, from = 0): T[] {
  const kept: T[] = [];
  for (const one of texts) {
    const half = (one.text.length * CHARACTER_PX) / 2;
    const apart = kept.every((other) => {
      const halves = half + (other.text.length * CHARACTER_PX) / 2 + 3;
      return Math.abs(other.x - one.x) >= halves || Math.abs(other.y - one.y) >= LINE_PX;
    });
    if (apart && one.x >= from + half && one.x <= end - half + 8) kept.push(one);
  }
  return kept;
}
