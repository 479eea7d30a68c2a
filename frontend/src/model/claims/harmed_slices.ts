import { differenceText } from "../behaviors/mean_text";
import { chanceText, shareText } from "../format/shares";
import type { ModelHarm } from "../wire.gen";
import { said, type Claim } from "./claim";
import { isHarmed, lossOf, points, pointsWords, seeds, type Cell, type HarmBy } from "./harm";

export interface CellFacts {
  readonly cell: Cell;
  readonly by: HarmBy;
}

/** Of a slice: its instances, how many broke and mended, and its groups where it has some. */
const slice: Claim<CellFacts> = {
  id: "harm.slice",
  may: ({ cell, by }) => by === null && isHarmed(cell) && lossOf(cell, by) > 0,
  words: ({ cell: { change, rest, kept, rest_kept: others, q } }) => {
    const shares =
      kept === null || others === null
        ? ""
        : `; kept ${keptText(kept)} of its right answers, the rest ${keptText(others)}`;
    return `${pointsWords(change)}, the rest ${restWords(rest.change)}${shares}; ${chanceText(q, "q")}`;
  },
};

const scoreSlice: Claim<CellFacts> = {
  id: "harm.score",
  may: ({ cell, by }) => by !== null && isHarmed(cell) && lossOf(cell, by) > 0,
  words: ({ cell: { change, rest, q }, by }) => {
    if (by === null) return "";
    const [own, others] = [change, rest.change].map((size) => differenceText(size, by));
    return `${by.label} changed by ${own}, the rest by ${others}; ${chanceText(q, "q")}`;
  },
};

/** A slice that is put forward, in words: its name and counts. */
export interface NamedSlice extends CellFacts {
  readonly name: string;
  readonly counts: string;
  readonly harm: ModelHarm | null;
  /** How many other slices and pairs are harmed. */
  readonly more: number;
}

const named: Claim<NamedSlice> = {
  id: "harm.named",
  may: (facts) => harmedWords(facts.cell, facts.by) !== "",
  words: ({ name, counts, cell, by, harm, more }) => {
    const beyond = harm ? said(harm, seeds) : "";
    const others = more ? `; ${more.toLocaleString("en")} more` : "";
    return `Harmed: ${name}, ${counts}; ${harmedWords(cell, by)}${beyond}${others}`;
  },
};

function restWords(change: number): string {
  if (change === 0) return "nothing";
  return change > 0 ? `gained ${points(change)}` : points(change);
}

/** "98.8 %"; more than all where more mended than broke. */
function keptText(kept: number): string {
  return kept > 1 ? `${(kept * 100).toFixed(1)}\u202f%` : shareText(kept);
}

/** What is said of a harmed slice, with its numbers; "" of others. */
export function harmedWords(cell: Cell, by: HarmBy): string {
  return said({ cell, by }, slice, scoreSlice);
}

/** A harmed slice with its numbers; "" where it is not harmed. */
export function namedWords(facts: NamedSlice): string {
  return said(facts, named);
}

export const SLICE_CLAIMS = [slice, scoreSlice];
export const NAMED_CLAIMS = [named];
