import type {
  BehaviorMeasure,
  BehaviorSummary,
  HarmedSlice,
  HarmedSlices,
  ModelBehavior,
} from "../wire.gen";
import { brokenWords, mostBroken, mostBrokenPair, othersWords, pairWords } from "./harm";
import { chanceText, differenceText, meanText } from "./words";

/** What a model's answers on a data set say at a glance, against a base. */
export interface BehaviorGlance {
  /** The data set: name and key. */
  readonly dataset: string;
  readonly datasetKey: string;
  /** How many instances both answered. */
  readonly n: number;
  /** "95.9 % → 91.6 % correct"; "" where nothing has a mean. */
  readonly means: string;
  /** "−4.3 pt, p < .001"; "" without a change. */
  readonly change: string;
  /** Whether the change is beyond noise; null where nothing was tested. */
  readonly sure: boolean | null;
  /** Of which it broke the largest share; null where none is known. */
  readonly slice: HarmedSlice | null;
  /** "Broke most: …", with what was counted; "" without a slice. */
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
  const slice = harmed && mostBroken(harmed, model);
  const measure = summary.measures.find(({ id }) => id === summary.measure);
  return {
    dataset: dataset.name,
    datasetKey: dataset.key,
    n: own.change?.n ?? own.n_shared,
    ...numbersOf(measure, base, own),
    sure,
    slice,
    broke: slice ? wordsOf(slice, own, harmed) : "",
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
  const { value = null, p = null } = own.change ?? {};
  const parts = value === null ? [] : [differenceText(value, measure), chanceText(p, "p")];
  return { means: `${means} ${measure.label}`, change: parts.filter(Boolean).join(", ") };
}

function wordsOf(slice: HarmedSlice, own: ModelBehavior, harmed: HarmedSlices | null): string {
  const pair = harmed && mostBrokenPair(harmed, slice.model);
  const both = pair ? `; ${pairWords(pair)}: ${pair.flips} of ${pair.n}` : "";
  const counts = brokenWords(slice) + othersWords(slice, own.outcomes);
  return `Broke most: ${slice.name}: ${slice.text}, ${counts}${both}`;
}
