import { greatest, least } from "d3-array";

import { isHarmed } from "../claims/harm";
import { shareText } from "../format/shares";
import type { HarmedPair, HarmedSlice, HarmedSlices, ModelHarm, Outcomes } from "../wire.gen";

type Broken = Pick<HarmedSlice, "n" | "flips" | "mended">;

/** What all slices of a model say together; null where that is not known. */
export function harmIn({ models }: HarmedSlices, model: string): ModelHarm | null {
  return models.find((each) => each.model === model) ?? null;
}

/** The slice in which a model, or any, lost most of those that it harmed; null where none is. */
export function mostHarmed({ slices }: HarmedSlices, model?: string): HarmedSlice | null {
  return (
    least(
      slices.filter((slice) => isHarmed(slice) && isOf(slice, model)),
      lossOf,
    ) ?? null
  );
}

/** The same of pairs of slices. */
export function mostHarmedPair({ pairs }: HarmedSlices, model: string): HarmedPair | null {
  return (
    least(
      pairs.filter((pair) => isHarmed(pair) && isOf(pair, model)),
      lossOf,
    ) ?? null
  );
}

function lossOf({ change }: Pick<HarmedSlice, "change">): number {
  return change;
}

/**
 * The slice of which a model, or any, broke the largest share, which is no verdict; null where none
 * is listed. A share of fewer than 30 instances says too little to be put forward.
 */
export function mostBroken({ slices }: HarmedSlices, model?: string): HarmedSlice | null {
  const large = slices.filter((slice) => !slice.small && isOf(slice, model));
  return greatest(large, shareOf) ?? null;
}

/** What is put forward of slices: the harmed one that lost most, else the one that broke most. */
export function foremost(harmed: HarmedSlices, model?: string): HarmedSlice | null {
  return mostHarmed(harmed, model) ?? mostBroken(harmed, model);
}

function isOf(found: Pick<HarmedSlice, "model">, model: string | undefined): boolean {
  return model === undefined || found.model === model;
}

/** The share of its instances that went from right to wrong. */
export function shareOf({ flips, n }: Pick<Broken, "n" | "flips">): number {
  return flips / n;
}

/** The share that broke or mended. */
export function churnOf({ flips, mended, n }: Broken): number {
  return (flips + mended) / n;
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

/** "131 broke, 45 mended of 3,188 (churn 5.5 %)". */
export function churnWords({ n, broke, mended }: { n: number; broke: number; mended: number }) {
  const [of, lost, back] = [n, broke, mended].map((count) => count.toLocaleString("en"));
  return `${lost} broke, ${back} mended of ${of} (churn ${shareText((broke + mended) / n)})`;
}

/** " (all others: 2.1 % broke)", of what is not in the slice; "" where there is nothing else. */
export function othersWords({ flips, n }: Broken, outcomes: Outcomes | null): string {
  if (!outcomes || outcomes.n <= n) return "";
  const share = shareOf({ flips: outcomes.negative - flips, n: outcomes.n - n });
  return ` (all others: ${shareText(share)} broke)`;
}
