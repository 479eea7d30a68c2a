import type { LineageNode } from "../../lineage/lineage";
import type { BetterEnd } from "../../tradeoffs/near_best";
import type { Model } from "../../wire.gen";
import type { ColourScale } from "../scales";

/** A rectangle, in px at zoom 1. */
export interface CellBox {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Models drawn together, or one by itself. */
export interface Cell {
  /** Of one model its key; of more `+` for each cell around it and its own, and the key of the first. */
  readonly id: string;
  /** Index of the head that it is under. */
  readonly head: number;
  /** Its levels, the variable that explains most first; of one model its name. */
  readonly title: readonly string[];
  readonly nodes: readonly LineageNode[];
  readonly single: boolean;
  readonly box: CellBox;
}

/** What the front of a cell and its tooltip tell. */
export interface CellFacts {
  readonly count: number;
  /** The best value, or the median where no end is better; null where none was logged. */
  readonly best: number | null;
  readonly median: number | null;
  readonly logged: number;
  readonly failed: number;
  readonly onFront: number;
}

/** The value that stands for several: the best, or the median where no end is better. */
export function bestOf(sorted: readonly number[], better: BetterEnd): number | null {
  if (better === null) return medianOf(sorted);
  return (better === "low" ? sorted[0] : sorted.at(-1)) ?? null;
}

function medianOf(sorted: readonly number[]): number | null {
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? null;
}

export function factsOf(
  { nodes }: Pick<Cell, "nodes">,
  colour: ColourScale | null,
  front: ReadonlySet<string>,
): CellFacts {
  const values = colour ? nodes.flatMap(({ model }) => colour.valueOf(model) ?? []) : [];
  values.sort((a, b) => a - b);
  const count = (test: (model: Model) => boolean) =>
    nodes.reduce((sum, { model }) => sum + Number(test(model)), 0);
  return {
    count: nodes.length,
    best: colour ? bestOf(values, colour.better) : null,
    median: medianOf(values),
    logged: values.length,
    failed: count(({ status }) => status === "failed"),
    onFront: count(({ key }) => front.has(key)),
  };
}

/** Where a value lies from left to right, 0…1, as in the legend: low values left. */
export function shareAcross(value: number, { better, strength }: ColourScale): number {
  return better === "low" ? 1 - strength(value) : strength(value);
}
