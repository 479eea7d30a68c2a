/** Which of `count` rows of `height` pixels are in sight, with some to spare on both sides. */
export function rowsInSight(
  count: number,
  height: number,
  scrolled: number,
  viewport: number,
  spare = 8,
): { first: number; end: number } {
  const first = Math.floor(Math.max(0, scrolled) / height) - spare;
  const end = Math.ceil((Math.max(0, scrolled) + viewport) / height) + spare;
  return { first: clamp(first, 0, count), end: clamp(end, 0, count) };
}

/** The scroll position nearest to `scrolled` that shows row `index` whole. */
export function scrollToShow(
  index: number,
  height: number,
  scrolled: number,
  viewport: number,
): number {
  const top = index * height;
  if (top < scrolled) return top;
  return Math.max(scrolled, top + height - viewport);
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
