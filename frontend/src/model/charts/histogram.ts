import { axisScale, type AxisScale } from "./axis";

/** Counts of values in bins of equal width on a linear or logarithmic axis. */
export interface Histogram {
  readonly axis: AxisScale;
  /** Counts from the low end to the high end; they add up to the number of values. */
  readonly counts: readonly number[];
  readonly largest: number;
}

/** The histogram of `values` in `bins` bins; `axis` gives the same bins for part of the values. */
export function histogram(
  values: readonly number[],
  bins: number,
  axis: AxisScale = axisScale(values, "auto", 3),
): Histogram {
  const counts = new Array<number>(bins).fill(0);
  for (const value of values) {
    const bin = Math.floor(axis.share(value) * bins);
    const inside = Math.min(Math.max(bin, 0), bins - 1);
    counts[inside] = (counts[inside] ?? 0) + 1;
  }
  return { axis, counts, largest: Math.max(1, ...counts) };
}

/** The bins [from, to] of a histogram, both included. */
export interface BinRange {
  from: number;
  to: number;
}

/** The bins that [low, high] covers; null where both ends are open. */
export function binsOf(
  low: number | null,
  high: number | null,
  edges: readonly number[],
): BinRange | null {
  const bins = edges.length - 1;
  if (bins < 1 || (low === null && high === null)) return null;
  const from = low === null ? 0 : edges.findLastIndex((edge) => edge <= low);
  const to = high === null ? bins - 1 : edges.findIndex((edge) => edge >= high) - 1;
  const last = bins - 1;
  return { from: Math.min(Math.max(0, from), last), to: Math.min(to < 0 ? last : to, last) };
}

/** The ends of a range of bins; open at the ends of the histogram. */
export function endsOf(
  { from, to }: BinRange,
  edges: readonly number[],
): { low: number | null; high: number | null } {
  const bins = edges.length - 1;
  return {
    low: from <= 0 ? null : (edges[from] ?? null),
    high: to >= bins - 1 ? null : (edges[to + 1] ?? null),
  };
}

/** The range after a key: arrows move it, with Shift they widen or narrow it; null for none. */
export function rangeAfterKey(
  key: string,
  shift: boolean,
  range: BinRange | null,
  bins: number,
): BinRange | null | undefined {
  if (key === "Delete" || key === "Backspace") return null;
  const step = key === "ArrowRight" ? 1 : key === "ArrowLeft" ? -1 : 0;
  if (step === 0) return undefined;
  if (!range) return step > 0 ? { from: 0, to: 0 } : { from: bins - 1, to: bins - 1 };
  const to = Math.min(bins - 1, Math.max(range.from, range.to + step));
  if (shift) return { from: range.from, to };
  if (range.from + step < 0 || range.to + step >= bins) return range;
  return { from: range.from + step, to: range.to + step };
}

/** Whether each bin holds one whole number, in its middle. */
export function oneNumberEach(edges: readonly number[]): boolean {
  return (
    edges.length > 1 &&
    edges.every((edge, at) => Math.abs(edge - Math.floor(edge) - 0.5) < 1e-9 && apart(edges, at))
  );
}

function apart(edges: readonly number[], at: number): boolean {
  return at === 0 || Math.abs(edges[at]! - edges[at - 1]! - 1) < 1e-9;
}

/** Values at the ends of bins in words: "0.1 to 0.2", or "3" where a bin holds one number. */
export function rangeWords({ from, to }: BinRange, edges: readonly number[]): string {
  const low = edges[from] ?? 0;
  const high = edges[to + 1] ?? 0;
  if (!oneNumberEach(edges)) return `${edgeText(low)} to ${edgeText(high)}`;
  return from === to ? edgeText(low + 0.5) : `${edgeText(low + 0.5)} to ${edgeText(high - 0.5)}`;
}

/** What stands under a histogram: at its left end, and at its right. */
export function axisEnds(edges: readonly number[]): [low: string, high: string] {
  const middle = oneNumberEach(edges) ? 0.5 : 0;
  return [edgeText((edges[0] ?? 0) + middle), edgeText((edges.at(-1) ?? 0) - middle)];
}

export function edgeText(value: number): string {
  return String(Number(value.toPrecision(3))).replace("-", "−");
}

/** Bars of `counts`, the `largest` as high as the drawing; what is counted at all is seen. */
export function barsPath(
  counts: readonly number[],
  largest: number,
  width: number,
  height: number,
): string {
  const bar = width / counts.length;
  return counts
    .map((count, bin) => {
      if (count === 0) return "";
      const tall = Math.max(1.5, (count / largest) * height);
      return `M${bin * bar + 0.5},${height}v${-tall}h${Math.max(0.5, bar - 1)}v${tall}Z`;
    })
    .join("");
}
