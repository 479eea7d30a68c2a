import { signalWords, unchangedWords } from "../claims/layers";
import { counted } from "../format/numbers";
import type { LayerCells, LayerMeasure, LayerTree } from "../wire.gen";
import { harmOf, leadingKind, topChanges, type LeadingKind } from "./change";
import { bareNumber, CERTAINTY_MARKS, fullNumber, numberAt } from "./measure";
import { layerNetwork } from "./network";
import { signalFalls, steepestOf } from "./origin";

/** What one tensor says at a glance of how a model's insides differ from the base's. */
export interface LayerGlance {
  /** Full name of the row it is about; null where nothing differs. */
  readonly row: string | null;
  /** "Changed most: conv3.weight, SQNR 1.3 dB ≈". */
  readonly text: string;
  /** What that was compared with, for a tooltip. */
  readonly note: string;
  /** What makes the comparison less than it seems; null where nothing does. */
  readonly caveat: string | null;
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
  const part = tree.models[at]?.parts[0];
  const caveat = caveatOf(tree, model, part?.words);
  if (!worst) return { row: null, text: unchangedWords(part?.words), note: "", caveat };
  const name = tree.rows.names[worst.row] ?? "";
  const leading = leadingKind(harmOf(tree), tree.models.length, layerNetwork(tree.rows), tensors);
  const left = part?.refused ? `; ${part.words}` : "";
  if (leading) {
    const { text, note } = kindWords(leading, tree.models[at]!, measure);
    return { row: name, text: text + left, note, caveat };
  }
  const value = written(tree.models[at]!, worst.row, measure);
  const near = others.filter(({ harm }) => worst.harm - harm <= ALIKE_DB).map(({ row }) => row);
  const alike =
    measure.unit === "dB" && near.length ? ` (${near.length} more within 1\u202fdB)` : "";
  const first = near.slice(0, LISTED).map((row) => tree.rows.names[row]);
  const note = [`${measure.label}: the lowest of ${counted(tensors.length, "tensor")}`];
  if (alike) note.push(`next: ${first.join(", ")}`);
  return {
    row: name,
    text: `Changed most: ${name}, ${measure.label} ${value}${alike}${left}`,
    note: note.join("\n"),
    caveat,
  };
}

/** "Changed most: LayerNorm weights, 9 of 9, SQNR 10.3 to 12.0 dB". */
function kindWords(
  { kind, changes, of, next }: LeadingKind,
  cells: LayerCells,
  measure: LayerMeasure,
): Pick<LayerGlance, "text" | "note"> {
  const [worst, last] = [changes[0]!, changes.at(-1)!].map(({ row }) => numberAt(cells, row));
  const range = `${bareNumber(worst!, measure)} to ${fullNumber(last!, measure)}`;
  const others = next ? `next of another kind: ${written(cells, next.row, measure)}` : "";
  return {
    text: `Changed most: ${kind}s, ${changes.length} of ${of}, ${measure.label} ${range}`,
    note: others,
  };
}

/** The tensor at which the signal falls most; null where `tree` cannot tell. */
export function activationsGlance(tree: LayerTree, model: string): LayerGlance | null {
  const found = comparison(tree, model);
  if (!found || found.measure.unit !== "dB") return null;
  const { measure, tensors, at } = found;
  const cells = tree.models[at]!;
  const name = (row: number): string => (tree.rows.names[row] ?? "").replace(/\.output$/, "");
  const start = steepestOf(signalFalls(cells, at, tensors));
  if (!start) return { row: null, text: unharmedWords(cells, tensors), note: "", caveat: null };
  const { row, from } = start;
  const full = tree.rows.names[row] ?? null;
  const after = written(cells, row, measure);
  if (from === null) {
    const text = `Signal low from the start: ${name(row)}, ${after}`;
    return { row: full, text, note: "", caveat: null };
  }
  return {
    row: full,
    text: `Signal falls most at ${name(row)}: ${written(cells, from, measure)} → ${after}`,
    note: `${measure.label} at ${name(from)}, then at ${name(row)}; it includes what was lost before`,
    caveat: null,
  };
}

/** Of a signal that falls nowhere beyond noise. */
function unharmedWords(cells: LayerCells, rows: readonly number[]): string {
  return signalWords(Math.min(...rows.map((row) => cells.value[row] ?? Infinity)));
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

/** What the answer notes of the model, such as norms that were folded into other weights. */
function caveatOf({ notes }: LayerTree, model: string, part: string | undefined): string | null {
  const own = notes.filter((note) => note.model === undefined || note.model === model);
  const said = own.map(({ message, remedy }) => `${message} ${remedy}`.trim());
  return [...(part ? [`${part}.`] : []), ...said].join("\n") || null;
}

function written(cells: LayerCells, row: number, measure: LayerMeasure): string {
  const number = numberAt(cells, row);
  const mark = number.certainty === "at least" ? `${CERTAINTY_MARKS["at least"]} ` : "";
  return mark + fullNumber(number, measure);
}
