import type { Cell, CellBox } from "./cell";
import type { CellMap } from "./cell_map";

/** A cell that was opened, over the others: nothing else moves. */
export interface OpenedCell {
  /** From the outermost to the one that is shown. */
  readonly path: readonly Cell[];
  readonly cells: readonly Cell[];
  /** Names of the variables by which its models are folded. */
  readonly by: readonly string[];
  /** What it covers, with its head. Lengths in px at zoom 1. */
  readonly box: CellBox;
}

const WIDTH_PX = 320;
export const HEAD_PX = 40;
const PAD_PX = 8;
/** It covers no more of the map. */
const MOST = { width: 0.6, height: 0.94 };

/**
 * The cell at the end of `keys`: each is a model, whose cell is opened in that before. What is not
 * there (any more) ends the way. Null where nothing is to be opened.
 */
export function openedCell(map: CellMap, keys: readonly string[]): OpenedCell | null {
  const outer = map.cellOf.get(keys[0] ?? "");
  if (!outer || outer.single) return null;
  let opened = open(map, [outer]);
  for (const key of keys.slice(1)) {
    const inner = cellWith(opened.cells, key);
    if (!inner || inner.single) break;
    opened = open(map, [...opened.path, inner]);
  }
  return opened;
}

/** The cell among `cells` that has the model. */
export function cellWith(cells: readonly Cell[], key: string): Cell | undefined {
  return cells.find(({ nodes }) => nodes.some((node) => node.key === key));
}

/** The keys that open all cells around a model, so that it is seen by itself. */
export function keysTo(map: CellMap, key: string): string[] {
  const keys: string[] = [];
  for (let cell = map.cellOf.get(key); cell && !cell.single;) {
    keys.push(cell.nodes[0]!.key);
    const opened = openedCell(map, keys);
    // What cannot be split any further shows all that it has.
    if (!opened || opened.path.length < keys.length) break;
    cell = cellWith(opened.cells, key);
  }
  return keys;
}

function open(map: CellMap, path: readonly Cell[]): OpenedCell {
  const { pixel, filling } = map;
  const [outer] = path as [Cell];
  const cell = path.at(-1)!;
  const head = HEAD_PX * pixel;
  const pad = PAD_PX * pixel;
  const width = Math.min(
    Math.max(outer.box.width, WIDTH_PX * pixel),
    Math.max(outer.box.width, map.width * MOST.width),
  );
  const height = Math.min(
    Math.max(outer.box.height, filling.heightFor(cell.nodes.length) + head + pad),
    map.height * MOST.height,
  );
  const middle = { x: outer.box.x + outer.box.width / 2, y: outer.box.y + outer.box.height / 2 };
  const box = {
    x: within(middle.x - width / 2, map.width - width),
    y: within(middle.y - height / 2, map.height - height),
    width,
    height,
  };
  const body = {
    x: box.x + pad,
    y: box.y + head,
    width: width - 2 * pad,
    height: height - head - pad,
  };
  const { cells, by } = filling.inside(cell, body, path.length + 1);
  return { path, cells, by, box };
}

function within(at: number, most: number): number {
  return Math.max(0, Math.min(at, most));
}
