import { ascending, quantileSorted, sort } from "d3-array";

/** What colours of heat cells mean: from weak (0) to strong (1). */
export interface HeatScale {
  /** Values of the weak and of the strong end. */
  readonly weak: number;
  readonly strong: number;
  /** Whether there are values beyond the ends, which get the colour of the end. */
  readonly beyond: { readonly weak: boolean; readonly strong: boolean };
  /** The strength of a value: 0 to 1; ±∞ at the end where it lies. */
  readonly share: (value: number) => number;
  /** The value of a strength. */
  readonly value: (share: number) => number;
}

interface HeatChoice {
  /** Which values are the strong ones. */
  readonly strong: "high" | "low";
  /** Whether equal ratios are equal steps; what is not above zero is then the least. */
  readonly log?: boolean;
}

/** So many interquartile ranges beyond the quartiles is far outside (Tukey, 1977). */
const FAR = 3;
/** The bulk, 5 % to 95 %, takes at least this share of the ramp, however far the strongest is. */
const BULK = 1 / 7;

/**
 * The scale of `values`: not flattened by ∞ and NaN, which are left out, by what hardly differs
 * (the weak end is at most 3 IQR from the quartile), nor by one that is beyond all. Null without a number.
 */
export function heatScale(
  values: readonly number[],
  { strong, log }: HeatChoice,
): HeatScale | null {
  const sign = strong === "high" ? 1 : -1;
  const into = (value: number): number => sign * (log ? Math.log10(value) : value);
  const sorted = sort(
    values.filter((value) => Number.isFinite(value) && (!log || value > 0)).map(into),
    ascending,
  );
  if (sorted.length === 0) return null;
  const { low: fence, high } = farFences(sorted);
  const [least, most] = [sorted[0]!, sorted.at(-1)!];
  const start = high > fence ? Math.max(least, fence) : least;
  const bulk = quantileSorted(sorted, 0.95)!;
  const end = bulk > start ? Math.min(most, start + (bulk - start) / BULK) : most;
  const share = (value: number): number => {
    if (log && value <= 0) return strong === "high" ? 0 : 1;
    if (end <= start) return into(value) > end ? 1 : into(value) < start ? 0 : 0.5;
    return Math.min(1, Math.max(0, (into(value) - start) / (end - start)));
  };
  const value = (at: number): number => {
    const power = sign * (start + at * (end - start));
    return log ? 10 ** power : power;
  };
  return {
    weak: value(0),
    strong: value(1),
    beyond: { weak: least < start, strong: most > end },
    share,
    value,
  };
}

/**
 * The scale of changes: ½ is none, 0 the worst and 1 the best; its ends are as far from none as
 * the largest change, or as seven times the 95 % quantile where that is less. Null without a number.
 */
export function heatChangeScale(
  changes: readonly number[],
  goal: "max" | "min" | null,
): HeatScale | null {
  const known = changes.filter(Number.isFinite);
  if (known.length === 0) return null;
  const sign = goal === "min" ? -1 : 1;
  const sizes = sort(known.map(Math.abs), ascending);
  const bulk = quantileSorted(sizes, 0.95)!;
  const largest = sizes.at(-1)!;
  const reach = (bulk > 0 ? Math.min(largest, bulk / BULK) : largest) || 1;
  const beyond = largest > reach;
  return {
    weak: -sign * reach,
    strong: sign * reach,
    beyond: { weak: beyond, strong: beyond },
    share: (value) => Math.min(1, Math.max(0, (1 + (sign * value) / reach) / 2)),
    value: (share) => sign * reach * (2 * share - 1),
  };
}

/** Beyond these, values of the ascending `sorted` are far outside: of equal ones all others are. */
export function farFences(sorted: number[]): { low: number; high: number } {
  const [first, third] = [quantileSorted(sorted, 0.25)!, quantileSorted(sorted, 0.75)!];
  const reach = FAR * (third - first);
  return { low: first - reach, high: third + reach };
}

/** A cell as it is drawn, in px. */
export interface HeatCell {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly colour: string;
}

/** One path for all cells of a colour: a browser paints few long paths faster than many elements. */
export function heatPaths(cells: Iterable<HeatCell>): { colour: string; d: string }[] {
  const paths = new Map<string, string>();
  for (const { x, y, width, height, colour } of cells) {
    const [left, top] = [px(x), px(y)];
    const d = `M${left},${top}h${px(width)}v${px(height)}H${left}z`;
    paths.set(colour, (paths.get(colour) ?? "") + d);
  }
  return [...paths].map(([colour, d]) => ({ colour, d }));
}

function px(length: number): number {
  return Math.round(length * 100) / 100;
}
