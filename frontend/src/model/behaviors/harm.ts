import { greatest } from "d3-array";

import { isHarmed, lossOf, type HarmBy } from "../claims/harm";
import type {
  BehaviorMeasure,
  BehaviorSummary,
  HarmedPair,
  HarmedSlice,
  HarmedSlices,
  ModelHarm,
} from "../wire.gen";

/** The measure of what is right. */
export const RIGHT = "correct";

/**
 * The measure that harm is asked for by while this one is shown; null: the server's choice, what is
 * right where that is known.
 */
export function harmMeasure(shown: BehaviorMeasure | null): string | null {
  if (!shown || shown.id === RIGHT || shown.pairwise || shown.goal === null) return null;
  return shown.id;
}

/** By what harm was looked for. */
export function harmBy(
  { measure }: HarmedSlices,
  { measures }: Pick<BehaviorSummary, "measures">,
): HarmBy {
  return measures.find(({ id }) => id === measure && id !== RIGHT) ?? null;
}

/** What all slices of a model say together; null where that is not known. */
export function harmIn({ models }: HarmedSlices, model: string): ModelHarm | null {
  return models.find((each) => each.model === model) ?? null;
}

/** The slice in which a model, or any, lost most of those that it harmed; null where none is. */
export function mostHarmed(
  { slices }: HarmedSlices,
  by: HarmBy,
  model?: string,
): HarmedSlice | null {
  return mostLost(slices, by, model);
}

/** The same of pairs of slices. */
export function mostHarmedPair(
  { pairs }: HarmedSlices,
  by: HarmBy,
  model: string,
): HarmedPair | null {
  return mostLost(pairs, by, model);
}

function mostLost<Found extends HarmedSlice | HarmedPair>(
  found: readonly Found[],
  by: HarmBy,
  model: string | undefined,
): Found | null {
  const harmed = found.filter((each) => isHarmed(each) && isOf(each, model));
  return greatest(harmed, (each) => lossOf(each, by)) ?? null;
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
export function foremost(harmed: HarmedSlices, by: HarmBy, model?: string): HarmedSlice | null {
  return mostHarmed(harmed, by, model) ?? mostBroken(harmed, model);
}

function isOf(found: Pick<HarmedSlice, "model">, model: string | undefined): boolean {
  return model === undefined || found.model === model;
}

/** The share of its instances that went from right to wrong. */
export function shareOf({ flips, n }: Pick<HarmedSlice, "n" | "flips">): number {
  return flips / n;
}

/** "label 7 · scan faint". */
export function pairWords({ names, texts }: HarmedPair): string {
  return names.map((name, at) => `${name} ${texts[at] ?? ""}`).join(" · ");
}
