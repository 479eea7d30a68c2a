import { ticks } from "d3-array";

import { isPercent, metricFormat } from "../format/metric_format";
import { bytesText, exactNumber } from "../format/numbers";
import type { ScaleChoice } from "../link/tradeoffs";
import type { LayerMeasure, MetricSpec } from "../wire.gen";

/** A linear or logarithmic axis. */
export interface AxisScale {
  readonly log: boolean;
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly number[];
  /** Where a value is: 0 at the low end, 1 at the high end. */
  readonly share: (value: number) => number;
  /** The value at a share. */
  readonly value: (share: number) => number;
}

/** An axis is logarithmic by itself where the largest value is so many times the smallest. */
const SPREAD = 30;
/** Empty room at both ends, as a share of the range. */
const PADDING = 0.05;

/** Whether values of this range are better seen on a logarithmic axis. */
export function suitsLog(low: number, high: number): boolean {
  return low > 0 && high / low >= SPREAD;
}

/**
 * The axis of `values` with about `count` ticks; `zoom` are its ends where a part is shown. A
 * logarithmic axis needs values above zero; without it is linear.
 */
export function axisScale(
  values: readonly number[],
  choice: ScaleChoice,
  count: number,
  zoom: readonly [number, number] | null = null,
): AxisScale {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (low > high) [low, high] = [0, 1];
  const log = low > 0 && (choice === "log" || (choice === "auto" && suitsLog(low, high)));
  const into = log ? Math.log10 : Number;
  const from = log ? (power: number) => 10 ** power : Number;
  let [start, end] = [into(low), into(high)];
  if (zoom && (!log || zoom[0] > 0)) [start, end] = [into(zoom[0]), into(zoom[1])];
  else {
    const room = (end - start) * PADDING || Math.abs(start) * PADDING || 1;
    [start, end] = [start - room, end + room];
  }
  return {
    log,
    low: from(start),
    high: from(end),
    ticks: log ? logTicks(start, end, count) : ticks(start, end, count),
    share: (value) => (into(value) - start) / (end - start),
    value: (share) => from(start + share * (end - start)),
  };
}

/** A linear axis that does not go beyond the ends of what is possible. */
export function axisWithin(
  values: readonly number[],
  count: number,
  [least, most]: readonly [number, number],
): AxisScale {
  const axis = axisScale(values, "linear", count);
  if (axis.low >= least && axis.high <= most) return axis;
  return axisScale(values, "linear", count, [Math.max(axis.low, least), Math.min(axis.high, most)]);
}

/** 1, 2 and 5 times powers of ten, or every so many powers; finer where they are too few. */
function logTicks(start: number, end: number, count: number): number[] {
  const decades = end - start;
  if (decades < 1) return ticks(10 ** start, 10 ** end, count);
  const leads = decades * 3 <= count * 1.5 ? [1, 2, 5] : [1];
  const every = leads.length > 1 ? 1 : Math.max(1, Math.ceil(decades / count));
  const found: number[] = [];
  for (let power = Math.floor(start); power <= end; power += every) {
    for (const lead of leads) {
      const tick = Number(`${lead}e${power}`);
      if (Math.log10(tick) >= start && Math.log10(tick) <= end) found.push(tick);
    }
  }
  return found;
}

/** Beyond these float noise begins: a tick at 0.3 may be 0.30000000000000004. */
const DIGITS = 12;

/** What stands at the ticks of an axis: without idle zeros, no two alike. */
export function tickTexts(ticks: readonly number[], spec: MetricSpec): string[] {
  const { bare } = metricFormat(spec);
  const texts = ticks.map((tick) => withoutIdleZeros(bare(tick)));
  if (allDiffer(texts)) return texts;
  if (writesPrefixes(spec)) {
    for (let digits = 4; digits < DIGITS; digits++) {
      const finer = ticks.map((tick) => withoutIdleZeros(bytesText(tick, digits)));
      if (allDiffer(finer)) return finer;
    }
  }
  const scale = isPercent(spec) ? 100 : 1;
  return ticks.map((tick) => exactNumber(Number((tick * scale).toPrecision(DIGITS))));
}

function writesPrefixes(spec: MetricSpec): boolean {
  return metricFormat(spec).bare(1e6).endsWith("MB");
}

