/** Pixels around a chip's text: mark, ×, padding and the gap to the next. */
const AROUND = 60;
const CHARACTER = 7;
const MOST = 206;
/** For the button that opens the rest. */
const REST = 64;

/** How many chips of the models `ids`, from the first, fit into `width` pixels. */
export function chipsThatFit(ids: readonly string[], width: number): number {
  let used = 0;
  for (const [index, id] of ids.entries()) {
    used += Math.min(MOST, AROUND + id.length * CHARACTER);
    const rest = index === ids.length - 1 ? 0 : REST;
    if (used + rest > width) return index;
  }
  return ids.length;
}
