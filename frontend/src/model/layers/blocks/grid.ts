import { group as groupBy } from "d3-array";

import type { LayerNetwork } from "../network";
import { partsOf, type NamedTensor } from "./indexed_names";
import { merged } from "./parallel";
import { periodicStack } from "./periods";
import { kindLabels } from "./roles";
import { stacksOf, type Stack } from "./stacks";

/** A kind of tensor: a row of the grid. */
export interface GridKind {
  readonly kind: string;
  /** "q". */
  readonly label: string;
}

/** A block: a column of the grid. */
export interface GridBlock {
  /** "model.layers.17". */
  readonly name: string;
  readonly index: number;
}

/** Neighbouring blocks of one stack. */
export interface GridSection {
  readonly path: string;
  /** Columns, from the first to the last, both included. */
  readonly first: number;
  readonly last: number;
}

/** Blocks × kinds: stacks that hold much the same. */
export interface BlockFamily {
  readonly kinds: readonly GridKind[];
  readonly blocks: readonly GridBlock[];
  readonly sections: readonly GridSection[];
  /** Rows of tensors by kind, then block; most cells have one, those of experts several. */
  readonly cells: readonly (readonly (readonly number[])[])[];
}

/** The tensors of a network by block and kind. */
export interface BlockGrid {
  /** The largest first. */
  readonly families: readonly BlockFamily[];
  /** Tensors of no block, and of kinds that one block alone has, in the order of the network. */
  readonly outside: readonly number[];
}

/** Smaller families are no grid. */
const FEWEST = { blocks: 3, kinds: 2, tensors: 6 };
/** Stacks are of one family where they share this much of the smaller one's kinds. */
const SHARED = 1 / 3;

/** The grid of a network's tensors; without families where no blocks repeat. */
export function blockGrid({ rows, tensors }: LayerNetwork): BlockGrid {
  const named = tensors.map((row): NamedTensor => {
    const shape = rows.shapes[row];
    return { row, parts: partsOf(rows.names[row] ?? ""), rank: shape ? shape.length : null };
  });
  const families = familiesOf(repeating(named), rows.shapes);
  const inside = new Set(families.flatMap(({ cells }) => cells.flat(2)));
  return { families, outside: tensors.filter((row) => !inside.has(row)) };
}

/** With fewer blocks, or less than this share of the tensors in them, the grid is not shown by itself. */
const SUITS = { blocks: 4, share: 0.5 };

/** Whether the grid says more than the tensors in order. */
export function suitsGrid({ families, outside }: BlockGrid): boolean {
  const inside = families.flatMap(({ cells }) => cells.flat(2)).length;
  const blocks = Math.max(0, ...families.map((family) => family.blocks.length));
  return blocks >= SUITS.blocks && inside >= SUITS.share * (inside + outside.length);
}

/** Layers that are numbered one by one make blocks only where they stand in a period. */
function repeating(named: readonly NamedTensor[]): Stack[] {
  const stacks = stacksOf(named).map(merged);
  const single = stacks.every(({ blocks }) =>
    blocks.every(({ tensors }) => tensors.every(({ kind }) => !kind.includes("."))),
  );
  const periodic = single ? periodicStack(named) : null;
  const covered = stacks.reduce((sum, stack) => sum + tensorsOf(stack), 0);
  return periodic && tensorsOf(periodic) >= HELD * covered ? [periodic] : stacks;
}

/** A period is taken instead of single layers where it holds this share of their tensors. */
const HELD = 0.6;

type Shapes = LayerNetwork["rows"]["shapes"];

function familiesOf(stacks: readonly Stack[], shapes: Shapes): BlockFamily[] {
  const groups: { kinds: Set<string>; stacks: Stack[] }[] = [];
  for (const stack of [...stacks].sort((a, b) => tensorsOf(b) - tensorsOf(a))) {
    const kinds = new Set(stack.blocks.flatMap(({ tensors }) => tensors.map(({ kind }) => kind)));
    const near = groups.find(({ kinds: others }) => {
      const both = [...kinds].filter((kind) => others.has(kind)).length;
      return both >= SHARED * Math.min(kinds.size, others.size);
    });
    if (near) {
      near.stacks.push(stack);
      for (const kind of kinds) near.kinds.add(kind);
    } else groups.push({ kinds, stacks: [stack] });
  }
  return groups.flatMap(({ stacks: own }) => {
    const inOrder = stacks.filter((stack) => own.includes(stack));
    const family = familyOf(inOrder, shapes);
    const { blocks, kinds, cells } = family;
    const enough =
      blocks.length >= FEWEST.blocks &&
      kinds.length >= FEWEST.kinds &&
      cells.flat(2).length >= FEWEST.tensors;
    return enough ? [family] : [];
  });
}

function tensorsOf({ blocks }: Stack): number {
  return blocks.reduce((sum, { tensors }) => sum + tensors.length, 0);
}

function familyOf(stacks: readonly Stack[], shapes: Shapes): BlockFamily {
  const blocks = stacks.flatMap((stack) => stack.blocks);
  const tensors = blocks.flatMap((block, at) => block.tensors.map((tensor) => ({ ...tensor, at })));
  const byKind = [...groupBy(tensors, ({ kind }) => kind)]
    .filter(([, held]) => new Set(held.map(({ at }) => at)).size > 1)
    .sort(([, [a]], [, [b]]) => Number(isVector(a!.row)) - Number(isVector(b!.row)));
  const labels = kindLabels(
    byKind.map(([kind, held]) => ({ kind, shape: shapes[held[0]!.row] ?? null })),
  );
  let first = 0;
  return {
    kinds: byKind.map(([kind], at) => ({ kind, label: labels[at]! })),
    blocks: blocks.map(({ name, index }) => ({ name, index })),
    sections: stacks.map(({ path, blocks: own }) => {
      const section = { path, first, last: first + own.length - 1 };
      first += own.length;
      return section;
    }),
    cells: byKind.map(([, held]) => {
      const cells: number[][] = blocks.map(() => []);
      for (const { row, at } of held) cells[at]!.push(row);
      return cells;
    }),
  };

  /** Norms and biases stand below matrices. */
  function isVector(row: number): boolean {
    return (shapes[row]?.length ?? 2) < 2;
  }
}
