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

export const CAUTION_CLAIMS = [harmed];
export const FRONT_CLAIMS = [onFront];
