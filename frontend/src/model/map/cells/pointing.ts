import { nodesWithin } from "../navigation";
import type { Point } from "../scene";
import type { Cell } from "./cell";
import type { Dot } from "./marks";

/** The cell at a place. */
export function cellAt(cells: readonly Cell[], { x, y }: Point): Cell | null {
  const found = cells.find(
    ({ box }) => x >= box.x && x <= box.x + box.width && y >= box.y && y <= box.y + box.height,
  );
  return found ?? null;
}

/** Key of the dot in `cell` nearest to a place, where one is at most `slack` beyond its edge. */
export function dotAt(
  dots: readonly Dot[],
  { box }: Cell,
  { x, y }: Point,
  slack: number,
): string | null {
  let found: string | null = null;
  let least = slack;
  for (const dot of dots) {
    if (!cellAt([{ box }] as Cell[], dot)) continue;
    const distance = Math.hypot(dot.x - x, dot.y - y) - dot.radius;
    if (distance <= least) [found, least] = [dot.key, distance];
  }
  return found;
}

/** Those of `keys` that are seen in the rectangle between two corners. */
export function modelsWithin(
  keys: Iterable<string>,
  placeOf: (key: string) => Point | null,
  a: Point,
  b: Point,
): string[] {
  const placed = [...keys].flatMap((key) => {
    const place = placeOf(key);
    return place ? [{ key, ...place }] : [];
  });
  return nodesWithin(placed, a, b);
}
