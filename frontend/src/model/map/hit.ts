import type { Point, SceneNode } from "./scene";

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
export function nodesWithin(nodes: readonly SceneNode[], a: Point, b: Point): string[] {
  const within = (at: number, one: number, other: number) =>
    at >= Math.min(one, other) && at <= Math.max(one, other);
  return nodes
    .filter(({ x, y }) => within(x, a.x, b.x) && within(y, a.y, b.y))
    .map(({ key }) => key);
}
