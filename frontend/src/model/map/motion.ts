import type { Point } from "./scene";

/** Where things stand at `progress` (0…1) of a motion; new ones come from `origin`. */
export function betweenPlaces(
  from: ReadonlyMap<string, Point>,
  to: ReadonlyMap<string, Point>,
  origin: (key: string) => Point | undefined,
  progress: number,
): Map<string, Point> {
  const eased = 1 - (1 - progress) ** 3;
  const places = new Map<string, Point>();
  for (const [key, target] of to) {
    const start = from.get(key) ?? origin(key) ?? target;
    places.set(key, {
      x: start.x + (target.x - start.x) * eased,
      y: start.y + (target.y - start.y) * eased,
    });
  }
  return places;
}

/** Whether the two put the same things in the same places. */
export function samePlaces(a: ReadonlyMap<string, Point>, b: ReadonlyMap<string, Point>): boolean {
  if (a.size !== b.size) return false;
  for (const [key, { x, y }] of b) {
    const other = a.get(key);
    if (!other || other.x !== x || other.y !== y) return false;
  }
  return true;
}
