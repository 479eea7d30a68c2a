import { buildLineage, type Lineage, type LineageNode } from "../lineage/lineage";
import { assignColumns, type ColumnMode, type MapColumn, type MapHead } from "./columns";
import { packRows } from "./rows";
import { siblingOrder } from "./sibling_order";
import type { Model } from "../wire.gen";

/** A model at its place: column counted from the left, row (may be fractional) from the top. */
export interface PlacedModel {
  readonly model: Model;
  readonly key: string;
  readonly column: number;
  readonly row: number;
  readonly depth: number;
  readonly parent: string | null;
  readonly furtherParents: readonly string[];
  /** Main-parent children from top to bottom. */
  readonly children: readonly string[];
}

export interface MapLayout {
  readonly mode: ColumnMode;
  readonly lineage: Lineage;
  readonly columns: readonly MapColumn[];
  readonly heads: readonly MapHead[];
  /** In reading order: each parent before its children, siblings from top to bottom. */
  readonly placed: readonly PlacedModel[];
  readonly byKey: ReadonlyMap<string, PlacedModel>;
  /** The last row. */
  readonly lastRow: number;
}

/** Distances in px at zoom 1. */
export interface MapSpacing {
  /** From head to head. */
  readonly column: number;
  readonly row: number;
  /** Radius of the largest node. */
  readonly radius: number;
}

/** A left-to-right layered layout by main parent, deterministic, linear in models × columns. */
export function layoutMap(models: readonly Model[], mode: ColumnMode): MapLayout {
  const lineage = buildLineage(models);
  const { columns, heads, columnOf } = assignColumns(lineage, mode);
  const column = (node: LineageNode) => columnOf.get(node.key) ?? 0;
  const compare = siblingOrder(models, column);
  const ordered = new Map<LineageNode, LineageNode[]>();
  for (const node of lineage.preorder) ordered.set(node, [...node.children].sort(compare));
  const children = (node: LineageNode) => ordered.get(node) ?? [];
  const rows = packRows(lineage.roots, lineage.preorder, children, column, columns.length);

  const placed = readingOrder(lineage.roots, children).map((node) => ({
    model: node.model,
    key: node.key,
    column: column(node),
    row: rows.get(node.key) ?? 0,
    depth: node.depth,
    parent: node.parent?.key ?? null,
    furtherParents: node.furtherParents.map((parent) => parent.key),
    children: children(node).map((child) => child.key),
  }));
  const byKey = new Map(placed.map((place) => [place.key, place]));
  const lastRow = placed.reduce((last, place) => Math.max(last, place.row), 0);
  return { mode, lineage, columns, heads, placed, byKey, lastRow };
}

function readingOrder(
  roots: readonly LineageNode[],
  children: (node: LineageNode) => readonly LineageNode[],
): LineageNode[] {
  const order: LineageNode[] = [];
  const stack = [...roots].reverse();
  for (let node = stack.pop(); node; node = stack.pop()) {
    order.push(node);
    stack.push(...[...children(node)].reverse());
  }
  return order;
}

const COLUMN = { least: 88, most: 210 };
const ROW = { least: 7, most: 56 };
const RADIUS = { least: 3.2, most: 12 };

/** Distances that fill a view of `width` × `height` px when all of it is shown. */
export function spacingFor(layout: MapLayout, width: number, height: number): MapSpacing {
  const gaps = Math.max(1, acrossOf(layout));
  const rows = layout.lastRow + 1;
  // All is shown at a zoom below 1 where columns or rows at their least do not fit.
  const zoom = Math.min(1, width / (gaps * COLUMN.least), height / (rows * ROW.least));
  return {
    column: clamp(width / zoom / gaps, COLUMN.least, COLUMN.most / zoom),
    row: clamp(height / zoom / rows, ROW.least, ROW.most / zoom),
    radius: clamp((height / zoom / rows) * 0.46, RADIUS.least, RADIUS.most),
  };
}

/** From the first column to the last, in distances between heads. */
export function acrossOf({ columns }: Pick<MapLayout, "columns">): number {
  return columns.at(-1)?.at ?? 0;
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
