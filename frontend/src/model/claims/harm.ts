import { differenceText, meanText } from "../behaviors/mean_text";
import { counted } from "../format/numbers";
import type { BehaviorMeasure, HarmedPair, HarmedSlice, ModelHarm } from "../wire.gen";
import { said, type Claim } from "./claim";

/** By what harm was looked for: a score or a loss; null: by what is right. */
export type HarmBy = BehaviorMeasure | null;

/** A slice or a pair that a model may have harmed. */
export type Cell = Pick<
  HarmedSlice & HarmedPair,
  "n" | "flips" | "mended" | "rest" | "change" | "kept" | "rest_kept" | "q" | "harmed" | "groups"
>;

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
  may: anyHarmed,
  words: (harm) => {
    const pairs = harm.pairs_harmed
      ? `, ${harm.pairs_harmed.toLocaleString("en")} of ${counted(harm.pairs_tested, "pair")}`
      : "";
    const slices = `${harm.harmed.toLocaleString("en")} of ${counted(harm.tested, "slice")}`;
    return `Harmed more than the rest: ${slices}${pairs}${said(harm, seeds)}`;
  },
};

/** That it is more than chance of training. */
export const seeds: Claim<ModelHarm> = {
  id: "harm.seeds",
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
  may: ({ harm, by }) => by === null && nothingSeen(harm) && searchedAll(harm),
  words: unseenBroken,
};

const unseenScore: Claim<ModelFacts> = {
  id: "harm.unseenscore",
  may: ({ harm, by }) => by !== null && nothingSeen(harm) && searchedAll(harm),
  words: unseenWorse,
};

const cut: Claim<ModelFacts> = {
  id: "harm.cut",
  may: ({ harm, by }) => by === null && nothingSeen(harm) && !searchedAll(harm),
  words: unseenBroken,
};

const cutScore: Claim<ModelFacts> = {
  id: "harm.cutscore",
  may: ({ harm, by }) => by !== null && nothingSeen(harm) && !searchedAll(harm),
  words: unseenWorse,
};

const tooFew: Claim<ModelHarm> = {
  id: "harm.few",
  may: (harm) => noneHarmed(harm) && harm.could_see.length === 0,
  words: () => "Too few to tell: no slice is large enough to show harm",
};

const noVerdict: Claim<ModelHarm> = {
  id: "harm.reason",
  may: ({ reason }) => reason !== null,
  words: ({ reason }) => reason ?? "",
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

/** "9.9 pt", "68 pt". */
export function points(change: number): string {
  const size = Math.abs(change) * 100;
  return `${size < 0.05 ? "< 0.1" : size.toFixed(size < 10 ? 1 : 0)}\u202fpt`;
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

/** Whether that is said of a slice. */
export function isHarmed({ harmed, q }: Pick<Cell, "harmed" | "q">): boolean {
  return harmed && q !== null && q < SURE;
}

export const HARM_CLAIMS = [count, seeds, tooFew, noVerdict];
export const UNSEEN_CLAIMS = [unseen, unseenScore, cut, cutScore];
