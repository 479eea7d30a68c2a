import { group as groupBy } from "d3-array";

import { indexAfter, pathOf, type NamedTensor } from "./indexed_names";

/** What repeats: tensors of one block, by what their names say after the block's index. */
export interface Block {
  /** "layers.17". */
  readonly name: string;
  readonly index: number;
  readonly tensors: readonly BlockTensor[];
}

export interface BlockTensor {
  readonly row: number;
  /** What of its name follows the block's index. */
  readonly kind: string;
}

/** Blocks in a row that are alike: "model.layers". */
export interface Stack {
  readonly path: string;
  readonly blocks: readonly Block[];
}

/** Blocks are alike where each holds, on average, this share of what a typical one does. */
const ALIKE = 0.5;
/** Lists within blocks are the blocks where they hold this share of the tensors. */
const HELD = 0.6;
/** What is of one kind inside a block, however many there are of it. */
const PARALLEL = /^(experts?|heads?)$/i;

/** The stacks among `tensors`, by the outermost index of which blocks are alike. */
export function stacksOf(tensors: readonly NamedTensor[], from = 0): Stack[] {
  return [...groupBy(tensors, (tensor) => listPath(tensor, from))].flatMap(([path, members]) => {
    if (path === null) return [];
    const at = indexAfter(members[0]!.parts, from);
    const blocks = blocksAt(members, at);
    if (blocks.length < 2 || likeness(blocks) < ALIKE) {
      const apart = groupBy(members, ({ parts }) => parts[at]!.index);
      return [...apart.values()].flatMap((each) => stacksOf(each, at + 1));
    }
    return innerStacks(members, at) ?? [{ path, blocks }];
  });
}

/** The lists of blocks within the blocks at `at`; null where the outer ones are the blocks. */
function innerStacks(members: readonly NamedTensor[], at: number): Stack[] | null {
  const lists = groupBy(members, (tensor) => listWithin(tensor, at));
  const accepted = [...lists].flatMap(([list, held]) =>
    list !== null && isListOfBlocks(held, at + 1) ? [held] : [],
  );
  const inside = accepted.flat();
  if (inside.length < HELD * members.length) return null;
  const held = new Set(inside);
  const beside = members.filter((tensor) => !held.has(tensor));
  const kindsInside = new Set(
    inside.map((each) => kindAfter(each, indexAfter(each.parts, at + 1))),
  );
  const kindsBeside = new Set(beside.map((each) => kindAfter(each, at)));
  if (kindsBeside.size >= kindsInside.size) return null;
  return accepted.flatMap((list) =>
    [...groupBy(list, (tensor) => listPath(tensor, at + 1) ?? "")].map(([path, each]) => ({
      path,
      blocks: blocksAt(each, indexAfter(each[0]!.parts, at + 1)),
    })),
  );
}

/** Whether what stands at the next index are blocks of modules, alike in all outer blocks. */
function isListOfBlocks(held: readonly NamedTensor[], from: number): boolean {
  const inner = indexAfter(held[0]!.parts, from);
  const before = held[0]!.parts[inner]!.stem || held[0]!.parts[inner - 1]?.text || "";
  if (PARALLEL.test(before)) return false;
  const each = [...groupBy(held, (tensor) => listPath(tensor, from))].map(([, members]) =>
    blocksAt(members, inner),
  );
  const deep = held.filter(({ parts }) => parts.length > inner + 2).length;
  return (
    deep * 2 > held.length &&
    each.some((blocks) => blocks.length > 1) &&
    likeness(each.flat()) >= ALIKE
  );
}

/** The name up to the first index at `from` or after it, without the index; null without one. */
function listPath({ parts }: NamedTensor, from: number): string | null {
  const at = indexAfter(parts, from);
  if (at < 0) return null;
  const path = pathOf(parts.slice(0, at));
  const { stem } = parts[at]!;
  return stem && path ? `${path}.${stem}` : stem || path;
}

/** The same, within the block at `at`: without the name of the block. */
function listWithin({ parts }: NamedTensor, at: number): string | null {
  const inner = indexAfter(parts, at + 1);
  return inner < 0 ? null : pathOf(parts.slice(at + 1, inner)) + "." + parts[inner]!.stem;
}

/** By the index at `at`, in its order. */
function blocksAt(members: readonly NamedTensor[], at: number): Block[] {
  return [...groupBy(members, ({ parts }) => parts[at]!.index ?? 0)]
    .sort(([a], [b]) => a - b)
    .map(([index, tensors]) => ({
      index,
      name: pathOf(tensors[0]!.parts.slice(0, at + 1)),
      tensors: tensors.map((tensor) => ({ row: tensor.row, kind: kindAfter(tensor, at) })),
    }));
}

/** What of the name follows the index at `at`; of a bare module its rank tells a norm from a matrix. */
function kindAfter({ parts, rank }: NamedTensor, at: number): string {
  const rest = parts.slice(at + 1);
  return rest.length > 1 || rank === null ? pathOf(rest) : `${pathOf(rest)}:${rank}`;
}

/** How much blocks have in common with what more than half of them hold, 0 to 1. */
function likeness(blocks: readonly Block[]): number {
  const kinds = blocks.map(({ tensors }) => new Set(tensors.map(({ kind }) => kind)));
  const counts = new Map<string, number>();
  for (const kind of kinds.flatMap((each) => [...each])) {
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  const typical = new Set(
    [...counts].filter(([, count]) => count * 2 > blocks.length).map(([kind]) => kind),
  );
  let sum = 0;
  for (const own of kinds) {
    const both = [...own].filter((kind) => typical.has(kind)).length;
    sum += both / (own.size + typical.size - both || 1);
  }
  return blocks.length ? sum / blocks.length : 0;
}
