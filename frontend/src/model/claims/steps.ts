import { counted } from "../format/numbers";
import { said, type Claim } from "./claim";

export interface UntriedFacts {
  readonly model: string;
  /** Names of operations, in order. */
  readonly steps: readonly string[];
  /** How many of `of` other models made by the operation `by` went on so. */
  readonly others: number;
  readonly of: number;
  readonly by: string;
}

const untried: Claim<UntriedFacts> = {
  id: "steps.untried",
  may: ({ others, steps }) => others > 1 && steps.length > 0,
  words: ({ model, steps, others, of, by }) =>
    `${steps.join(" + ")} of ${model} has not been tried; ${others.toLocaleString("en")} of ${counted(of, "other")} by ${by} have it`,
};

export function untriedWords(facts: UntriedFacts): string {
  return said(facts, untried);
}

export interface UnchangedFacts {
  readonly parent: string;
  readonly step: string;
  /** How many numbers were compared, all of which are the same. */
  readonly numbers: number;
}

const unchanged: Claim<UnchangedFacts> = {
  id: "steps.unchanged",
  may: ({ numbers }) => numbers > 1,
  words: ({ parent, step, numbers }) =>
    `${parent} → ${step}: none of ${numbers.toLocaleString("en")} numbers changed`,
};

export function unchangedWords(facts: UnchangedFacts): string {
  return said(facts, unchanged);
}

export const STEP_CLAIMS = [untried];
export const UNCHANGED_CLAIMS = [unchanged];
