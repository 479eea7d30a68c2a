import { chanceText, differenceText, verdictOf } from "./behaviors_words";
import type {
  BehaviorMeasure,
  HarmedPair,
  HarmedSlice,
  HarmedSlices,
  ModelBehavior,
} from "./wire.gen";

/** More than chance at 5 %, corrected for all slices looked at. */
const SURE = 0.05;

/** The slices that broke more than the rest of their model, beyond chance. */
export function surelyHarmed({ slices }: HarmedSlices): HarmedSlice[] {
  return slices.filter(({ q }) => q < SURE);
}

/** The one in which a model broke most beyond its share; null where none surely did. */
export function mostHarmed(found: HarmedSlices, model: string): HarmedSlice | null {
  return surelyHarmed(found).find((slice) => slice.model === model) ?? null;
}

/** The one of a model that stands out most, surely or not; null where none does at all. */
export function largestHarm({ slices }: HarmedSlices, model: string): HarmedSlice | null {
  return slices.find((slice) => slice.model === model) ?? null;
}

/** The pair of slices in which a model broke most beyond both of them; null where it did nowhere. */
export function worstPair({ pairs }: HarmedSlices, model: string): HarmedPair | null {
  return pairs.find((pair) => pair.model === model) ?? null;
}

/** "label 7 · scan faint". */
export function pairWords({ names, texts }: HarmedPair): string {
  return names.map((name, at) => `${name} ${texts[at] ?? ""}`).join(" · ");
}

/**
 * What became of a model none of whose slices surely broke more than the rest: nothing, or all of
 * it the same. `largest`: the slice that stands out most all the same.
 */
export function evenHarmWords(
  { change }: ModelBehavior,
  measure: BehaviorMeasure,
  largest: HarmedSlice | null,
): string {
  const verdict = verdictOf(change?.value ?? null, measure);
  if (change?.p != null && change.p >= SURE) return "no change beyond noise";
  const most = largest
    ? ` (largest: ${largest.name} ${largest.text} ×${largest.lift.toFixed(1)}, ${chanceText(largest.q, "q")})`
    : "";
  if (change?.p == null || (verdict !== "worse" && verdict !== "better")) {
    return `no slice more than the rest${most}`;
  }
  const whole = `${differenceText(change.value, measure)} on the whole`;
  return verdict === "worse"
    ? `evenly: ${whole}, no slice more than the rest${most}`
    : `better: ${whole}, no slice breaks more than the rest${most}`;
}
