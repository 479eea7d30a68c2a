import { differenceText, meanText } from "../behaviors/words";
import { counted } from "../format/numbers";
import { chanceText, shareText } from "../format/shares";
import type { BehaviorMeasure, HarmedPair, HarmedSlice, ModelHarm } from "../wire.gen";
import { said, type Claim } from "./claim";

/** By what harm was looked for: a score or a loss; null: by what is right. */
export type HarmBy = BehaviorMeasure | null;

/** A slice or a pair that a model may have harmed. */
export type Cell = Pick<
  HarmedSlice & HarmedPair,
  "n" | "flips" | "mended" | "rest" | "change" | "kept" | "rest_kept" | "q" | "harmed" | "groups"
>;

export interface CellFacts {
  readonly cell: Cell;
  readonly by: HarmBy;
}

export interface ModelFacts {
  readonly harm: ModelHarm;
  readonly by: HarmBy;
}

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

const seen = ({ could_see: sizes }: ModelHarm) =>
  sizes.find(({ n }) => n === USUAL) ?? sizes[0] ?? null;

/** Whether every slice and pair was looked at, so that it can be said of all. */
const searchedAll = ({ pairs_left_out: left }: ModelHarm): boolean => left === 0;
const nothingSeen = (harm: ModelHarm): boolean => noneHarmed(harm) && seen(harm) !== null;

function cutWords({ pairs_left_out: left }: ModelHarm): string {
  return `Nothing stands out in what was searched, without ${counted(left, "pair")} of attributes`;
}

function unseenWords(harm: ModelHarm, smallest: (share: number) => string): string {
  const { n, share } = seen(harm) ?? { n: 0, share: 0 };
  const beyond = beyondSeeds(harm) ? ", since seeds differ too" : "";
  const none = searchedAll(harm) ? "No slice stands out" : cutWords(harm);
  return `${none}; in a slice of ${n.toLocaleString("en")}, ${smallest(share)} than in the rest could be missed${beyond}`;
}

function unseenBroken({ harm }: ModelFacts): string {
  return unseenWords(harm, (share) => `up to ${Math.ceil(share * 100)}\u202fpt more broken`);
}

function unseenWorse({ harm, by }: ModelFacts): string {
  return unseenWords(harm, (size) =>
    by ? `${by.label} worse by up to ${meanText(size, by)}` : "",
  );
}

const unseen: Claim<ModelFacts> = {
  id: "harm.unseen",
  sentence:
    "No slice stands out; in a slice of …, up to … pt more broken than in the rest could be missed",
  when: "slices were tested, none has q < .05, all pairs of attributes were searched, and a size is known whose harm is found 4 times of 5",
  may: ({ harm, by }) => by === null && nothingSeen(harm) && searchedAll(harm),
  words: unseenBroken,
};

const unseenScore: Claim<ModelFacts> = {
  id: "harm.unseenscore",
  sentence:
    "No slice stands out; in a slice of …, … worse by up to … than in the rest could be missed",
  when: "the same of a score or a loss",
  may: ({ harm, by }) => by !== null && nothingSeen(harm) && searchedAll(harm),
  words: unseenWorse,
};

const cut: Claim<ModelFacts> = {
  id: "harm.cut",
  sentence:
    "Nothing stands out in what was searched, without … pairs of attributes; in a slice of …, up to … pt more broken than in the rest could be missed",
  when: "as of harm.unseen, but pairs of attributes were too many to be searched, or had too many levels",
  may: ({ harm, by }) => by === null && nothingSeen(harm) && !searchedAll(harm),
  words: unseenBroken,
};

const cutScore: Claim<ModelFacts> = {
  id: "harm.cutscore",
  sentence:
    "Nothing stands out in what was searched, without … pairs of attributes; in a slice of …, … worse by up to … than in the rest could be missed",
  when: "the same of a score or a loss",
  may: ({ harm, by }) => by !== null && nothingSeen(harm) && !searchedAll(harm),
  words: unseenWorse,
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
const slice: Claim<CellFacts> = {
  id: "harm.slice",
  sentence: "lost … pt, the rest …; kept … of its right answers, the rest …; q …",
  when: "the slice or pair is harmed: q < .05 in both tests",
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
  sentence: "… changed by …, the rest by …; q …",
  when: "the same of a score or a loss, whose mean became worse",
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
  sentence: "Harmed: …, … of … right → wrong, … wrong → right; lost … pt, the rest …; … more",
  when: "the slice or pair in which the model lost most of those that it harmed; of a score or a loss how many fell and rose, and how it changed",
  may: (facts) => harmedWords(facts.cell, facts.by) !== "",
  words: ({ name, counts, cell, by, harm, more }) => {
    const beyond = harm ? said(harm, seeds) : "";
    const others = more ? `; ${more.toLocaleString("en")} more` : "";
    return `Harmed: ${name}, ${counts}; ${harmedWords(cell, by)}${beyond}${others}`;
  },
};

/** How much a mean became worse: of losses what it rose. */
export function lossOf({ change }: Pick<Cell, "change">, by: HarmBy): number {
  return by?.goal === "min" ? change : -change;
}

/** "lost 9.9 pt", "gained 0.3 pt"; of a score its change, "−0.12". */
export function netWords(change: number, by: HarmBy): string {
  return by === null ? pointsWords(change) : differenceText(change, by);
}

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
export function harmWords(harm: ModelHarm, by: HarmBy = null): string {
  const words = said(harm, count) || said({ harm, by }, ...UNSEEN_CLAIMS);
  return (words || said(harm, tooFew, noVerdict)).replace(/\.$/, "");
}

/** The same without the remedy that follows a reason. */
export function briefHarmWords(harm: ModelHarm, by: HarmBy = null): string {
  const words = harmWords(harm, by);
  return harm.reason === null ? words : words.replace(/;.*/, "");
}

/** Whether a model harms any instances more than the rest. */
export function isHarmful(harm: ModelHarm): boolean {
  return count.may(harm);
}

/** Whether that is said of a slice; and with which numbers, "" of others. */
export function isHarmed({ harmed, q }: Pick<Cell, "harmed" | "q">): boolean {
  return harmed && q !== null && q < SURE;
}

export function harmedWords(cell: Cell, by: HarmBy): string {
  return said({ cell, by }, slice, scoreSlice);
}

/** A harmed slice with its numbers; "" where it is not harmed. */
export function namedWords(facts: NamedSlice): string {
  return said(facts, named);
}

export const HARM_CLAIMS = [count, seeds, tooFew, noVerdict];
export const UNSEEN_CLAIMS = [unseen, unseenScore, cut, cutScore];
export const SLICE_CLAIMS = [slice, scoreSlice];
export const NAMED_CLAIMS = [named];
