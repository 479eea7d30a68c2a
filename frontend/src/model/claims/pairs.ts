import type { Difference } from "../metrics/known";
import { said, type Claim } from "./claim";

/** Two models, and what noise leaves of how they differ by each metric. */
export interface PairFacts {
  readonly one: string;
  readonly other: string;
  readonly seen: readonly { readonly label: string; readonly is: Difference }[];
}

const untold = ({ seen }: PairFacts) => seen.filter(({ is }) => is === "cannot tell");

const notTold: Claim<PairFacts> = {
  id: "pair.untold",
  may: (facts) => untold(facts).length > 0,
  words: (facts) => {
    const labels = untold(facts).map(({ label }) => label);
    return `Cannot tell ${facts.other} from ${facts.one} by ${labels.join(" or ")} (95 %)`;
  },
};

export function pairText(facts: PairFacts): string {
  return said(facts, notTold);
}

/** A change between two models: "latency of b: −12 %". */
interface OpenFacts {
  readonly change: string;
  readonly is: Difference;
}

const openPair: Claim<OpenFacts> = {
  id: "pair.unknown",
  may: ({ is }) => is === "unknown",
  words: ({ change }) => `${change} in one process each; noise between processes unknown`,
};

export function openText(facts: OpenFacts): string {
  return said(facts, openPair);
}

const besideTied: Claim<Difference | null> = {
  id: "budget.tied",
  may: (seen) => seen === "cannot tell",
  words: () => " (tied)",
};

const besideUnknown: Claim<Difference | null> = {
  id: "budget.unknown",
  may: (seen) => seen === "unknown",
  words: () => " (noise unknown)",
};

/** What keeps a model from being told from the best; "" where nothing does. */
export function besideBest(seen: Difference | null): string {
  return said(seen, besideTied, besideUnknown);
}

/** Whether the predictions of two models differ, as their paired test says. */
export interface ApartFacts {
  readonly dataset: string;
  readonly change: string;
  readonly sure: boolean | null;
}

const apart: Claim<ApartFacts> = {
  id: "pair.predictions",
  may: ({ change, sure }) => change !== "" && sure === true,
  words: ({ dataset, change }) => `, but their predictions on ${dataset} differ: ${change}`,
};

const notApart: Claim<ApartFacts> = {
  id: "pair.norpredictions",
  may: ({ change, sure }) => change !== "" && sure === false,
  words: ({ dataset }) => `, nor by their predictions on ${dataset}`,
};

export function apartWords(facts: ApartFacts): string {
  return said(facts, apart, notApart);
}

export const PAIR_CLAIMS = [notTold];
export const OPEN_CLAIMS = [openPair];
export const BUDGET_CLAIMS = [besideTied, besideUnknown];
export const APART_CLAIMS = [apart, notApart];
