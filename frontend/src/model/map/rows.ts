import type { LineageNode } from "../lineage/lineage";

/** Space between neighbours in one column, in rows. */
const BETWEEN_SIBLINGS = 1;
const BETWEEN_FAMILIES = 1.35;
const BETWEEN_TREES = 1.8;

/** What a subtree covers in each column, in rows relative to its own root; NaN where nothing. */
interface Outline {
  top: Float64Array;
  bottom: Float64Array;
}

/**
 * Rows for a forest whose children are already ordered: each parent is centred on its children,
 * subtrees are packed as closely as their outlines allow, and no two edges cross. An edge that
 * skips columns keeps them free at its child's row.
 */
export function packRows(
  roots: readonly LineageNode[],
  preorder: readonly LineageNode[],
  childrenOf: (node: LineageNode) => readonly LineageNode[],
  columnOf: (node: LineageNode) => number,
  columns: number,
): Map<string, number> {
  const outlines = new Map<LineageNode, Outline>();
  const offsets = new Map<LineageNode, number>();
  for (let i = preorder.length - 1; i >= 0; i--) {
    const node = preorder[i]!;
    const children = childrenOf(node);
    const outline = stack(children, columnOf(node), BETWEEN_SIBLINGS);
    outline.top[columnOf(node)] = outline.bottom[columnOf(node)] = 0;
    outlines.set(node, outline);
    for (const child of children) outlines.delete(child);
  }
  stack(roots, -1, BETWEEN_TREES);

  const rows = new Map<string, number>();
  for (const node of preorder) {
    const above = node.parent ? (rows.get(node.parent.key) ?? 0) : 0;
    rows.set(node.key, above + (offsets.get(node) ?? 0));
  }
  return fromZero(rows);

  function stack(children: readonly LineageNode[], parentColumn: number, gap: number): Outline {
    const all = emptyOutline(columns);
    let previous: LineageNode | undefined;
    for (const child of children) {
      const outline = outlines.get(child) ?? emptyOutline(columns);
      for (let c = parentColumn + 1; c < columnOf(child); c++) {
        outline.top[c] = outline.bottom[c] = 0;
      }
      const leaves = isLeaf(child) && (!previous || isLeaf(previous));
      const space = leaves ? gap : Math.max(gap, BETWEEN_FAMILIES);
      const offset = previous ? clearance(all, outline, space) : 0;
      offsets.set(child, offset);
      merge(all, outline, offset);
      previous = child;
    }
    if (parentColumn >= 0) centre(children, all);
    return all;
  }

  function centre(children: readonly LineageNode[], all: Outline): void {
    const first = children[0];
    const last = children[children.length - 1];
    if (!first || !last) return;
    const middle = ((offsets.get(first) ?? 0) + (offsets.get(last) ?? 0)) / 2;
    for (const child of children) offsets.set(child, (offsets.get(child) ?? 0) - middle);
    for (let c = 0; c < columns; c++) {
      all.top[c]! -= middle;
      all.bottom[c]! -= middle;
    }
  }

  function isLeaf(node: LineageNode): boolean {
    return childrenOf(node).length === 0;
  }
}

function emptyOutline(columns: number): Outline {
  return {
    top: new Float64Array(columns).fill(Number.NaN),
    bottom: new Float64Array(columns).fill(Number.NaN),
  };
}

/** How far `next` must be moved down to clear `all` in every column. */
function clearance(all: Outline, next: Outline, space: number): number {
  let needed = -Infinity;
  for (let c = 0; c < all.top.length; c++) {
    const distance = all.bottom[c]! - next.top[c]! + space;
    if (distance > needed) needed = distance;
  }
  return Number.isFinite(needed) ? needed : 0;
}

function merge(all: Outline, next: Outline, offset: number): void {
  for (let c = 0; c < all.top.length; c++) {
    const top = next.top[c]! + offset;
    if (Number.isNaN(top)) continue;
    if (Number.isNaN(all.top[c]!)) all.top[c] = top;
    all.bottom[c] = next.bottom[c]! + offset;
  }
}

function fromZero(rows: Map<string, number>): Map<string, number> {
  let least = Infinity;
  for (const row of rows.values()) least = Math.min(least, row);
  for (const [key, row] of rows) rows.set(key, row - least);
  return rows;
}
