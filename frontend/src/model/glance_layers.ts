import { counted } from "./counted";
import { harmOf, topChanges } from "./layers_change";
import { CERTAINTY_MARKS, fullNumber, numberAt } from "./layers_measure";
import type { LayerCells, LayerMeasure, LayerTree } from "./wire.gen";

/** What one tensor says at a glance of how a model's insides differ from the base's. */
export interface LayerGlance {
  /** Full name of the row it is about; null where nothing differs. */
  readonly row: string | null;
  /** "Changed most: conv3.weight, SQNR 1.3 dB ≈". */
  readonly text: string;
  /** What that was compared with, for a tooltip. */
  readonly note: string;
}

/** Tensors so near to the one that changed most changed as much, in dB; the tooltip names some. */
const ALIKE_DB = 1;
const LISTED = 8;

/** The tensor that changed most in the model; null where `tree` cannot tell. */
export function weightsGlance(tree: LayerTree, model: string): LayerGlance | null {
  const found = comparison(tree, model);
  if (!found) return null;
  const { measure, tensors, at } = found;
  const changed = topChanges(harmOf(tree), tree.models.length, tensors, tensors.length).filter(
    (change) => change.model === at,
  );
  const [worst, ...others] = changed;
  if (!worst) return { row: null, text: "No weight differs from the base’s", note: "" };
  const name = tree.rows.names[worst.row] ?? "";
  const value = written(tree.models[at]!, worst.row, measure);
  const near = others.filter(({ harm }) => worst.harm - harm <= ALIKE_DB).map(({ row }) => row);
  const alike =
    measure.unit === "dB" && near.length ? ` (${near.length} more within 1\u202fdB)` : "";
  const first = near.slice(0, LISTED).map((row) => tree.rows.names[row]);
  const note = [`${measure.label}: the lowest of ${counted(tensors.length, "tensor")}`];
  if (alike) note.push(`next: ${first.join(", ")}`);
  return {
    row: name,
    text: `Changed most: ${name}, ${measure.label} ${value}${alike}`,
    note: note.join("\n"),
  };
}

/** Beyond this a signal is as good as whole: a fall from it counts as a fall from here. */
const WHOLE_DB = 60;
/** A first tensor that is so near to the lowest of all has lost the signal already, in dB. */
const NEAR_DB = 3;

/**
 * The tensor at which the signal-to-noise ratio falls most against the tensor before it; falls
 * within the intervals do not count. Null where `tree` cannot tell.
 */
export function activationsGlance(tree: LayerTree, model: string): LayerGlance | null {
  const found = comparison(tree, model);
  if (!found || found.measure.unit !== "dB") return null;
  const { measure, tensors, at } = found;
  const cells = tree.models[at]!;
  const nameAt = (row: number): string => (tree.rows.names[row] ?? "").replace(/\.output$/, "");
  const [first] = tensors;
  if (first === undefined) return null;
  const heights = tensors.map((row) => Math.min(WHOLE_DB, cells.value[row] ?? WHOLE_DB));
  const fall = steepest(cells, tensors, heights);
  const lowest = Math.min(...heights);
  if (lowest >= WHOLE_DB) return { row: null, text: "The signal is that of the base", note: "" };
  if (!fall || heights[0]! - lowest < NEAR_DB) {
    const text = `Signal low from the first: ${nameAt(first)}, ${written(cells, first, measure)}`;
    return { row: tree.rows.names[first] ?? null, text, note: "" };
  }
  const [before, after] = fall;
  const ends = [before, after].map((row) => written(cells, row, measure)).join(" → ");
  return {
    row: tree.rows.names[after] ?? null,
    text: `Signal falls most at ${nameAt(after)}: ${ends}`,
    note: `${measure.label} at ${nameAt(before)}, then at ${nameAt(after)}: what was lost before is in it`,
  };
}

/** The rows before and after the largest fall; null where there is none beyond noise. */
function steepest(
  cells: LayerCells,
  rows: readonly number[],
  heights: readonly number[],
): [before: number, after: number] | null {
  let found: [number, number] | null = null;
  let most = 0;
  for (let at = 1; at < rows.length; at++) {
    const [before, after] = [rows[at - 1]!, rows[at]!];
    const fall = heights[at - 1]! - heights[at]!;
    const low = cells.low[before] ?? heights[at - 1]!;
    const high = cells.high[after] ?? heights[at]!;
    if (fall > most && low > high) [found, most] = [[before, after], fall];
  }
  return found;
}

interface Compared {
  measure: LayerMeasure;
  /** Rows of tensors that have a number in the model. */
  tensors: number[];
  /** Which of `tree.models` it is. */
  at: number;
}

function comparison(tree: LayerTree, model: string): Compared | null {
  const measure = tree.measures.find(({ id }) => id === tree.measure);
  const at = tree.models.findIndex(({ key }) => key === model);
  const cells = tree.models[at];
  if (!measure?.pairwise || !cells?.logged || at < 1) return null;
  const tensors = tree.rows.names.flatMap((_, row) =>
    tree.rows.tensor[row] && cells.certainty[row] ? row : [],
  );
  return tensors.length ? { measure, tensors, at } : null;
}

function written(cells: LayerCells, row: number, measure: LayerMeasure): string {
  const number = numberAt(cells, row);
  const mark = number.certainty === "at least" ? `${CERTAINTY_MARKS["at least"]} ` : "";
  return mark + fullNumber(number, measure);
}