function allDiffer(texts: readonly string[]): boolean {
  return new Set(texts).size === texts.length;
}

/** "80.00" as "80", "1.20 M" as "1.2 M". */
function withoutIdleZeros(text: string): string {
  return text.replace(/(\.\d*?)0+(?=\D|$)/, (_, digits: string) => (digits === "." ? "" : digits));
}

/**
 * The axis of a measure's values, with about `count` ticks. On a logarithmic one zero has a place
 * of its own below all others.
 */
export function layerAxis(
  values: readonly number[],
  measure: LayerMeasure,
  count: number,
): AxisScale {
  return clampedAxis(values, measure.scale === "log", count);
}

/**
 * The axis of bytes, which may be none or less; layers differ in size by orders of magnitude. Where
 * they do, zero has a place of its own, and both sides are logarithmic from the smallest size on.
 */
export function bytesAxis(values: readonly number[], count: number): AxisScale {
  const sizes = values.map(Math.abs).filter((size) => size > 0);
  const smallest = Math.min(...sizes);
  if (!suitsLog(smallest, Math.max(...sizes))) return clampedAxis([0, ...values], false, count);
  return values.every((value) => value > 0)
    ? clampedAxis(values, true, count)
    : symlogAxis(values, smallest, count);
}

/** So many decades lie between zero and the smallest size. */
const ZERO_DECADES = 0.7;

/** Logarithmic on both sides of zero, from `smallest` on; between them linear. */
export function symlogAxis(values: readonly number[], smallest: number, count: number): AxisScale {
  const into = (value: number): number => {
    const size = Math.abs(value) / smallest;
    const decades = size >= 1 ? ZERO_DECADES + Math.log10(size) : size * ZERO_DECADES;
    return Math.sign(value) * decades;
  };
  const from = (at: number): number => {
    const decades = Math.abs(at);
    const size = decades >= ZERO_DECADES ? 10 ** (decades - ZERO_DECADES) : decades / ZERO_DECADES;
    return Math.sign(at) * size * smallest;
  };
  const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)];
  const room = (into(high) - into(low)) * PADDING || 1;
  const [start, end] = [into(low) - room, into(high) + room];
  const share = (value: number): number =>
    Math.min(1, Math.max(0, (into(value) - start) / (end - start)));
  const powers = (to: number): number[] =>
    to >= smallest
      ? logTicks(
          Math.log10(smallest),
          Math.log10(to),
          Math.max(1, (count * into(to)) / (end - start)),
        )
      : [];
  const ticks = [
    ...powers(-low)
      .map((size) => -size)
      .reverse(),
    0,
    ...powers(high),
  ];
  return {
    log: true,
    low: from(start),
    high: from(end),
    ticks,
    share,
    value: (at) => from(start + at * (end - start)),
  };
}

function clampedAxis(values: readonly number[], log: boolean, count: number): AxisScale {
  const positive = log ? values.filter((value) => value > 0) : [];
  // What is zero beside what is not has a place of its own.
  if (positive.length && positive.length < values.length) {
    return symlogAxis(values, Math.min(...positive), count);
  }
  const axis = positive.length
    ? axisScale(positive, "log", count)
    : axisScale(values, "linear", count);
  const share = (value: number): number =>
    axis.log && value <= 0 ? 0 : Math.min(1, Math.max(0, axis.share(value)));
  return { ...axis, share };
}

/** The finite values among `values`. */
export function known(values: readonly (number | null | undefined)[]): number[] {
  return values.filter((value): value is number => value != null && Number.isFinite(value));
}

const TICK_CHARACTER_PX = 6;

/**
 * Where the text of a tick at `at` px of `width` stands: centred, but for one that would reach
 * beyond the `margin` of its chart.
 */
export function tickPlace(
  at: number,
  text: string,
  width: number,
  margin: { readonly left: number; readonly right: number },
): { readonly x: number; readonly "text-anchor": "start" | "middle" | "end" } {
  const half = (text.length * TICK_CHARACTER_PX) / 2;
  const [first, last] = [-margin.left + 1, width + margin.right - 1];
  if (at - half < first) return { x: first, "text-anchor": "start" };
  if (at + half > last) return { x: last, "text-anchor": "end" };
  return { x: at, "text-anchor": "middle" };
}
