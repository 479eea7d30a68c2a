/** A rectangle of the frame, in px. */
export interface Area {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** What a tooltip is about, in px of the frame. */
export interface Pointing {
  /** Where it points. */
  readonly x: number;
  readonly y: number;
  /** What it should rather not cover, and not leave; null for nothing, and for the frame. */
  readonly avoid: Area | null;
  readonly within: Area | null;
}

const GAP_PX = 12;
/** To be outside is worse than to cover: what is outside cannot be read. */
const OUTSIDE = 4;

/**
 * Where a tooltip of `width` × `height` px stands that points at (`x`, `y`): at the corner, right
 * and below first, where it covers the least of `avoid` and of what is outside `within`.
 */
export function tipPlace(
  x: number,
  y: number,
  width: number,
  height: number,
  within: Area,
  avoid: Area | null = null,
): { left: number; top: number } {
  const [right, below] = [x + GAP_PX, y + GAP_PX];
  const [left, above] = [x - GAP_PX - width, y - GAP_PX - height];
  const corners = [
    [right, below],
    [left, below],
    [right, above],
    [left, above],
  ] as const;
  const costs = corners.map(([at, top]) => {
    const area = { left: at, top, right: at + width, bottom: top + height };
    const outside = width * height - overlap(area, within);
    return (avoid ? overlap(area, avoid) : 0) + OUTSIDE * outside;
  });
  const [atLeft, atTop] = corners[costs.indexOf(Math.min(...costs))] ?? corners[0];
  return { left: Math.max(4, atLeft), top: Math.max(4, atTop) };
}

function overlap(a: Area, b: Area): number {
  const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
  const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
  return across > 0 && down > 0 ? across * down : 0;
}

/** The least area around points; null of none. */
export function areaAround(
  points: readonly { readonly x: number; readonly y: number }[],
  room: number,
): Area | null {
  if (points.length === 0) return null;
  const [xs, ys] = [points.map(({ x }) => x), points.map(({ y }) => y)];
  return {
    left: Math.min(...xs) - room,
    top: Math.min(...ys) - room,
    right: Math.max(...xs) + room,
    bottom: Math.max(...ys) + room,
  };
}
