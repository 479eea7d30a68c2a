import type { SelectMode } from "../selection/selection";
import type { MapLayout, PlacedModel } from "./layout";
import type { Point, SceneNode } from "./scene";

export type Direction = "left" | "right" | "up" | "down" | "first" | "last";

const KEYS: Record<string, Direction> = {
  ArrowLeft: "left",
  ArrowRight: "right",
  ArrowUp: "up",
  ArrowDown: "down",
  Home: "first",
  End: "last",
};

/** The direction that a key of the keyboard means; null for other keys. */
export function directionOf(key: string): Direction | null {
  return Object.hasOwn(KEYS, key) ? (KEYS[key] ?? null) : null;
}

/**
 * The model one step from `key`: left its parent, right its nearest child, up and down its
 * siblings and, past the last of them, the next model of the column. `key` itself at an end.
 */
export function neighbour(layout: MapLayout, key: string, direction: Direction): string {
  const at = layout.byKey.get(key);
  if (!at) return layout.placed[0]?.key ?? key;
  switch (direction) {
    case "left":
      return at.parent ?? key;
    case "right":
      return nearest(layout, at)?.key ?? key;
    case "up":
      return besides(layout, at, -1) ?? key;
    case "down":
      return besides(layout, at, 1) ?? key;
    case "first":
      return layout.placed[0]?.key ?? key;
    case "last":
      return layout.placed[layout.placed.length - 1]?.key ?? key;
  }
}

function nearest(layout: MapLayout, at: PlacedModel): PlacedModel | undefined {
  const children = at.children.map((key) => layout.byKey.get(key)).filter((c) => c !== undefined);
  const away = (place: PlacedModel) => Math.abs(place.row - at.row);
  return children.reduce<PlacedModel | undefined>(
    (best, child) => (best && away(best) <= away(child) ? best : child),
    undefined,
  );
}

function besides(layout: MapLayout, at: PlacedModel, step: 1 | -1): string | undefined {
  const parent = at.parent === null ? undefined : layout.byKey.get(at.parent);
  const siblings = parent?.children ?? [];
  const sibling = siblings[siblings.indexOf(at.key) + step];
  if (parent && sibling !== undefined) return sibling;
  const ahead = layout.placed.filter(
    (place) => place.column === at.column && (place.row - at.row) * step > 0,
  );
  ahead.sort((a, b) => Math.abs(a.row - at.row) - Math.abs(b.row - at.row));
  return ahead[0]?.key;
}

/** Whether a click or a key with these modifiers picks a model alone or in addition. */
export function selectModeOf(event: {
  readonly shiftKey: boolean;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
}): SelectMode {
  return event.shiftKey || event.ctrlKey || event.metaKey ? "toggle" : "only";
}

/** The node nearest to (x, y) that lies there or at most `slack` beyond its edge. */
export function nodeAt(
  nodes: readonly SceneNode[],
  x: number,
  y: number,
  radiusOf: (node: SceneNode) => number,
  slack: number,
): SceneNode | null {
  let found: SceneNode | null = null;
  let least = slack;
  for (const node of nodes) {
    const distance = Math.hypot(node.x - x, node.y - y) - radiusOf(node);
    if (distance <= least) [found, least] = [node, distance];
  }
  return found;
}

/** Keys of the nodes whose middle is in the rectangle between two corners. */
export function nodesWithin(
  nodes: readonly (Point & { readonly key: string })[],
  a: Point,
  b: Point,
): string[] {
  const within = (at: number, one: number, other: number) =>
    at >= Math.min(one, other) && at <= Math.max(one, other);
  return nodes
    .filter(({ x, y }) => within(x, a.x, b.x) && within(y, a.y, b.y))
    .map(({ key }) => key);
}
