import { counted } from "../../format/numbers";
import type { Lineage } from "../../lineage/lineage";
import { furtherParentPath, ribbonPath } from "../ribbon";
import type { Cell } from "./cell";
import type { CellMap } from "./cell_map";

/** All edges from the models of one cell to those of another. Lengths in px at zoom 1. */
export interface Bundle {
  readonly from: Cell;
  readonly to: Cell;
  readonly count: number;
  /** Whether it is a line: of further parents, or back to an earlier column. */
  readonly further: boolean;
  /** The outline of its ribbon; of further parents a line. */
  readonly d: string;
  readonly width: number;
}

export interface Bundles {
  /** The widest, which are drawn at rest. */
  readonly shown: readonly Bundle[];
  readonly all: readonly Bundle[];
}

/** As many are drawn at rest, further parents among them. */
export const MOST_BUNDLES = { main: 260, further: 40 };
/** Of the side of a cell, as much is covered by what leads to it. */
const COVERED = 0.8;

interface Counted {
  readonly from: Cell;
  readonly to: Cell;
  count: number;
}

/** One bundle for each two cells with edges between them; linear in edges. */
export function bundlesOf(lineage: Lineage, map: CellMap): Bundles {
  const main = new Map<string, Counted>();
  const further = new Map<string, Counted>();
  for (const node of lineage.preorder) {
    const to = map.cellOf.get(node.key)!;
    if (node.parent) count(main, map.cellOf.get(node.parent.key)!, to);
    for (const parent of node.furtherParents) count(further, map.cellOf.get(parent.key)!, to);
  }
  const between = [...main.values()];
  const ribbons = placed(
    between.filter(({ from, to }) => from.head < to.head),
    map,
  );
  // Where heads were merged some lead back; steps of a loop are inside its column.
  const back = between.filter(({ from, to }) => from.head > to.head);
  const lines = [...further.values()].filter(({ from, to }) => from !== to);
  const thin = [...back, ...lines].map((line) => lineOf(line, map));
  const all = [...ribbons, ...thin];
  const widest = (bundles: readonly Bundle[], most: number) =>
    [...bundles].sort((a, b) => b.count - a.count).slice(0, most);
  const shown = [...widest(ribbons, MOST_BUNDLES.main), ...widest(thin, MOST_BUNDLES.further)];
  return { shown, all };
}

/** What is said of bundles that are not drawn at rest; "" where all are. */
export function hiddenBundles({ shown, all }: Bundles): string {
  const hidden = all.length - shown.length;
  return hidden > 0 ? `${counted(hidden, "thinner bundle")} on pointing only` : "";
}

function count(into: Map<string, Counted>, from: Cell, to: Cell): void {
  const id = `${from.id} ${to.id}`;
  const counted = into.get(id);
  if (counted) counted.count++;
  else into.set(id, { from, to, count: 1 });
}

/** Ribbons beside each other along both sides, in the order of the cells at their other ends. */
function placed(counted: readonly Counted[], map: CellMap): Bundle[] {
  const into = sidesBy(counted, "to");
  const out = sidesBy(counted, "from");
  let perModel = Infinity;
  for (const [cell, bundles] of into) {
    perModel = Math.min(perModel, (cell.box.height * COVERED) / total(bundles));
  }
  const least = 0.75 * map.pixel;
  const ends = new Map<Counted, number>();
  for (const [cell, bundles] of into) {
    spread(cell, bundles, "from", perModel, (bundle, y) => ends.set(bundle, y));
  }
  const made: Bundle[] = [];
  for (const [cell, bundles] of out) {
    const fits = Math.min(perModel, (cell.box.height * COVERED) / total(bundles));
    spread(cell, bundles, "to", fits, (bundle, y) => {
      const { from, to } = bundle;
      const width = Math.max(least, bundle.count * perModel);
      const start = { x: right(from), y, width: Math.max(least, bundle.count * fits) };
      const end = { x: to.box.x, y: ends.get(bundle)!, width };
      const gap = map.columns[from.head + 1]!.x - right(from);
      const d = ribbonPath(start, end, Math.max(gap, 1));
      made.push({ ...bundle, further: false, d, width });
    });
  }
  return made;
}

function sidesBy(counted: readonly Counted[], end: "from" | "to"): Map<Cell, Counted[]> {
  const sides = new Map<Cell, Counted[]>();
  for (const bundle of counted) {
    const others = sides.get(bundle[end]);
    if (others) others.push(bundle);
    else sides.set(bundle[end], [bundle]);
  }
  return sides;
}

function total(bundles: readonly Counted[]): number {
  return bundles.reduce((sum, bundle) => sum + bundle.count, 0);
}

function spread(
  { box }: Cell,
  bundles: Counted[],
  other: "from" | "to",
  perModel: number,
  put: (bundle: Counted, y: number) => void,
): void {
  bundles.sort((a, b) => a[other].box.y - b[other].box.y);
  let y = box.y + (box.height - total(bundles) * perModel) / 2;
  for (const bundle of bundles) {
    const width = bundle.count * perModel;
    put(bundle, y + width / 2);
    y += width;
  }
}

function lineOf(line: Counted, map: CellMap): Bundle {
  const { from, to } = line;
  const start = { x: right(from), y: from.box.y + from.box.height / 2 };
  const end = { x: to.box.x, y: to.box.y + to.box.height * 0.75 };
  const gap = map.columns.length > 1 ? map.columns[1]!.x - right({ box: map.columns[0]! }) : 40;
  const width = Math.min(2, 0.75 + 0.4 * Math.log10(line.count)) * map.pixel;
  return { ...line, further: true, d: furtherParentPath(start, end, gap * 2), width };
}

function right({ box }: Pick<Cell, "box">): number {
  return box.x + box.width;
}
