import type { BlockGrid } from "./grid";

/** What is drawn: for each family its numbers of kinds and blocks, and tensors of no block. */
export interface GridSize {
  readonly families: readonly { kinds: number; blocks: number; sections: number }[];
  readonly outside: number;
}

/** Where a family's cells are, in px of a multiple. */
export interface FamilyPlace {
  readonly top: number;
  readonly cell: { readonly width: number; readonly height: number };
}

/** Where everything is, in px; all multiples are alike. */
export interface GridLayout {
  /** Multiples beside each other. */
  readonly columns: number;
  /** Of one multiple, with its labels. */
  readonly width: number;
  readonly height: number;
  /** Room for names of kinds, left of the cells. */
  readonly labels: number;
  readonly families: readonly FamilyPlace[];
  /** Whether every multiple has the indices of its blocks below, or the last line alone. */
  readonly indices: "each" | "last";
  readonly outside: FamilyPlace & { readonly perLine: number };
  /** Of all multiples. */
  readonly whole: { readonly width: number; readonly height: number };
}

/** Px: a line of text, the space between multiples, and between sections. */
export const LINE = 15;
export const GAP = 14;
export const SECTION_GAP = 3;
const CELL = { most: { width: 44, height: 18 }, least: { width: 3, height: 4 } };
/** In several columns cells are so wide at least. */
const BESIDE = 4.5;
/** Of lower rows not every name of a kind is written. */
export const WRITTEN = 11;
const MOST_COLUMNS = 6;

/** The multiples in `room`: in as many columns as make rows the highest, as long as cells are wide enough. */
export function gridLayout(
  { families, outside }: GridSize,
  count: number,
  room: { readonly width: number; readonly height: number },
  labels: number,
): GridLayout {
  let best: GridLayout | null = null;
  for (let columns = 1; columns <= Math.min(MOST_COLUMNS, Math.max(1, count)); columns++) {
    const layout = inColumns(columns);
    const narrowest = Math.min(...layout.families.map(({ cell }) => cell.width));
    if (best && narrowest < BESIDE) break;
    const heightOf = ({ families: [first] }: GridLayout): number => first?.cell.height ?? 0;
    if (!best || heightOf(layout) > heightOf(best) + 1) best = layout;
  }
  return best!;

  function inColumns(columns: number): GridLayout {
    const width = (room.width - (columns - 1) * GAP) / columns;
    const lines = Math.ceil(count / columns);
    const inner = Math.max(40, width - labels);
    const perLine = Math.max(
      1,
      Math.floor(inner / Math.max(CELL.least.width, Math.min(16, inner / (outside || 1)))),
    );
    const outsideLines = outside ? Math.ceil(outside / perLine) : 0;
    const rows = families.reduce((sum, { kinds }) => sum + kinds, 0) + outsideLines;
    const indices = lines === 1 || families.length > 1 ? "each" : "last";
    const below = indices === "each" ? LINE : 0;
    // A line for the name, and of each family one for sections and one for indices.
    const heads = families.reduce((sum, { sections }) => sum + headOf(sections), 0);
    const texts = LINE + heads + families.length * below + (outside ? SECTION_GAP : 0);
    const each = (room.height - (lines - 1) * GAP - (below ? 0 : LINE)) / lines;
    const fitting = Math.floor((each - texts) / Math.max(1, rows));
    const height = Math.min(CELL.most.height, Math.max(CELL.least.height, fitting));
    let top = LINE;
    const places = families.map(({ kinds, blocks, sections }) => {
      top += headOf(sections);
      const free = inner - (sections - 1) * SECTION_GAP;
      const cell = { width: Math.min(CELL.most.width, free / blocks), height };
      const place = { top, cell };
      top += kinds * height + below;
      return place;
    });
    const own = top + (outside ? SECTION_GAP + outsideLines * height : 0);
    return {
      columns,
      width,
      height: own,
      labels,
      families: places,
      indices,
      outside: {
        top: top + SECTION_GAP,
        cell: { width: Math.min(16, inner / Math.min(perLine, outside || 1)), height },
        perLine,
      },
      whole: { width: room.width, height: lines * own + (lines - 1) * GAP + (below ? 0 : LINE) },
    };
  }
}

