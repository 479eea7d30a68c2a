import { said, type Claim } from "./claim";

/**
 * How well it is known that a model is no worse than the base: told at 95 % of all that are compared
 * ("told"); by numbers of which no noise is known ("once"); or not known to be worse ("open").
 */
export type Keeping = "told" | "once" | "open";

/** The model that is put forward, or the one that comes nearest where none is. */
export interface DecisionFacts {
  /** Null where every model that costs less is known to be worse. */
  readonly keeps: Keeping | null;
  /** Of neither of the two any noise of quality is known, so that the numbers count as exact. */
  readonly once: boolean;
  /** "Smallest model", and what it is compared by: "smaller". */
  readonly title: string;
  readonly less: string;
  readonly base: string;
  /** The metric of quality. */
  readonly quality: string;
  readonly model: string;
  /** "12.5 kB (−87 %)". */
  readonly cost: string;
  /** How its quality differs from the base's: "−0.6 pt"; "" where nothing is to say. */
  readonly change: string;
  /** The largest loss that is not ruled out at 95 %: "2.2 pt"; "" where noise is unknown. */
  readonly loss: string;
}

const what = ({ model, cost }: DecisionFacts) => `${model}, ${cost}`;
const by = ({ quality, change }: DecisionFacts) => (change ? `; ${quality} ${change}` : "");

const told: Claim<DecisionFacts> = {
  id: "decision.told",
  may: ({ keeps }) => keeps === "told",
  words: (facts) =>
    `${facts.title} no worse than ${facts.base} by ${facts.quality}: ${what(facts)}${by(facts)}`,
};

const once: Claim<DecisionFacts> = {
  id: "decision.once",
  may: ({ keeps }) => keeps === "once",
  words: (facts) =>
    `${facts.title} whose ${facts.quality} is no worse than that of ${facts.base} by the numbers, measured once: ${what(facts)}${by(facts)}`,
};

const open: Claim<DecisionFacts> = {
  id: "decision.open",
  may: ({ keeps }) => keeps === "open",
  words: (facts) => {
    const unseen = facts.loss
      ? `, a loss of up to ${facts.loss} is not ruled out`
      : ", noise unknown";
    return `${facts.title} not known to be worse than ${facts.base} by ${facts.quality}: ${what(facts)}${by(facts)}${unseen}`;
  },
};

const none: Claim<DecisionFacts> = {
  id: "decision.none",
  may: ({ keeps, once }) => keeps === null && !once,
  words: (facts) =>
    `Every model that is ${facts.less} than ${facts.base} is worse by ${facts.quality}; least so: ${what(facts)}${by(facts)}`,
};

const noneOnce: Claim<DecisionFacts> = {
  id: "decision.none_once",
  may: ({ keeps, once }) => keeps === null && once,
  words: (facts) => {
    const [first = "", ...rest] = none.words(facts);
    return `By the numbers, measured once, ${first.toLowerCase()}${rest.join("")}`;
  },
};

/** The sentence above all, without its full stop. */
export function decisionWords(facts: DecisionFacts): string {
  return said(facts, told, once, open, none, noneOnce);
}

/** A cheaper model that is not known to be worse, beside the one that is known not to be. */
export type FurtherFacts = Pick<DecisionFacts, "model" | "cost" | "less">;

const further: Claim<FurtherFacts | null> = {
  id: "decision.further",
  may: (facts) => facts !== null,
  words: (facts) => `${facts?.less} and not known to be worse: ${facts?.model}, ${facts?.cost}`,
};

export function furtherWords(facts: FurtherFacts | null): string {
  return said(facts, further);
}

export const DECISION_CLAIMS = [told, once, open, none, noneOnce];
export const FURTHER_CLAIMS = [further];
