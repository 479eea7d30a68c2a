import { group } from "d3-array";

import type { Lineage, LineageNode } from "../../lineage/lineage";
import { assignColumns, type ColumnMode, type MapHead } from "../columns";
import { leastDistance } from "../headers";
import type { ColourScale } from "../scales";
import type { Cell, CellBox } from "./cell";
import { Filling } from "./filling";

/** The models of a map in cells: every head with those under it. Lengths in px at zoom 1. */
export interface CellMap {
  readonly heads: readonly MapHead[];
  /** Per head, the variables by which its models are folded. */
  readonly notes: readonly string[];
  /** Per head, its column. */
  readonly columns: readonly CellBox[];
  /** From left to right, from top to bottom. */
  readonly cells: readonly Cell[];
  /** The cell of each model, by key. */
  readonly cellOf: ReadonlyMap<string, Cell>;
  readonly width: number;
  readonly height: number;
  /** One px of the screen when all is shown. */
  readonly pixel: number;
  readonly filling: Filling;
}

/** Columns in px of the screen: narrower ones are shown from afar. */
const LEAST_COLUMN_PX = 92;
const GAP = { least: 18, most: 52, share: 0.22 };
/** Columns of a few models need less room, those with steps inside more. */
const WEIGHTS = { few: 0.7, loop: 1.25 };
const FEW = 3;

/** Px that columns have from top to bottom, below heads at a distance (px) with these names. */
type HeightBelow = (distance: number, names: readonly string[]) => number;

/** Fills `width` px of the screen and the height below the heads; n log n in models. */
export function layoutCells(
  lineage: Lineage,
  mode: ColumnMode,
  colour: ColourScale | null,
  width: number,
  heightBelow: HeightBelow,
): CellMap {
  const { heads: all, columnOf, columns: steps } = assignColumns(lineage, mode);
  const isRoomy = neededWidth(all.map(weightOf)) <= width;
  const heads = isRoomy || mode === "step" ? all : mergedByOperation(all, lineage);
  const weights = heads.map(weightOf);
  const needed = neededWidth(weights);
  const pixel = Math.max(1, needed / Math.max(1, width));
  const across = columnsIn(Math.max(width, needed), weights);
  const distance = leastDistance(across.map((box) => ({ x: box.x + box.width / 2 }))) / pixel;
  const height =
    heightBelow(
      distance,
      heads.map(({ name }) => name),
    ) * pixel;
  const frame = { width: Math.max(width, needed), height };
  const columns = across.map((box): CellBox => ({ ...box, y: 0, height }));
  const filling = new Filling(
    lineage,
    colour,
    pixel,
    heads.length,
    (key) => steps[columnOf.get(key)!]!.at,
  );
  const cells: Cell[] = [];
  const notes: string[] = [];
  const cellOf = new Map<string, Cell>();
  for (const [index, head] of heads.entries()) {
    const nodes = head.keys.map((key) => lineage.nodes.get(key)!);
    const beside = (node: LineageNode) => middleOf(cellOf.get(node.parent?.key ?? ""));
    const filled = filling.column(nodes, index, columns[index]!, beside);
    notes.push(head.operation === null && filled.by.length === 0 ? "" : filled.by.join(" · "));
    for (const cell of filled.cells) {
      cells.push(cell);
      for (const { key } of cell.nodes) cellOf.set(key, cell);
    }
  }
  return { heads, notes, columns, cells, cellOf, ...frame, pixel, filling };
}

function middleOf(cell: Cell | undefined): number {
  return cell ? cell.box.y + cell.box.height / 2 : 0;
}

function weightOf({ keys, steps }: MapHead): number {
  if (keys.length <= FEW) return WEIGHTS.few;
  return steps > 1 ? WEIGHTS.loop : 1;
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function neededWidth(weights: readonly number[]): number {
  return sumOf(weights) * LEAST_COLUMN_PX + (weights.length - 1) * GAP.least;
}

function columnsIn(width: number, weights: readonly number[]): { x: number; width: number }[] {
  const gaps = Math.max(1, weights.length - 1);
  const gap = Math.min(GAP.most, Math.max(GAP.least, (width / weights.length) * GAP.share));
  const unit = (width - (weights.length > 1 ? gaps * gap : 0)) / sumOf(weights);
  let x = 0;
  return weights.map((weight) => {
    const box = { x, width: unit * weight };
    x += box.width + gap;
    return box;
  });
}

/** All heads of an operation as one, in the order of how early they are on average. */
function mergedByOperation(heads: readonly MapHead[], { nodes }: Lineage): MapHead[] {
  const alike = group(heads, ({ operation }) => operation);
  const merged = [...alike.values()].map((some) => {
    const steps = Math.max(...some.map((head) => head.steps));
    const name = some[0]!.operation ?? some[0]!.name;
    const keys = some.flatMap((head) => head.keys);
    return {
      head: {
        ...some[0]!,
        name: steps > 1 ? `${name} ⟲ ${steps}` : name,
        keys,
        repeat: 1,
        steps,
        merged: some.length,
      },
      depth: sumOf(keys.map((key) => nodes.get(key)!.depth)) / keys.length,
    };
  });
  return merged.sort((a, b) => a.depth - b.depth).map(({ head }) => head);
}
