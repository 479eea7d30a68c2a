import type { Difference } from "../metrics/known";
import { said, type Claim } from "./claim";

/**
 * Where a model stands: on the front; tied with it within noise; behind it by the numbers, while
 * noise between processes is unknown; or beaten beyond noise (null).
 */
export type Standing = "front" | "tied" | "unknown" | null;

/** What predictions say against a model, although its numbers are good. */
export type Caution = "harmed";

export interface StandingFacts {
  readonly standing: Standing;
  readonly caution: Caution | null;
}

interface StandingClaim extends Claim<StandingFacts> {
  /** What a count of such models is called, and what a click on it does. */
  readonly short: string;
  readonly tip: string;
}

function standing(
  of: NonNullable<Standing>,
  words: string,
  short: string,
  tip: string,
): StandingClaim {
  const may = (facts: StandingFacts) => facts.standing === of;
  return { id: `front.${of}`, may, words: () => words, short, tip };
}

export const STANDING_CLAIMS = [
  standing(
    "front",
    "on the front",
    "front",
    "Select the models on the front: no other is at least as good on both and better on one",
  ),
  standing(
    "tied",
    "tied with the front within spread",
    "tied within spread",
    "Select them: at 95 % no model on the front is known to be better",
  ),
  standing(
    "unknown",
    "behind the front by its numbers; noise between processes unknown",
    "noise unknown",
    "Select them: the front is ahead by its numbers, measured in one process each; how much processes differ is unknown",
  ),
] as const;

/** How models of one standing are counted. */
export function standingTip(of: NonNullable<Standing>): { text: string; tip: string } {
  const facts = { standing: of, caution: null };
  const { short = "", tip = "" } = STANDING_CLAIMS.find(({ may }) => may(facts)) ?? {};
  return { text: short, tip };
}

const harmed: Claim<StandingFacts> = {
  id: "front.harmed",
  may: (facts) => facts.caution === "harmed",
  words: () => "some instances are harmed: see Behaviors",
};

/** "on the front; some instances are harmed: see Behaviors"; "" where there is nothing to say. */
export function standingText(standing: Standing, caution: Caution | null = null): string {
  const facts = { standing, caution };
  return [said(facts, ...STANDING_CLAIMS), said(facts, harmed)].filter(Boolean).join("; ");
}

/** How many models of the front harm instances more than the rest. */
export interface HarmOnFront {
  readonly harmed: number;
  readonly front: number;
}

const onFront: Claim<HarmOnFront> = {
  id: "front.cautions",
  may: (facts) => facts.harmed > 0,
  words: (facts) => `${facts.harmed} of ${facts.front} on the front: some instances are harmed`,
};

export function harmOnFrontWords(facts: HarmOnFront): string {
  return said(facts, onFront);
}

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

export const CAUTION_CLAIMS = [harmed];
export const FRONT_CLAIMS = [onFront];
export const PAIR_CLAIMS = [notTold];
export const OPEN_CLAIMS = [openPair];
export const BUDGET_CLAIMS = [besideTied, besideUnknown];
export const APART_CLAIMS = [apart, notApart];
