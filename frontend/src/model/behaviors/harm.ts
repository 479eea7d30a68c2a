import { greatest } from "d3-array";

import { shareText } from "./words";
import type { HarmedPair, HarmedSlice, HarmedSlices, Outcomes } from "../wire.gen";

type Broken = Pick<HarmedSlice, "n" | "flips" | "mended">;

/**
 * The slice of which a model, or any, broke the largest share; null where none is listed. A share of
 * fewer than 30 instances says too little to be put forward.
 */
export function mostBroken({ slices }: HarmedSlices, model?: string): HarmedSlice | null {
  const large = slices.filter((slice) => !slice.small && isOf(slice, model));
  return greatest(large, shareOf) ?? null;
}

/** The same of pairs of slices. */
export function mostBrokenPair({ pairs }: HarmedSlices, model: string): HarmedPair | null {
  const own = pairs.filter((pair) => isOf(pair, model));
  return greatest(own, shareOf) ?? null;
}

function isOf(found: Pick<HarmedSlice, "model">, model: string | undefined): boolean {
  return model === undefined || found.model === model;
}

/** The share of its instances that went from right to wrong. */
export function shareOf({ flips, n }: Pick<Broken, "n" | "flips">): number {
  return flips / n;
}

/** "label 7 · scan faint". */
export function pairWords({ names, texts }: HarmedPair): string {
  return names.map((name, at) => `${name} ${texts[at] ?? ""}`).join(" · ");
}

/** "12 of 80 right → wrong, 3 wrong → right". */
export function brokenWords({ flips, mended, n }: Broken): string {
  const [broke, of, back] = [flips, n, mended].map((count) => count.toLocaleString("en"));
  return `${broke} of ${of} right → wrong, ${back} wrong → right`;
}

/** " (all others: 2.1 % broke)", of what is not in the slice; "" where there is nothing else. */
export function othersWords({ flips, n }: Broken, outcomes: Outcomes | null): string {
  if (!outcomes || outcomes.n <= n) return "";
  const share = shareOf({ flips: outcomes.negative - flips, n: outcomes.n - n });
  return ` (all others: ${shareText(share)} broke)`;
}
