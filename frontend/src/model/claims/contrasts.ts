import type { Effect, MetricSpec } from "../wire.gen";
import { said, type Claim } from "./claim";

/** What may be chance once in twenty counts as known. */
const LEVEL = 0.05;
/** Fewer pairs may all agree by chance more often. */
export const FEWEST_PAIRS = 6;
/** Half an interval times this is found four times out of five: (1.96 + 0.84) / 1.96. */
const FOUND = 1.43;

/** Matched pairs that are alike but for one variable, and how their differences are written. */
export interface ContrastFacts {
  readonly effect: Effect;
  readonly goal: MetricSpec["goal"];
  readonly write: (amount: number) => string;
  /** "+0.2 to +87.5 pt". */
  readonly range: string;
}

const isSame = ({ effect: { rose, fell, least, most } }: ContrastFacts): boolean =>
  rose + fell === 0 && least === 0 && most === 0;
const isNoise = ({ effect: { p } }: ContrastFacts): boolean => p !== null && p > LEVEL;
const isUp = ({ effect: { p, rose, fell, mean } }: ContrastFacts): boolean =>
  p === null && rose !== fell ? rose > fell : mean > 0;
const isTested = ({ effect: { p, q, low, high } }: ContrastFacts): boolean =>
  p !== null && q !== null && low !== null && high !== null;

const same: Claim<ContrastFacts> = {
  id: "contrast.same",
  may: (facts) => facts.effect.pairs > 1 && isSame(facts),
  words: ({ effect: { pairs } }) => `the same in ${pairs} of ${pairs}`,
};

const open: Claim<ContrastFacts> = {
  id: "contrast.open",
  may: (facts) => facts.effect.pairs > 1 && isNoise(facts),
  words: ({ effect: { rose, fell, pairs }, range }) => {
    const more = Math.max(rose, fell);
    return `cannot tell: ${rose === more ? "up" : "down"} in ${more} of ${pairs}, ${range}`;
  },
};

const counted: Claim<ContrastFacts> = {
  id: "contrast.counted",
  may: (facts) => facts.effect.pairs > 1 && !isSame(facts) && !isNoise(facts),
  words: (facts) => {
    const { effect, goal, range } = facts;
    const up = isUp(facts);
    return `${way(up, goal)} in ${up ? effect.rose : effect.fell} of ${effect.pairs}, ${range}`;
  },
};

function way(up: boolean, goal: MetricSpec["goal"]): string {
  if (goal === null) return up ? "up" : "down";
  return up === (goal === "max") ? "better" : "worse";
}

const few: Claim<ContrastFacts> = {
  id: "contrast.few",
  may: (facts) => {
    const { pairs, rose, fell } = facts.effect;
    return pairs > 1 && rose + fell > 0 && !isTested(facts);
  },
  words: ({ effect: { pairs, rose, fell } }) => {
    const agree = Math.max(rose, fell) === pairs;
    const odds = agree ? `: chance alone has all ${pairs} agree 1 time in ${2 ** (pairs - 1)}` : "";
    return `too few pairs to rule out chance${odds}; ${FEWEST_PAIRS} that agree would`;
  },
};

const found: Claim<ContrastFacts> = {
  id: "contrast.found",
  may: (facts) => isTested(facts) && isNoise(facts),
  words: ({ effect: { low, high }, write }) => {
    const reach = write((((high ?? 0) - (low ?? 0)) / 2) * FOUND).replace(/^[+−±]/, "");
    return `a mean change of about ${reach} would have been found`;
  },
};

const among: Claim<ContrastFacts> = {
  id: "contrast.among",
  may: (facts) => isTested(facts) && !isNoise(facts) && (facts.effect.q ?? 0) > LEVEL,
  words: () => "may be chance among all the contrasts that were looked at",
};

/** "better in 4 of 4, +0.2 pt to +87.5 pt"; "" of a single pair. */
export function contrastWords(facts: ContrastFacts): string {
  return said(facts, same, open, counted);
}

/** What could be known, where too little is; "" elsewhere. */
export function contrastHint(facts: ContrastFacts): string {
  return said(facts, few, found, among);
}

/** What is known beyond chance; "" where nothing is. */
export function contrastVerdict({ mean, q }: Effect, goal: MetricSpec["goal"]) {
  if (q === null || q > LEVEL || goal === null || mean === 0) return "";
  return mean > 0 === (goal === "max") ? "better" : "worse";
}

export const CONTRAST_CLAIMS = [same, open, counted];
export const CONTRAST_HINTS = [few, found, among];