/** Px above a family: of one stack alone the name is not written, as blocks are called by it. */
function headOf(sections: number): number {
  return sections > 1 ? LINE : 0;
}

export function sizeOf({ families, outside }: BlockGrid): GridSize {
  return {
    families: families.map(({ kinds, blocks, sections }) => ({
      kinds: kinds.length,
      blocks: blocks.length,
      sections: sections.length,
    })),
    outside: outside.length,
  };
}

/** What a cell stands for. */
export type CellAddress =
  | {
      readonly multiple: number;
      readonly family: number;
      readonly kind: number;
      readonly block: number;
    }
  | { readonly multiple: number; readonly family: null; readonly outside: number };

/** Where multiple `at` begins. */
export function multipleAt(layout: GridLayout, at: number): { x: number; y: number } {
  return {
    x: (at % layout.columns) * (layout.width + GAP),
    y: Math.floor(at / layout.columns) * (layout.height + GAP),
  };
}

/** The left edge of block `block` in a family, from the edge of the multiple. */
export function blockX(
  layout: GridLayout,
  sections: BlockGrid["families"][number]["sections"],
  family: number,
  block: number,
): number {
  const section = sections.findIndex(({ last }) => block <= last);
  return layout.labels + block * layout.families[family]!.cell.width + section * SECTION_GAP;
}

/** The corner of a cell. */
export function cellPlace(
  layout: GridLayout,
  grid: BlockGrid,
  address: CellAddress,
): { x: number; y: number; width: number; height: number } {
  const { x, y } = multipleAt(layout, address.multiple);
  if (address.family === null) {
    const { top, cell, perLine } = layout.outside;
    const [line, at] = [Math.floor(address.outside / perLine), address.outside % perLine];
    return { x: x + layout.labels + at * cell.width, y: y + top + line * cell.height, ...cell };
  }
  const { top, cell } = layout.families[address.family]!;
  const { sections } = grid.families[address.family]!;
  return {
    x: x + blockX(layout, sections, address.family, address.block),
    y: y + top + address.kind * cell.height,
    ...cell,
  };
}

/** The cell at a place; null between cells. */
export function cellAt(
  layout: GridLayout,
  grid: BlockGrid,
  count: number,
  at: { x: number; y: number },
): CellAddress | null {
  const column = Math.floor(at.x / (layout.width + GAP));
  const line = Math.floor(at.y / (layout.height + GAP));
  const multiple = line * layout.columns + column;
  if (column < 0 || column >= layout.columns || line < 0 || multiple >= count) return null;
  const { x, y } = multipleAt(layout, multiple);
  const [left, top] = [at.x - x - layout.labels, at.y - y];
  for (const [family, place] of layout.families.entries()) {
    const { kinds, blocks, sections } = grid.families[family]!;
    const kind = Math.floor((top - place.top) / place.cell.height);
    if (kind < 0 || kind >= kinds.length) continue;
    const section = sections.findIndex(
      ({ last }, nth) => left < (last + 1) * place.cell.width + nth * SECTION_GAP,
    );
    const block = Math.floor((left - section * SECTION_GAP) / place.cell.width);
    const inside = section >= 0 && block >= sections[section]!.first && block < blocks.length;
    return inside && left >= 0 ? { multiple, family, kind, block } : null;
  }
  const { top: first, cell, perLine } = layout.outside;
  const row = Math.floor((top - first) / cell.height);
  const nth = Math.floor(left / cell.width);
  const outside = row * perLine + nth;
  const is = row >= 0 && nth >= 0 && nth < perLine && outside < grid.outside.length;
  return is ? { multiple, family: null, outside } : null;
}
