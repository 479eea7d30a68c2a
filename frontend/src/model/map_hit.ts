import type { SceneNode } from "./map_scene";

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
