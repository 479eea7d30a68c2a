import { valueAt } from "./measure";
import type { LayerCells, LayerMeasure, LayerTree } from "../wire.gen";

/** A tensor at which a model's signal is worse than at the tensor before it; SQNR in dB. */
export interface SignalFall {
  readonly row: number;
  readonly model: number;
  /** The row before; null where it is the first and has lost the signal already. */
  readonly from: number | null;
  /** ∞ where nothing had changed yet. */
  readonly before: number;
  readonly after: number;
  readonly fall: number;
}

/** With noise of a thousandth of the signal's power a layer is as good as unchanged. */
export const UNHARMED_DB = 30;
/** A first tensor that is so near to the lowest of all has lost the signal already. */
const NEAR_DB = 3;

/** Whether it is known where the signal of these answers falls: by SQNR, of activations. */
export function hasFalls({ view, measure }: LayerTree): boolean {
  return view === "activations" && measure === "sqnr";
}

/** Whether numbers of activations include the errors of all layers before; null of weights. */
export function isCumulative({ view }: LayerTree, { id, pairwise }: LayerMeasure): boolean | null {
  return view === "activations" && pairwise ? id !== "local_sqnr" : null;
}

/**
 * The tensors at which a model's SQNR falls beyond the intervals, in the order of the network.
 * Values are cumulative: a low one tells of all tensors before, a fall of this one. What is above
 * 30 dB counts as 30 dB.
 */
export function signalFalls(
  cells: LayerCells,
  model: number,
  tensors: readonly number[],
): SignalFall[] {
  const known = tensors.flatMap((row) => {
    const value = valueAt(cells, row);
    return value === null ? [] : { row, value };
  });
  const lowest = Math.min(...known.map(({ value }) => value));
  return known.flatMap(({ row, value: after }, at) => {
    const previous = known[at - 1];
    const before = previous?.value ?? Infinity;
    const from = previous?.row ?? null;
    const fall = Math.min(before, UNHARMED_DB) - after;
    const sure =
      from === null
        ? after - lowest < NEAR_DB
        : (cells.low[from] ?? before) > (cells.high[row] ?? after);
    return fall > 0 && sure ? { row, model, from, before, after, fall } : [];
  });
}

/** The steepest of these falls; null without any. */
export function steepestOf(falls: readonly SignalFall[]): SignalFall | null {
  return falls.reduce<SignalFall | null>(
    (most, each) => (most && most.fall >= each.fall ? most : each),
    null,
  );
}

/** The steepest falls in any model, each row once, the steepest first; of the rows in `kept`. */
export function steepestFalls(
  { models }: LayerTree,
  tensors: readonly number[],
  kept: readonly number[],
  most: number,
): SignalFall[] {
  const worst = new Map<number, SignalFall>();
  const among = new Set(kept);
  models.slice(1).forEach((cells, at) => {
    for (const each of signalFalls(cells, at + 1, tensors)) {
      if (!among.has(each.row) || each.fall <= (worst.get(each.row)?.fall ?? 0)) continue;
      worst.set(each.row, each);
    }
  });
  return [...worst.values()].sort((a, b) => b.fall - a.fall).slice(0, most);
}

/** Of each model beside the base the steepest fall; models without any are left out. */
export function startsOf({ models }: LayerTree, tensors: readonly number[]): SignalFall[] {
  return models
    .slice(1)
    .flatMap((cells, at) => steepestOf(signalFalls(cells, at + 1, tensors)) ?? []);
}
