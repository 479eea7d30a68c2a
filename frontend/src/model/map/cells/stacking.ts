import type { CellBox } from "./cell";

/** Heights in px of the screen. */
export const SINGLE_PX = 18;
export const LEAST_PX = 36;
const GAP_PX = 4;
/** A cell of few models needs no more than as much for each. */
const PER_MODEL_PX = 4;

/** How many cells, or single models, there is room for; `pixel`: one of the screen at zoom 1. */
export function roomFor(height: number, pixel: number): { cells: number; singles: number } {
  const fit = (each: number) => Math.floor((height / pixel + GAP_PX) / (each + GAP_PX));
  return { cells: Math.max(1, fit(LEAST_PX)), singles: Math.max(1, fit(SINGLE_PX - GAP_PX)) };
}

/**
 * Boxes for cells of `counts` models from top to bottom of `box`, about its middle. Their heights
 * grow with the roots of the counts until the box is full.
 */
export function stackIn(box: CellBox, counts: readonly number[], pixel: number): CellBox[] {
  const dense = counts.every((count) => count === 1);
  const gap = dense ? 0 : GAP_PX * pixel;
  const heights = counts.map((count) => (count === 1 ? SINGLE_PX : LEAST_PX) * pixel);
  const most = counts.map((count, at) =>
    count === 1 ? heights[at]! : heights[at]! + count * PER_MODEL_PX * pixel,
  );
  const taken = (): number => heights.reduce((sum, height) => sum + height + gap, -gap);
  grow(heights, most, counts.map(Math.sqrt), box.height - taken());
  let y = box.y + Math.max(0, (box.height - taken()) / 2);
  return heights.map((height) => {
    const placed = { x: box.x, y, width: box.width, height };
    y += height + gap;
    return placed;
  });
}

/** Shares out `extra` by weight; what is full leaves its part to the others. */
function grow(
  heights: number[],
  most: readonly number[],
  weights: readonly number[],
  extra: number,
): void {
  const fullAt = (at: number) => (most[at]! - heights[at]!) / weights[at]!;
  // In the order in which they become full, each decides once.
  const order = [...heights.keys()].sort((a, b) => fullAt(a) - fullAt(b));
  let weight = weights.reduce((sum, one) => sum + one, 0);
  let left = Math.max(0, extra);
  for (const at of order) {
    const share = Math.min((left * weights[at]!) / weight, most[at]! - heights[at]!);
    heights[at]! += share;
    left -= share;
    weight -= weights[at]!;
  }
}
