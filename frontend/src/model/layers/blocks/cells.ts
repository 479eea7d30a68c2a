import { ascending, sort } from "d3-array";

import { farFences, heatScale, type HeatScale } from "../../charts/heat";
import type { LayerMeasure, LayerTree } from "../../wire.gen";
import { valueAt } from "../measure";
import type { BlockFamily, BlockGrid } from "./grid";

/** A cell of one model: the worst of its tensors. */
export interface ValueCell {
  /** The tensor that is shown; null where the block has none of the kind. */
  readonly row: number | null;
  /** How many tensors it is the worst of. */
  readonly of: number;
  /** ∞ where it is without bound; null without a number. */
  readonly value: number | null;
  /** Whether it is far outside what its kind has in other blocks. */
  readonly far: boolean;
}

/** One model's picture of the grid. */
export interface Multiple {
  /** Which of the tree's models it is. */
  readonly model: number;
  /** By family, kind and block. */
  readonly families: readonly (readonly (readonly ValueCell[])[])[];
  readonly outside: readonly ValueCell[];
}

/** Of fewer numbers none is far outside. */
const FEWEST = 8;

/** Which way values are strong in the picture: away from the base, or large. */
export function strongEnd({ goal }: LayerMeasure): "high" | "low" {
  return goal === "max" ? "low" : "high";
}

/** A picture for each model that has something logged; of a measure that compares not the base's. */
export function multiplesOf(tree: LayerTree, measure: LayerMeasure, grid: BlockGrid): Multiple[] {
  return tree.models.flatMap((cells, model) => {
    if (!cells.logged || (model === 0 && measure.pairwise)) return [];
    const cellOf = (rows: readonly number[]): ValueCell =>
      worstCell(rows, (row) => valueAt(cells, row), strongEnd(measure));
    return {
      model,
      families: grid.families.map(({ cells: kinds }) =>
        kinds.map((blocks) => withFar(blocks.map(cellOf), measure)),
      ),
      outside: grid.outside.map((row) => cellOf([row])),
    };
  });
}

function worstCell(
  rows: readonly number[],
  valueOf: (row: number) => number | null,
  strong: "high" | "low",
): ValueCell {
  let [shown, worst] = [rows[0] ?? null, null as number | null];
  for (const row of rows) {
    const value = valueOf(row);
    if (value === null || Number.isNaN(value)) continue;
    if (worst === null || (strong === "high" ? value > worst : value < worst)) {
      [shown, worst] = [row, value];
    }
  }
  return { row: shown, of: rows.length, value: worst, far: false };
}

/** One kind of a model through all blocks, with those marked that are far outside. */
function withFar(cells: readonly ValueCell[], measure: LayerMeasure): readonly ValueCell[] {
  const log = measure.scale === "log";
  const into = (value: number): number => (log ? Math.log10(value) : value);
  const known = cells.flatMap(({ value }) => (value === null ? [] : into(value)));
  const sorted = sort(known.filter(Number.isFinite), ascending);
  if (sorted.length < FEWEST) return cells;
  const { low, high } = farFences(sorted);
  // Rounding is no difference.
  const slack = 1e-9 * Math.max(Math.abs(low), Math.abs(high));
  const strong = strongEnd(measure);
  return cells.map((cell) => {
    if (cell.value === null || !Number.isFinite(into(cell.value))) return cell;
    const above = into(cell.value) > high + slack && (strong === "high" || measure.goal === null);
    const below = into(cell.value) < low - slack && (strong === "low" || measure.goal === null);
    return above || below ? { ...cell, far: true } : cell;
  });
}

/** One scale for all cells of `multiples`; null where none has a number. */
export function cellScale(multiples: readonly Multiple[], measure: LayerMeasure): HeatScale | null {
  const values = multiples.flatMap(({ families, outside }) =>
    [...families.flat(2), ...outside].flatMap(({ value }) => value ?? []),
  );
  return heatScale(values, { strong: strongEnd(measure), log: measure.scale === "log" });
}

/** A block that has the worst number of all blocks, far outside theirs, in most kinds. */
export interface WorstBlock {
  readonly model: number;
  /** "model.layers.17". */
  readonly name: string;
  /** "block 17"; of several stacks the name. */
  readonly label: string;
  /** In how many kinds it is the worst, of those that have numbers to compare. */
  readonly worst: number;
  readonly of: number;
}

/** In fewer kinds the worst says little. */
const FEWEST_KINDS = 3;

/** The block that is strictly the worst, and far outside, in the most kinds of any model; null of a measure without a goal. */
export function worstBlock(
  multiples: readonly Multiple[],
  families: readonly BlockFamily[],
  measure: LayerMeasure,
): WorstBlock | null {
  if (!measure.pairwise || measure.goal === null) return null;
  const sign = strongEnd(measure) === "high" ? 1 : -1;
  let found: WorstBlock | null = null;
  for (const { model, families: pictures } of multiples) {
    pictures.forEach((kinds, at) => {
      const wins = kinds.flatMap((cells) => strictlyWorst(cells, sign) ?? []);
      const counts = new Map<number, number>();
      for (const { block } of wins) {
        if (block !== null) counts.set(block, (counts.get(block) ?? 0) + 1);
      }
      for (const [block, worst] of counts) {
        if (found && worst / wins.length <= found.worst / found.of) continue;
        const { blocks, sections } = families[at]!;
        const { name, index } = blocks[block]!;
        const alone = families.length === 1 && sections.length === 1;
        found = { model, name, label: alone ? `block ${index}` : name, worst, of: wins.length };
      }
    });
  }
  return found;
}

/**
 * Which block is the worst of a kind and far outside the others; `block` is null where none is, or
 * two are. Null where too few have a number.
 */
function strictlyWorst(cells: readonly ValueCell[], sign: number): { block: number | null } | null {
  const known = cells.flatMap(({ value, far }, block) =>
    value === null ? [] : { block, value, far },
  );
  const finite = known.filter(({ value }) => Number.isFinite(value));
  if (finite.length < FEWEST) return null;
  const worst = Math.max(...known.map(({ value }) => sign * value));
  const those = known.filter(({ value }) => sign * value === worst);
  return { block: those.length === 1 && those[0]!.far ? those[0]!.block : null };
}

/** Whether a block may be named: in most of the kinds, and in three at least. */
export function standsOut({ worst, of }: WorstBlock): boolean {
  return of >= FEWEST_KINDS && worst >= FEWEST_KINDS && worst * 2 > of;
}
