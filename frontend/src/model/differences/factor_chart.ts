import { pairs } from "d3-array";

import { suitsLog } from "../charts/axis";
import { metricFormat } from "../format/metric_format";
import { difference, exactly, isTold, ofEstimate, type Known } from "../metrics/known";
import type { MetricSpec } from "../wire.gen";
import {
  differenceText,
  extentOf,
  hasNoise,
  isMixed,
  levelText,
  numbersOf,
  pointsOf,
  rangeText,
  type Cell,
  type FactorTable,
  type Point,
} from "./factors";
import { linesOf, type Line } from "./lines";

/**
 * How a table is drawn: curves along a number; dots on an axis that may begin anywhere, where
 * intervals are known, all values are near one another or a cell holds several; else bars from zero.
 */
export type ChartForm = "curve" | "dots" | "bars";

/** A curve needs so many levels. */
const FEWEST = 3;
/** Values that vary by a smaller share of the largest are not told apart as bars from zero. */
const NARROW = 0.4;
/** What an estimate is made of, in words. */
const SOURCES = {
  repeats: "repeats",
  replicates: "replicates",
  interval: "value with an interval",
} as const;

export function chartForm(table: FactorTable): ChartForm {
  if (numbersOf(table.x).length >= FEWEST) return "curve";
  const values = extentOf(table);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const near = low * high > 0 && high - low < NARROW * Math.max(Math.abs(low), Math.abs(high));
  const several =
    pointsOf(table).length > table.cells.flat().filter((cell) => cell?.points.length).length;
  return hasNoise(table) || near || several ? "dots" : "bars";
}

/** The lines of a chart: its curves, and in dots what joins models that are alike but for x. */
export function chartLines(table: FactorTable): Line[] {
  const form = chartForm(table);
  if (form === "curve") return linesOf(table, "numbers");
  return isMixed(table) ? linesOf(table, "levels") : [];
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
  /** The two points, of models that are alike in all but x. */
  readonly ends: readonly [Point, Point];
  /** Their level of the colour. */
  readonly colour: number;
  readonly before: number;
  readonly after: number;
  readonly change: number;
}

/** A break is at least this share of all that its curve changes, and so much steeper than even. */
const BREAK = { share: 0.5, steeper: 1.5 };

/**
 * The steps of all curves between neighbouring levels, the largest first, that are half of what
 * the curve spans or more, steeper than its whole, and beyond noise: at 95 % of all steps together.
 */
export function curveBreaks(table: FactorTable): CurveBreak[] {
  if (chartForm(table) !== "curve") return [];
  const places = levelPlaces(table);
  const lines = linesOf(table, "numbers");
  const comparisons = lines.reduce((count, { stops }) => count + stops.length - 1, 0);
  const breaks = lines.flatMap((line) => breaksOf(line, places, comparisons));
  return breaks.sort((a, b) => Math.abs(b.change) - Math.abs(a.change));
}

function breaksOf(
  { colour, stops }: Line,
  places: readonly number[],
  comparisons: number,
): CurveBreak[] {
  const values = stops.flatMap(({ points }) => points.map(({ value }) => value));
  const span = Math.max(...values) - Math.min(...values);
  const placeOf = (level: number) => places[level] ?? 0;
  const [first, last] = [stops[0], stops.at(-1)];
  if (stops.length < FEWEST || span === 0 || !first || !last) return [];
  const width = placeOf(last.level) - placeOf(first.level);
  return pairs(stops).flatMap(([from, to]): CurveBreak[] => {
    const [one, other] = [from.points, to.points];
    const ends = one.length === 1 && other.length === 1 ? ([one[0]!, other[0]!] as const) : null;
    if (!ends) return [];
    const change = ends[1].value - ends[0].value;
    const share = Math.abs(change) / span;
    const across = (placeOf(to.level) - placeOf(from.level)) / width;
    if (share < BREAK.share || share < BREAK.steeper * across) return [];
    if (!isTold(difference(known(ends[1]), known(ends[0]), comparisons))) return [];
    return [{ ends, colour, before: from.level, after: to.level, change }];
  });
}

function known({ estimate, value, perProcess }: Point): Known {
  return { ...(estimate ? ofEstimate(estimate) : exactly(value)), perProcess };
}

/**
 * "80 % → 90 %: −64.9 pt", the largest of such steps, and of how many curves; "" where none stands
 * out.
 */
export function breakWords(table: FactorTable, spec: MetricSpec): string {
  const [found, ...more] = curveBreaks(table);
  if (!found) return "";
  const [before, after] = [found.before, found.after].map((at) => levelText(table.x, at));
  const alike = more.filter(
    (one) =>
      one.before === found.before && one.after === found.after && one.change * found.change > 0,
  );
  const write = (change: number) => differenceText(change, spec, metricFormat(spec).full);
  const least = alike.at(-1);
  const range = least ? rangeText(found.change, least.change, write) : write(found.change);
  const lines = linesOf(table, "numbers").length;
  const of = lines > 1 ? ` in ${alike.length + 1} of ${lines} lines` : "";
  return `${before} → ${after}: ${range}${of}`;
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
  return [...names, ...valueLines(cell, full), ...ids, more > 0 ? `and ${more} more` : ""]
    .filter(Boolean)
    .join("\n");
}

function valueLines({ points, mixed, value }: Cell, full: (value: number) => string): string[] {
  const [only] = points;
  if (value === null || !only) return ["not logged"];
  if (points.length > 1) {
    const values = points.map((point) => point.value);
    const range = `${full(Math.min(...values))} to ${full(Math.max(...values))}`;
    return [mixed ? `mixed: ${range}, of models that differ in more` : range];
  }
  const { estimate, models, perProcess } = only;
  return [
    (models.length > 1 ? "mean " : "") + full(value),
    estimate
      ? `95 %: ${full(estimate.low)} to ${full(estimate.high)}, ${estimate.n} ${SOURCES[estimate.source]}${perProcess && estimate.source === "repeats" ? " in one process" : ""}`
      : "",
  ];
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
