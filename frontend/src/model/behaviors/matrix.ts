import { heatGround } from "../colour/heat";
import type { BehaviorMeasure, ModelBehavior, SliceCells, SliceTable } from "../wire.gen";
import { sliceVerdict } from "./slices";
import { bareDifference, bareMean } from "./words";

/** How wide columns of rows are at least, in px; texts need more than a number. */
export const COLUMN = { heat: 68, answer: 120, harm: 132, text: 220 } as const;
/** From here on a column has room for a mean, a change and a bar. */
export const ROOMY = 132;
/** A focused column is at least so wide. */
export const FOCUSED = 168;

/** Px that heads take: two lines, or three where columns are narrow; and letters of a name there. */
export const HEAD = { roomy: 50, narrow: 66 } as const;
export const SHORT_NAME = 12;
/** Small changes are to be seen beside large ones. */
const ROOT = 0.6;

/** What a cell of the matrix shows: a number on a ground. */
export interface HeatCell {
  readonly text: string;
  /** CSS; "" for none. */
  readonly ground: string;
  readonly verdict: "better" | "worse" | null;
}

/** The size of the change that has the full tint: the largest but for one in a hundred. */
export function heatReach(tables: Iterable<SliceTable>, measure: BehaviorMeasure): number {
  const sizes: number[] = [];
  for (const { models, small } of tables) {
    for (const cells of models) {
      for (const [row, few] of small.entries()) {
        const gain = few ? null : gainOf(cells, row, measure);
        if (gain !== null) sizes.push(Math.abs(gain));
      }
    }
  }
  sizes.sort((a, b) => a - b);
  return sizes[Math.max(0, Math.ceil(sizes.length * 0.99) - 1)] || 1;
}

/** Row `row` of a model: its change, or its mean where the measure compares with the base already. */
export function heatCell(
  cells: SliceCells,
  row: number,
  measure: BehaviorMeasure,
  reach: number,
): HeatCell {
  const change = cells.change[row] ?? null;
  const gain = gainOf(cells, row, measure);
  const verdict = change === null ? null : sliceVerdict(cells, row, measure);
  return {
    text:
      change === null
        ? bareMean(cells.value[row] ?? null, measure)
        : (ratioOf(cells, row) ?? bareDifference(change, measure)),
    ground: gain === null ? "" : heatGround(strengthOf(gain / reach), verdict !== null),
    verdict,
  };
}

/**
 * How much better than the base: the change in the direction of the goal, or how far a comparison
 * with the base is from nothing changed; null where no way is better.
 */
function gainOf(
  cells: SliceCells,
  row: number,
  { goal, pairwise, rate }: BehaviorMeasure,
): number | null {
  const found = (pairwise ? cells.value : cells.change)[row] ?? null;
  if (found === null || goal === null) return null;
  if (goal === "min") return -found;
  return pairwise && rate ? found - 1 : found;
}

function strengthOf(share: number): number {
  return Math.sign(share) * Math.min(1, Math.abs(share)) ** ROOT;
}

function ratioOf({ ratio }: SliceCells, row: number): string | null {
  const value = ratio?.[row] ?? null;
  return value === null ? null : `×${value.toPrecision(3)}`;
}

/** The model by whose column rows are sorted; null where it is none. */
export function sortingModel(sort: string | null): string | null {
  return sort?.split(":")[1] ?? null;
}

/**
 * The model whose summary is open: the focused one, else that by which rows are sorted, else the
 * `worst`, else the first; the base where it is alone.
 */
export function leadOf(
  focused: string | null,
  sort: string | null,
  worst: string | null,
  compared: readonly string[],
): string {
  const sorting = sortingModel(sort);
  const [base = "", first] = compared;
  const found = [focused, sorting === base ? null : sorting, worst].find(
    (key) => key !== null && compared.includes(key),
  );
  return found ?? first ?? base;
}

/** How many of a model's instances are compared, and what is left out, in words. */
export function sharedWords(model: ModelBehavior): { text: string; tip: string } {
  if (!model.logged) return { text: "no predictions", tip: "no predictions on this data set" };
  const n = model.n_shared.toLocaleString("en");
  const excluded = model.excluded.reduce((sum, each) => sum + each.n, 0);
  const why = model.excluded.map((each) => `${each.n.toLocaleString("en")} left out: ${each.why}`);
  const shared = `${n} of its ${model.n.toLocaleString("en")} instances are shared with the base`;
  return {
    text: `n ${n}${excluded ? ` · ${excluded.toLocaleString("en")} out` : ""}`,
    tip: [shared, ...why].join("\n"),
  };
}
