import { said, type Claim } from "./claim";
import { isHarmed, lossOf, netWords, type Cell, type HarmBy } from "./harm";

/** A slice or a pair of the model that is put forward. */
export interface DecisionHarm {
  /** "scan faint". */
  readonly name: string;
  readonly cell: Cell;
  readonly by: HarmBy;
  /** How many other slices and pairs are harmed. */
  readonly more: number;
}

const harm: Claim<DecisionHarm> = {
  id: "decision.harm",
  may: ({ cell, by: measure }) => isHarmed(cell) && lossOf(cell, measure) > 0,
  words: ({ name, cell, by: measure, more }) => {
    const others = more > 0 ? `, ${more.toLocaleString("en")} more` : "";
    return `${name} ${netWords(cell.change, measure)}${others}`;
  },
};

export function decisionHarmWords(facts: DecisionHarm): string {
  return said(facts, harm);
}

export const DECISION_HARM_CLAIMS = [harm];
