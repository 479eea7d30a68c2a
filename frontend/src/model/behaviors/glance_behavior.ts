import { briefHarmWords, harmWords, type HarmBy } from "../claims/harm";
import { namedWords } from "../claims/harmed_slices";
import { meanWords } from "../claims/means";
import { chanceText } from "../format/shares";
import type {
  BehaviorMeasure,
  BehaviorSummary,
  HarmedPair,
  HarmedSlice,
  HarmedSlices,
  ModelBehavior,
} from "../wire.gen";
import { harmBy, harmIn, mostBroken, mostHarmed, mostHarmedPair, pairWords } from "./harm";
import { brokenWords, churnWords, mostWords, othersWords } from "./harm_words";
import { differenceText, meanText } from "./mean_text";
import { sampledText } from "./words";

/** What a model's answers on a data set say at a glance, against a base. */
export interface BehaviorGlance {
  /** The data set: name and key. */
  readonly dataset: string;
  readonly datasetKey: string;
  /** Which instances both answered: "3,188 instances". */
  readonly over: string;
  /** "95.9 % → 91.6 % correct"; "" where nothing has a mean. */
  readonly means: string;
  /** "−4.3 pt, p < .001", "−0.1 pt, p .40, cannot tell"; "" without a change. */
  readonly change: string;
  /** "131 broke, 45 mended of 3,188 (churn 5.5 %)"; "" where no answer is right or wrong. */
  readonly flips: string;
  /** Whether the change is beyond noise; null where nothing was tested. */
  readonly sure: boolean | null;
  /** The slice that is put forward: harmed, else of which the largest share broke; null: none. */
  readonly slice: HarmedSlice | null;
  /** Which slices are harmed, or what of all could be seen; "" where that is not known. */
  readonly harm: string;
  /** The same with what to do about it. */
  readonly harmTip: string;
  /** "Broke most: …", with what was counted; "" where a slice is harmed, or none is listed. */
  readonly broke: string;
}

/** More than noise at 5 %. */
const SURE = 0.05;

/** Null where the model or the base has no predictions on the data set of `summary`. */
export function behaviorGlance(
  summary: BehaviorSummary,
  harmed: HarmedSlices | null,
  model: string,
): BehaviorGlance | null {
  const base = summary.models.find(({ key }) => key === summary.base);
  const own = summary.models.find(({ key }) => key === model);
  const dataset = summary.datasets.find(({ key }) => key === summary.dataset);
  if (!dataset || !base?.logged || !own?.logged) return null;
  const p = own.change?.p ?? null;
  const sure = p === null ? null : p < SURE;
  const measure = summary.measures.find(({ id }) => id === summary.measure);
  return {
    dataset: dataset.name,
    datasetKey: dataset.key,
    over: sampledText(own.change?.n ?? own.n_shared, own.change?.groups),
    ...numbersOf(measure, base, own),
    flips: flipsOf(own),
    sure,
    ...(harmed ? harmOf(harmed, harmBy(harmed, summary), model) : NO_HARM),
  };
}

function numbersOf(
  measure: BehaviorMeasure | undefined,
  base: ModelBehavior,
  own: ModelBehavior,
): Pick<BehaviorGlance, "means" | "change"> {
  if (!measure || own.value?.value == null) return { means: "", change: "" };
  const ends = [base, own].flatMap(({ value }) => value?.value ?? []);
  const means = ends.map((value) => meanText(value, measure)).join(" → ");
  const change = own.change;
  if (change?.value == null) return { means: `${means} ${measure.label}`, change: "" };
  const parts = [
    differenceText(change.value, measure),
    chanceText(change.p, "p"),
    meanWords(change, measure.goal),
  ];
  return { means: `${means} ${measure.label}`, change: parts.filter(Boolean).join(", ") };
}

function flipsOf({ outcomes }: ModelBehavior): string {
  if (!outcomes) return "";
  const { n, negative: broke, positive: mended } = outcomes;
  return churnWords({ n, broke, mended }, null);
}

const NO_HARM = { slice: null, harm: "", harmTip: "", broke: "" };

function harmOf(
  harmed: HarmedSlices,
  by: HarmBy,
  key: string,
): Pick<BehaviorGlance, "slice" | "harm" | "harmTip" | "broke"> {
  if (harmed.reason !== null) return NO_HARM;
  const harm = harmIn(harmed, key);
  const [slice, pair] = [mostHarmed(harmed, by, key), mostHarmedPair(harmed, by, key)];
  const cell = slice ?? pair;
  if (harm && cell) {
    const more = harm.harmed + harm.pairs_harmed - 1;
    const facts = { name: nameOf(cell), counts: brokenWords(cell, by), cell, by, harm, more };
    const words = namedWords(facts);
    return { slice, harm: words, harmTip: harmWords(harm, by), broke: "" };
  }
  const broken = mostBroken(harmed, key);
  const counts = broken ? brokenWords(broken, by) + othersWords(broken, by) : "";
  return {
    slice: broken,
    harm: harm ? briefHarmWords(harm, by) : "",
    harmTip: harm ? harmWords(harm, by) : "",
    broke: broken ? `${mostWords(by)}: ${nameOf(broken)}, ${counts}` : "",
  };
}

function nameOf(cell: HarmedSlice | HarmedPair): string {
  return "names" in cell ? pairWords(cell) : `${cell.name}: ${cell.text}`;
}
