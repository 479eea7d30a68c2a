/**
 * Heights are the square roots of shares: zeros of a pruned tensor and the tails of its other
 * values are seen in one picture.
 */
export function heightOf(share: number): number {
  return Math.sqrt(Math.max(0, share));
}

/** Counts as shares of all. */
export function sharesOf(counts: readonly number[]): number[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.map((count) => (total > 0 ? count / total : 0));
}

/** The largest of all shares. */
export function largestShare(...histograms: readonly (readonly number[])[]): number {
  let largest = 0;
  for (const shares of histograms) for (const share of shares) largest = Math.max(largest, share);
  return largest || 1;
}

/** The outline of a histogram from the bottom left to the bottom right, in `width` × `height` px. */
export function stepPath(
  shares: readonly number[],
  edges: readonly number[],
  largest: number,
  width: number,
  height: number,
): string {
  const [low, high] = [edges[0] ?? 0, edges.at(-1) ?? 1];
  const scale = width / (high - low || 1);
  const x = (edge: number) => round((edge - low) * scale);
  let path = `M${x(low)},${height}`;
  shares.forEach((share, bin) => {
    const up = share > 0 ? Math.max(1, (heightOf(share) / heightOf(largest)) * height) : 0;
    path += `V${round(height - up)}H${x(edges[bin + 1] ?? high)}`;
  });
  return `${path}V${height}`;
}

/** Counts of all parts together. */
export function stackedBins(parts: readonly (readonly number[])[] | null | undefined): number[] {
  return (parts?.[0] ?? []).map((_, bin) =>
    (parts ?? []).reduce((sum, part) => sum + (part[bin] ?? 0), 0),
  );
}

/** Rectangles of the parts of stacked bins, for each part a path. */
export function stackedPaths(
  parts: readonly (readonly number[])[],
  edges: readonly number[],
  largest: number,
  width: number,
  height: number,
): string[] {
  const [low, high] = [edges[0] ?? 0, edges.at(-1) ?? 1];
  const scale = width / (high - low || 1);
  const bins = Math.max(0, edges.length - 1);
  const total = parts.reduce((sum, part) => sum + part.reduce((all, n) => all + n, 0), 0) || 1;
  const paths = parts.map(() => "");
  for (let bin = 0; bin < bins; bin++) {
    const all = parts.reduce((sum, part) => sum + (part[bin] ?? 0), 0);
    if (!(all > 0)) continue;
    const left = round(((edges[bin] ?? low) - low) * scale);
    const right = round(((edges[bin + 1] ?? high) - low) * scale);
    // The bar's height is the root of the whole; its parts divide it as they divide the whole.
    const bar = Math.max(1, (heightOf(all / total) / heightOf(largest)) * height);
    let bottom = height;
    parts.forEach((part, at) => {
      const tall = ((part[bin] ?? 0) / all) * bar;
      if (tall <= 0) return;
      paths[at] += `M${left},${round(bottom)}H${right}V${round(bottom - tall)}H${left}Z`;
      bottom -= tall;
    });
  }
  return paths;
}

/** Shares to mark at the side, below the largest: 1, 2 or 5 times powers of ten. */
export function shareTicks(largest: number, count: number): number[] {
  const ticks: number[] = [];
  for (let power = 0; power >= -8; power--) {
    for (const lead of [5, 2, 1]) {
      const tick = Number(`${lead}e${power}`);
      const room = heightOf(ticks.at(-1) ?? largest * 1.2) - heightOf(tick);
      if (tick <= largest && room >= heightOf(largest) / (count + 1)) ticks.push(tick);
    }
  }
  return ticks.reverse();
}

function round(pixels: number): number {
  return Math.round(pixels * 10) / 10;
}
