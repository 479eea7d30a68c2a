import { valueAt } from "./layers_measure";
import type { LayerCells, LayerTree } from "./wire.gen";

/** A tensor at which a model's signal is worse than at the tensor before it; SQNR in dB. */
export interface SignalFall {
  readonly row: number;
  readonly model: number;
  /** ∞ where nothing had changed yet, as at the inputs. */
  readonly before: number;
  readonly after: number;
  readonly fall: number;
}

/** With noise of a thousandth of the signal's power a layer is as good as unchanged. */
const UNHARMED_DB = 30;

/** Whether it is known where the signal of these answers falls: by SQNR, of activations. */
export function hasFalls({ view, measure }: LayerTree): boolean {
  return view === "activations" && measure === "sqnr";
}

/**
 * The tensors at which each model's SQNR falls, in the order of the network. Values are cumulative:
 * a low one tells of all tensors before, a fall of this one. What is above 30 dB counts as 30 dB.
 */
function fallsOf(cells: LayerCells, model: number, tensors: readonly number[]): SignalFall[] {
  const falls: SignalFall[] = [];
  let before = Infinity;
  for (const row of tensors) {
    const after = valueAt(cells, row);
    if (after === null) continue;
    const fall = Math.min(before, UNHARMED_DB) - after;
    if (fall > 0) falls.push({ row, model, before, after, fall });
    before = after;
  }
  return falls;
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
    for (const each of fallsOf(cells, at + 1, tensors)) {
      if (!among.has(each.row) || each.fall <= (worst.get(each.row)?.fall ?? 0)) continue;
      worst.set(each.row, each);
    }
  });
  return [...worst.values()].sort((a, b) => b.fall - a.fall).slice(0, most);
}

/** Of each model beside the base the steepest fall; models without any are left out. */
export function startsOf({ models }: LayerTree, tensors: readonly number[]): SignalFall[] {
  return models.slice(1).flatMap((cells, at) => {
    const falls = fallsOf(cells, at + 1, tensors);
    const [first] = falls;
    return first ? falls.reduce((most, each) => (each.fall > most.fall ? each : most), first) : [];
  });
}
