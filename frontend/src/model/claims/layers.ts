import { standsOut, type WorstBlock } from "../layers/blocks/cells";
import { UNHARMED_DB } from "../layers/origin";
import { said, type Claim } from "./claim";

/** A signal or weights that fall or change nowhere; SQNR in dB. */
export interface SignalFacts {
  /** The lowest SQNR of any tensor. */
  readonly lowest: number;
  /** How many parts of the weights are compared, where not all are. */
  readonly part: string | null;
}

/** From here on a signal is that of the base. */
const SAME_DB = 60;

const same: Claim<SignalFacts> = {
  id: "signal.same",
  may: ({ lowest }) => lowest >= SAME_DB,
  words: () => "The signal is the same as the base’s",
};

const near: Claim<SignalFacts> = {
  id: "signal.near",
  may: ({ lowest }) => lowest >= UNHARMED_DB && lowest < SAME_DB,
  words: () => "The signal is nearly the base’s",
};

const nowhere: Claim<SignalFacts> = {
  id: "signal.nowhere",
  may: ({ lowest }) => lowest < UNHARMED_DB,
  words: () => "SQNR falls nowhere below 30\u202fdB by more than noise",
};

/** Of a signal that falls nowhere beyond noise. */
export function signalWords(lowest: number): string {
  return said({ lowest, part: null }, same, near, nowhere);
}

const unchanged: Claim<Pick<SignalFacts, "part">> = {
  id: "weights.same",
  may: ({ part }) => part === null,
  words: () => "No weight differs from the base’s",
};

const comparedUnchanged: Claim<Pick<SignalFacts, "part">> = {
  id: "weights.compared",
  may: ({ part }) => part !== null,
  words: ({ part }) => `No compared weight differs from the base’s: ${part}`,
};

/** Of weights that are all as in the base, so far as they are compared. */
export function unchangedWords(part: string | undefined): string {
  return said({ part: part ?? null }, unchanged, comparedUnchanged);
}

const block: Claim<WorstBlock> = {
  id: "block.worst",
  may: standsOut,
  words: ({ label, worst, of }) =>
    `${label} is the farthest from the base in ${worst} of ${of} kinds`,
};

/** Of the block that is the worst in most kinds; "" where none is. */
export function blockWords(found: WorstBlock | null): string {
  return found ? said(found, block) : "";
}

export const LAYER_CLAIMS = [same, near, nowhere, unchanged, comparedUnchanged, block];
