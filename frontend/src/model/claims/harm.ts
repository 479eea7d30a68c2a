import { counted } from "../format/numbers";
import { chanceText, shareText } from "../format/shares";
import type { HarmedPair, HarmedSlice, ModelHarm } from "../wire.gen";
import { said, type Claim } from "./claim";

/** A slice or a pair that a model may have harmed. */
export type Cell = Pick<
  HarmedSlice & HarmedPair,
  "n" | "flips" | "mended" | "rest" | "change" | "kept" | "rest_kept" | "q" | "harmed" | "groups"
>;

/** More than noise at 5 %, after correction for all that was looked at. */
const SURE = 0.05;
/** The size of a slice that words name where there is such a one. */
const USUAL = 100;

const anyHarmed = ({ reason, harmed, pairs_harmed: pairs }: ModelHarm): boolean =>
  reason === null && harmed + pairs > 0;
const noneHarmed = ({ reason, tested, harmed, pairs_harmed: pairs }: ModelHarm): boolean =>
  reason === null && tested > 0 && harmed + pairs === 0;
const beyondSeeds = ({ retrained, replicates }: ModelHarm): boolean => retrained && replicates > 0;

const count: Claim<ModelHarm> = {
  id: "harm.count",
  sentence: "Harmed more than the rest: … of … slices, … of … pairs",
  when: "at least one slice or pair has q < .05 in both tests: a net loss, and worse than the rest",
  may: anyHarmed,
  words: (harm) => {
    const pairs = harm.pairs_harmed
      ? `, ${harm.pairs_harmed.toLocaleString("en")} of ${counted(harm.pairs_tested, "pair")}`
      : "";
    const slices = `${harm.harmed.toLocaleString("en")} of ${counted(harm.tested, "slice")}`;
    return `Harmed more than the rest: ${slices}${pairs}${said(harm, seeds)}`;
  },
};

const seeds: Claim<ModelHarm> = {
  id: "harm.seeds",
  sentence: ", more than two seeds differ",
  when: "the model was trained again, and replicates of the base widened the tests",
  may: (harm) => beyondSeeds(harm) && anyHarmed(harm),
  words: () => ", more than two seeds differ",
};

const unseen: Claim<ModelHarm> = {
  id: "harm.unseen",
  sentence: "No slice stands out; in a slice of …, … pt more broken than in the rest would have",
  when: "slices were tested, none has q < .05, and a size is known whose harm is found 4 times of 5",
  may: (harm) => noneHarmed(harm) && harm.could_see.length > 0,
  words: (harm) => {
    const { n, share } = harm.could_see.find((seen) => seen.n === USUAL) ?? harm.could_see[0]!;
    const points = Math.ceil(share * 100);
    const beyond = beyondSeeds(harm) ? ", beyond what seeds differ" : "";
    return `No slice stands out; in a slice of ${n.toLocaleString("en")}, ${points}\u202fpt more broken than in the rest would have${beyond}`;
  },
};

const tooFew: Claim<ModelHarm> = {
  id: "harm.few",
  sentence: "Too few to tell: no slice is large enough to show harm",
  when: "slices were tested, none has q < .05, and of none would harm be found 4 times of 5",
  may: (harm) => noneHarmed(harm) && harm.could_see.length === 0,
  words: () => "Too few to tell: no slice is large enough to show harm",
};

const noVerdict: Claim<ModelHarm> = {
  id: "harm.reason",
  sentence: "…",
  when: "there is no verdict, and this is why: trained again without replicates, chosen by an outcome, too small, nothing broke",
  may: ({ reason }) => reason !== null,
  words: ({ reason }) => reason ?? "",
};

/** Of a slice: its instances, how many broke and mended, and its groups where it has some. */
const slice: Claim<Cell> = {
  id: "harm.slice",
  sentence: "lost … pt, the rest …; kept … of its right answers, the rest …; q …",
  when: "the slice or pair is harmed: q < .05 in both tests",
  may: ({ harmed, q, change }) => harmed && q !== null && q < SURE && change < 0,
  words: ({ change, rest, kept, rest_kept: others, q }) => {
    const shares =
      kept === null || others === null
        ? ""
        : `; kept ${keptText(kept)} of its right answers, the rest ${keptText(others)}`;
    const net = rest.n ? (rest.mended - rest.flips) / rest.n : 0;
    return `${pointsWords(change)}, the rest ${restWords(net)}${shares}; ${chanceText(q, "q")}`;
  },
};

/** A slice that is put forward, in words: its name and counts. */
export interface NamedSlice {
  readonly name: string;
  readonly counts: string;
  readonly cell: Cell;
  readonly harm: ModelHarm | null;
  /** How many other slices and pairs are harmed. */
  readonly more: number;
}

const named: Claim<NamedSlice> = {
  id: "harm.named",
  sentence: "Harmed: …, … of … right → wrong, … wrong → right; lost … pt, the rest …; … more",
  when: "the slice or pair in which the model lost most of those that it harmed",
  may: ({ cell }) => slice.may(cell),
  words: ({ name, counts, cell, harm, more }) => {
    const beyond = harm ? said(harm, seeds) : "";
    const others = more ? `; ${more.toLocaleString("en")} more` : "";
    return `Harmed: ${name}, ${counts}; ${slice.words(cell)}${beyond}${others}`;
  },
};

/** "lost 9.9 pt", "gained 0.3 pt", "lost nothing". */
export function pointsWords(change: number): string {
  if (change === 0) return "lost as much as it gained";
  return `${change < 0 ? "lost" : "gained"} ${points(change)}`;
}

function restWords(change: number): string {
  if (change === 0) return "nothing";
  return change > 0 ? `gained ${points(change)}` : points(change);
}

/** "9.9 pt", "68 pt". */
function points(change: number): string {
  const size = Math.abs(change) * 100;
  return `${size < 0.05 ? "< 0.1" : size.toFixed(size < 10 ? 1 : 0)}\u202fpt`;
}

/** "98.8 %"; more than all where more mended than broke. */
function keptText(kept: number): string {
  return kept > 1 ? `${(kept * 100).toFixed(1)}\u202f%` : shareText(kept);
}

/** What all slices of a model say together, in a sentence without its full stop. */
export function harmWords(harm: ModelHarm): string {
  return said(harm, count, unseen, tooFew, noVerdict).replace(/\.$/, "");
}

/** The same without the remedy that follows a reason. */
export function briefHarmWords(harm: ModelHarm): string {
  const words = harmWords(harm);
  return harm.reason === null ? words : words.replace(/;.*/, "");
}

/** Whether a model harms any instances more than the rest. */
export function isHarmful(harm: ModelHarm): boolean {
  return count.may(harm);
}

/** Whether that is said of a slice; and with which numbers. */
export function isHarmed(cell: Cell): boolean {
  return slice.may(cell);
}

export function harmedWords(cell: Cell): string {
  return said(cell, slice);
}

/** A harmed slice with its numbers; "" where it is not harmed. */
export function namedWords(facts: NamedSlice): string {
  return said(facts, named);
}

export const HARM_CLAIMS = [count, seeds, unseen, tooFew, noVerdict];
export const SLICE_CLAIMS = [slice];
export const NAMED_CLAIMS = [named];
