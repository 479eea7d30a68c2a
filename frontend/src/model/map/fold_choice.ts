import type { Lineage } from "../lineage/lineage";

/** What a person chose to see of a map: every model, cells, or what suits; and what is opened. */
export interface FoldChoice {
  readonly rest: "auto" | "open" | "folded";
  /** Keys of models: the cell of the first is open, in it that of the second, and so on. */
  readonly open: readonly string[];
}

export const AUTO_FOLDS: FoldChoice = { rest: "auto", open: [] };

/** A map with as many rows shows every model of itself. */
export const WHOLE_ROWS = 40;
/** So is one of as many rows where most are of operations of their own: a column each says little. */
const WHOLE_OPERATIONS = { rows: 100, share: 0.5 };
/** More models are never shown one by one: each is a node and a ribbon. */
export const MOST_WHOLE = 1000;
/** Fewer are not worth folding. */
export const LEAST_FOLDED = 12;

/** Whether a map is drawn in cells. */
export function inCells({ nodes, preorder }: Lineage, { rest }: FoldChoice): boolean {
  if (nodes.size > MOST_WHOLE || rest === "folded") return nodes.size > 0;
  if (rest === "open") return false;
  const ends = preorder.filter(({ children }) => children.length === 0);
  if (ends.length <= WHOLE_ROWS) return false;
  const operations = new Set(ends.map(({ model }) => model.operation?.name ?? ""));
  const { rows, share } = WHOLE_OPERATIONS;
  return ends.length > rows || operations.size < ends.length * share;
}
