import { decisionHarmWords } from "../claims/decision_harm";
import type { Caution } from "../claims/front";
import { briefHarmWords, isHarmful } from "../claims/harm";
import type { HarmedPair, HarmedSlice, HarmedSlices } from "../wire.gen";
import { harmIn, mostHarmed, mostHarmedPair, pairWords, RIGHT } from "./harm";

/** What predictions say of the model that is put forward. */
export interface DecidedHarm {
  /** "scan faint lost 1.9 pt"; "" where nothing is known to be lost more than elsewhere. */
  readonly words: string;
  /** What all slices say together; "" where that is not known. */
  readonly all: string;
}

/** Null where the model was not asked of. */
export function decidedHarm(found: HarmedSlices, model: string): DecidedHarm | null {
  const harm = harmIn(found, model);
  if (!harm) return null;
  // Which way another measure is better the response does not say.
  const byRight = found.measure === RIGHT;
  const cell = byRight
    ? (mostHarmed(found, null, model) ?? mostHarmedPair(found, null, model))
    : null;
  const more = harm.harmed + harm.pairs_harmed - 1;
  return {
    words: cell ? decisionHarmWords({ name: nameOf(cell), cell, by: null, more }) : "",
    all: byRight || harm.harmed + harm.pairs_harmed > 0 ? briefHarmWords(harm) : "",
  };
}

function nameOf(cell: HarmedSlice | HarmedPair): string {
  return "names" in cell ? pairWords(cell) : `${cell.name} ${cell.text}`;
}

/** The `asked` models that harm instances more than the rest. */
export function cautionsOf(
  { models }: HarmedSlices,
  asked: readonly string[],
): Map<string, Caution> {
  const harmful = models.filter(isHarmful).map(({ model }) => model);
  return new Map(harmful.filter((key) => asked.includes(key)).map((key) => [key, "harmed"]));
}
