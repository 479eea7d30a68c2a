/** How many pages to either side of the latest are kept. */
const NEAR = 20;

/** Offsets of the pages of `rows` rows that rows [first, end) are on. */
export function pageOffsets(first: number, end: number, rows: number): number[] {
  const offsets: number[] = [];
  for (let at = Math.floor(first / rows) * rows; at < end; at += rows) offsets.push(at);
  return offsets;
}

/** Which of the pages at `offsets` are so far from that at `latest` that they may be forgotten. */
export function farPages(offsets: Iterable<number>, latest: number, rows: number): number[] {
  return [...offsets].filter((offset) => Math.abs(offset - latest) > NEAR * rows);
}
